// The program for security groups of nodes: what it asks, what it takes away, and what it looks at again.

import type { IpPermission } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { AwsFailure, failureOf } from '../../alb/failures/failure.ts';
import type { EndpointSlice, Node } from '../../api/kube.ts';
import type { Aws } from '../aws/client.ts';
import { type InterfaceOwner, keyOfPlace, type SecurityGroupFact } from '../facts/network-interfaces.ts';
import { NodeAccess, type NodeAccessOptions } from './node-security-groups.ts';
import type { Serving } from './serving.ts';
import { TargetGroupIndex } from './target-group-index.ts';

const rules = {
  GroupId: 'sg-node',
  IpPermissions: [
    {
      IpProtocol: 'tcp',
      FromPort: 30080,
      ToPort: 30080,
      UserIdGroupPairs: [{ GroupId: 'sg-shared', Description: 'elbv2.k8s.aws/targetGroupBinding=shared' }],
    },
  ],
};

const NODE: Node = {
  metadata: { name: 'node' },
  spec: { providerID: 'aws:///us-west-2a/i-1' },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
};

/** A target group of pods for the Service of its name. */
const pods = (service: string, port = 8080): Serving => ({
  arn: `arn:${service}`,
  name: service,
  group: `shop/${service}`,
  source: 'sg-shared',
  policy: 'sync',
  made: false,
  backend: {
    ...{ id: service, member: `shop/${service}`, namespace: 'shop', service, port: 80 },
    ...{ targetType: 'ip', ipAddressType: 'ipv4', reach: [port] },
  },
});

const sliceOf = (addresses: readonly string[]): EndpointSlice => ({
  metadata: { name: 'x', namespace: 'shop' },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080 }],
  endpoints: addresses.map((address) => ({
    addresses: [address],
    targetRef: { kind: 'Pod' },
    nodeName: 'node',
  })),
});

interface Scene extends Partial<NodeAccessOptions> {
  readonly serving?: readonly Serving[];
  /** Security groups of every place. */
  readonly groups?: readonly SecurityGroupFact[];
  readonly onSend?: (command: {
    readonly input: { readonly IpPermissions?: readonly IpPermission[] };
  }) => void;
}

function play({ serving = [], groups = [{ id: 'sg-node', tags: {} }], onSend, ...more }: Scene = {}) {
  const sent: string[] = [];
  const asked: string[] = [];
  const looked: string[] = [];
  const unclear: string[] = [];
  const ports: { name: string; port: number; targetPort: number | string }[] = [
    { name: 'http', port: 80, targetPort: 8080 },
  ];
  const served = new TargetGroupIndex();
  for (const one of serving) served.put(one);
  const endpoints = new Map(serving.map(({ backend: { service } }) => [service, ['10.0.0.1']]));
  const send = async (command: { readonly input: object }): Promise<object> => {
    sent.push(command.constructor.name.replace('SecurityGroup', '').replace('Command', ''));
    onSend?.(command);
    return { SecurityGroups: [rules] };
  };
  const program = new NodeAccess({
    aws: { clusterName: 'prod', vpcId: 'vpc-1', ec2: { send } } as unknown as Aws,
    lookups: {
      async interfaceGroups(places: readonly InterfaceOwner[]) {
        asked.push(places.map(keyOfPlace).join(' '));
        return new Map(places.map((place) => [keyOfPlace(place), [...groups]]));
      },
    },
    world: {
      service: (_, name) => ({
        metadata: { name },
        spec: { ports },
      }),
      slices(_, service) {
        looked.push(service);
        return [sliceOf(endpoints.get(service) ?? [])];
      },
      pod: () => undefined,
      nodes: () => (serving.length === 0 ? [] : [NODE]),
    },
    served,
    complete: () => true,
    unclear: ({ name }, places) =>
      unclear.push(`${name}: ${[...places.unclear, ...places.nowhere, ...places.refused].join('; ')}`),
    failed: () => undefined,
    drifted: () => undefined,
    ...more,
  });
  return { program, sent, asked, looked, unclear, served, endpoints, ports };
}

describe('what is taken away', () => {
  test('nothing where it is unclear: it may need any rule', async () => {
    const several = [
      { id: 'sg-a', tags: {} },
      { id: 'sg-b', tags: {} },
    ];
    const { program, sent, unclear } = play({ serving: [pods('web')], groups: several });
    await program.run();
    expect([sent, unclear]).toEqual([
      ['Describes'],
      [
        'web: the network interface of 10.0.0.1 has the security groups sg-a, sg-b, and not exactly one of them is tagged kubernetes.io/cluster/prod',
      ],
    ]);
  });

  test.each([
    [false, ['Describes', 'RevokeIngress']],
    [true, ['Describes']],
  ])('rules that nobody of ours needs, and may others: %s', async (foreign, expected) => {
    const { program, sent } = play({ foreign: async () => foreign });
    await program.run();
    expect(sent).toEqual(expected);
  });

  test('nothing of a group that is seen while the rules are being read', async () => {
    let seen = false;
    const { program, sent } = play({
      complete: () => seen,
      onSend: () => {
        seen = true;
      },
    });
    await program.run();
    expect(sent).toEqual(['Describes']);
    program.served([]);
    await program.run();
    expect(sent).toEqual(['Describes', 'RevokeIngress']);
  });

  test('nothing while target groups changed since they were looked at; it is made up for', async () => {
    const scene = play({
      serving: [pods('web', 30080)],
      lookups: {
        async interfaceGroups(places: readonly InterfaceOwner[]) {
          program.served(['arn:web']);
          return new Map(places.map((place) => [keyOfPlace(place), [{ id: 'sg-other', tags: {} }]]));
        },
      },
    });
    const { program, sent, served } = scene;
    await program.run();
    expect(sent).not.toContain('RevokeIngress');
    served.delete('arn:web');
    await program.run();
    expect(sent).toContain('RevokeIngress');
  });
});

describe('what is looked at', () => {
  test('after a change of one Service its target groups only, and no rule when they need the same as before', async () => {
    const { program, sent, asked, looked, endpoints } = play({
      serving: [pods('web', 30080), pods('api', 30080), pods('pay', 30080)],
    });
    await program.run();
    expect(looked).toEqual(['web', 'api', 'pay']);
    expect(asked).toEqual(['i-1/ i-1/10.0.0.1']);
    const before = sent.length;
    for (const list of [looked, asked]) list.splice(0);
    endpoints.set('api', ['10.0.0.2']);
    program.touch(['arn:api']);
    await program.run();
    expect(looked).toEqual(['api']);
    expect(asked).toEqual(['i-1/10.0.0.2']);
    expect(sent).toHaveLength(before);
  });

  test('nothing at all when nothing changed', async () => {
    const { program, sent, asked } = play({ serving: [pods('web', 30080)] });
    await program.run();
    const before = [sent.length, asked.length];
    await program.run();
    expect([sent.length, asked.length]).toEqual(before);
  });

  test('the first pod of a Service needs a rule, and its last one none any more', async () => {
    const { program, sent, endpoints } = play({ serving: [pods('web', 8080), pods('api', 30080)] });
    endpoints.set('web', []);
    await program.run();
    expect(sent).toEqual(['Describes']);
    endpoints.set('web', ['10.0.0.9']);
    program.touch(['arn:web']);
    await program.run();
    expect(sent.splice(0)).toEqual(['Describes', 'AuthorizeIngress', 'RevokeIngress']);
    endpoints.set('web', []);
    program.touch(['arn:web']);
    await program.run();
    expect(sent).toEqual(['AuthorizeIngress', 'RevokeIngress']);
  });

  test('what AWS could not tell, each time; everything, when the nodes changed or rules are in doubt', async () => {
    const { program, asked, sent } = play({
      serving: [pods('web', 30080), pods('api', 30080)],
      groups: [],
    });
    await program.run();
    await program.run();
    expect(asked).toEqual(['i-1/ i-1/10.0.0.1', 'i-1/10.0.0.1']);
    program.touchAll();
    await program.run();
    expect(asked.at(-1)).toBe('i-1/ i-1/10.0.0.1');
    const before = sent.length;
    program.doubt();
    await program.run();
    expect(sent.slice(before)).toEqual(['Describes']);
  });

  test('what a failure kept from being learned, again', async () => {
    let down = true;
    const failures: string[] = [];
    const { program, looked } = play({
      serving: [pods('web')],
      lookups: {
        async interfaceGroups(places: readonly InterfaceOwner[]) {
          if (down)
            throw new AwsFailure({ action: 'X', code: 'Y', kind: 'throttled', message: '', status: 400 });
          return new Map(places.map((place) => [keyOfPlace(place), [{ id: 'sg-node', tags: {} }]]));
        },
      },
      failed: ({ code }) => failures.push(code),
    });
    expect(await program.run()).toBe('retry');
    down = false;
    expect(await program.run()).toBe('done');
    expect([looked, failures]).toEqual([['web', 'web'], ['Y']]);
  });
});

describe('whom the object of a user names', () => {
  const admitted: Serving['admitted'] = [
    { protocol: 'udp', source: { cidr: '10.9.0.0/16' }, ports: ['http', 53] },
    { protocol: 'tcp', source: { group: 'sg-user' }, ports: 'all' },
  ];
  const asked: string[] = [];
  const sources = (all: readonly IpPermission[] = []): string[] =>
    all.map(({ IpProtocol, FromPort, ToPort, UserIdGroupPairs = [], IpRanges = [] }) => {
      const from = UserIdGroupPairs[0]?.GroupId ?? IpRanges[0]?.CidrIp;
      return `${IpProtocol} ${FromPort}-${ToPort} ${from}`;
    });
  const refusing = (from: string, code: string) => {
    asked.length = 0;
    return ({ input }: Parameters<NonNullable<Scene['onSend']>>[0]): void => {
      if (input.IpPermissions === undefined) return;
      const of = sources(input.IpPermissions);
      asked.push(of.join(', '));
      if (of.some((one) => one.endsWith(from)))
        throw failureOf('AuthorizeSecurityGroupIngress', {
          name: code,
          message: `no ${from}`,
          $metadata: { httpStatusCode: 400 },
        });
    };
  };
  const named = { name: 'http', port: 80, targetPort: 'http' };
  test('is let in beside the load balancers, in one union, by port names of the Service too', async () => {
    const serving = [pods('web', 30081), { ...pods('user'), admitted }];
    const scene = play({ serving, onSend: refusing('nobody', '') });
    scene.ports.splice(0, 1, named);
    await scene.program.run();
    expect(asked).toEqual([
      'tcp 8080-30081 sg-shared, tcp 0-65535 sg-user, udp 8080-8080 10.9.0.0/16, udp 53-53 10.9.0.0/16',
      'tcp 30080-30080 sg-shared',
    ]);
  });

  test('and is refused by AWS: the others get their rules, and it is told and asked for again in a minute', async () => {
    let now = 0;
    const scene = play({
      serving: [pods('web', 30081), { ...pods('user'), admitted }],
      onSend: refusing('sg-user', 'InvalidGroup.NotFound'),
      now: () => now,
    });
    expect(await scene.program.run()).toEqual({ afterMs: 60_000 });
    expect(asked.slice(0, 4)).toEqual([
      'tcp 8080-30081 sg-shared, tcp 0-65535 sg-user, udp 53-53 10.9.0.0/16',
      'tcp 8080-30081 sg-shared',
      'tcp 0-65535 sg-user',
      'udp 53-53 10.9.0.0/16',
    ]);
    expect(scene.unclear).toEqual([
      'user: tcp 0-65535 from sg-user on sg-node: AuthorizeSecurityGroupIngress answered InvalidGroup.NotFound: no sg-user',
    ]);
    asked.length = 0;
    await scene.program.run();
    expect(asked).toEqual([]);
    now = 60_000;
    await scene.program.run();
    expect(asked).toEqual(['tcp 0-65535 sg-user']);
    scene.served.delete('arn:user');
    scene.program.served(['arn:user']);
    expect(scene.program.pending('arn:user')).toBe(true);
    expect(await scene.program.run()).toBe('done');
    expect(scene.program.pending('arn:user')).toBe(false);
  });

  test('and is let in by somebody else already: nothing is asked for, nor ever taken away', async () => {
    const { source: _, ...user } = pods('user');
    const scene = play({
      serving: [{ ...user, admitted: [{ protocol: 'tcp', source: { group: 'sg-user' }, ports: [80] }] }],
      onSend: refusing('sg-user', 'InvalidPermission.Duplicate'),
    });
    expect(await scene.program.run()).toBe('done');
    expect(scene.unclear).toEqual([]);
    scene.served.delete('arn:user');
    scene.program.served(['arn:user']);
    await scene.program.run();
    expect(asked).toEqual(['tcp 80-80 sg-user', 'tcp 30080-30080 sg-shared']);
  });

  test('a rule that was refused keeps the one that serves in its place', async () => {
    const scene = play({
      serving: [pods('web', 30000)],
      onSend: refusing('sg-shared', 'InvalidParameterValue'),
    });
    await scene.program.run();
    expect(asked).toEqual(['tcp 30000-30000 sg-shared']);
  });
});

test('without restriction a load balancer reaches all ports', async () => {
  const lines: string[] = [];
  const { program } = play({
    serving: [pods('web', 8080)],
    restricted: false,
    onSend: ({ input: { IpPermissions = [] } }) => {
      for (const { FromPort, ToPort } of IpPermissions) lines.push(`${FromPort}-${ToPort}`);
    },
  });
  await program.run();
  expect(lines).toEqual(['0-65535', '30080-30080']);
});
