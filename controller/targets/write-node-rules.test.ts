// Rules on one node security group: what is written, what AWS refuses of one, and what is another's.
import type { IpPermission } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../alb/failures/failure.ts';
import { type NodeAccessScene, play, pods } from '../laws/node-access-scene.ts';
import type { Serving } from './serving.ts';

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
    return ({ input }: Parameters<NonNullable<NodeAccessScene['onSend']>>[0]): void => {
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
      'user, news: tcp 0-65535 from sg-user on sg-node: AuthorizeSecurityGroupIngress answered InvalidGroup.NotFound: no sg-user',
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

  test('whoever may not write one rule may write none: nothing is asked rule by rule', async () => {
    const scene = play({
      serving: [pods('web', 30081), { ...pods('user'), admitted }],
      onSend: refusing('sg-user', 'UnauthorizedOperation'),
    });
    await scene.program.run();
    expect(asked.filter((one) => one.includes('sg-user'))).toHaveLength(1);
    expect(scene.unclear.map((one) => one.split(',')[0])).toEqual(['web', 'user']);
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
