// Target groups that people made themselves, bound to Services by TargetGroupBindings: their targets follow the Service, what somebody
// else registered stays, and an LBC's leavings are left to it. Beside them, what is published for target groups of Ingresses.
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { credentialScope } from '../../local-aws/account/scope.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { k, soon, stage, startStageWith, stopStage } from './life.ts';
import { connectSomebody, elbv2, net } from './somebody.ts';

const OF = 'bound';
const FINALIZER = 'elbv2.k8s.aws/resources';

beforeAll(async () => {
  await startStageWith(['--publish-target-group-bindings']);
  connectSomebody('none');
  await stage.startWebhook();
  await stage.cluster.apply(namespace(OF), ...app(OF, 'web'));
});
afterAll(stopStage);

interface Kind {
  readonly Protocol?: 'HTTP' | 'TCP';
  readonly TargetType?: 'instance' | 'ip';
}

async function targetGroup(Name: string, kind: Kind = {}): Promise<string> {
  const place = {
    Protocol: 'HTTP',
    Port: 80,
    VpcId: stage.account.vpcId,
    TargetType: 'instance',
    ...kind,
  } as const;
  const check = { HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 2, HealthyThresholdCount: 2 };
  const made = await elbv2.send(new elb.CreateTargetGroupCommand({ Name, ...place, ...check }));
  return made.TargetGroups?.[0]?.TargetGroupArn ?? '';
}

/** Nobody's health is checked before a load balancer forwards to its target group. */
async function forwardTo(TargetGroupArn: string): Promise<void> {
  const Subnets = stage.account.subnets.flatMap((subnet) => (subnet.public ? [subnet.id] : []));
  const made = await elbv2.send(new elb.CreateLoadBalancerCommand({ Name: 'made-outside', Subnets }));
  const LoadBalancerArn = made.LoadBalancers?.[0]?.LoadBalancerArn;
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
  await elbv2.send(
    new elb.CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions }),
  );
}

const binding = (name: string, spec: object, metadata: object = {}) => ({
  apiVersion: 'elbv2.k8s.aws/v1beta1',
  kind: 'TargetGroupBinding',
  metadata: { name, namespace: OF, ...metadata },
  spec: { serviceRef: { name: 'web', port: 80 }, ...spec },
});

/** `id:port` of what is registered and not on its way out. */
async function registered(TargetGroupArn: string): Promise<string[]> {
  const { TargetHealthDescriptions = [] } = await elbv2.send(
    new elb.DescribeTargetHealthCommand({ TargetGroupArn }),
  );
  return TargetHealthDescriptions.flatMap(({ Target, TargetHealth }) =>
    TargetHealth?.State === 'draining' ? [] : [`${Target?.Id}:${Target?.Port}`],
  ).sort();
}

const nodePort = async (): Promise<number> =>
  Number(await k(`get service web -n ${OF} -o jsonpath={.spec.ports[0].nodePort}`));
const everyNode = async (): Promise<string[]> => {
  const port = await nodePort();
  return stage.account.nodes.map(({ instanceId }) => `${instanceId}:${port}`).sort();
};
const ready = (name: string): Promise<string> =>
  k(`get targetgroupbinding ${name} -n ${OF} -o jsonpath={.status.conditions[?(@.type=="Ready")].reason}`);

const targets = (name: string): Promise<string> =>
  k(`get targetgroupbinding ${name} -n ${OF} -o jsonpath={.status.targets}`);

describe('one of a user', () => {
  let arn = '';

  test('registers the nodes of its Service, and is filled in', async () => {
    arn = await targetGroup('made-outside');
    await forwardTo(arn);
    await stage.cluster.apply(binding('web', { targetGroupName: 'made-outside' }));
    const nodes = await everyNode();
    await vi.waitFor(async () => expect(await registered(arn)).toEqual(nodes), soon);
    await vi.waitFor(async () => expect(await ready('web')).toBe('Ready'), soon);
    expect(
      await k(`get targetgroupbinding web -n ${OF} -o jsonpath={.spec.targetType},{.spec.targetGroupARN}`),
    ).toBe(`instance,${arn}`);
  });

  test('follows its nodes', async () => {
    const [node] = stage.account.nodes;
    const label = 'node.kubernetes.io/exclude-from-external-load-balancers';
    await k(`label node ${node?.name} ${label}=true`);
    const left = (await everyNode()).filter((one) => !one.startsWith(`${node?.instanceId}:`));
    await vi.waitFor(async () => expect(await registered(arn)).toEqual(left), soon);
    await k(`label node ${node?.name} ${label}-`);
    const nodes = await everyNode();
    await vi.waitFor(async () => expect(await registered(arn)).toEqual(nodes), soon);
  });

  test('deleted, takes along what it registered, and nothing else', async () => {
    // All are healthy: AWS is asked again in minutes only.
    const all = (await everyNode()).length;
    await vi.waitFor(async () => expect(await targets('web')).toBe(`${all}/${all}`), soon);
    const [node] = stage.account.nodes;
    const byHand = { Id: node?.instanceId ?? '', Port: 9 };
    await elbv2.send(new elb.RegisterTargetsCommand({ TargetGroupArn: arn, Targets: [byHand] }));
    await k(`delete targetgroupbinding web -n ${OF} --timeout=120s`);
    expect(await registered(arn)).toEqual([`${byHand.Id}:9`]);
  });

  test('that is wrong is refused with all mistakes', async () => {
    const wrong = binding('wrong', {
      targetGroupARN: 'made-outside',
      targetType: 'ip',
      nodeSelector: { matchLabels: { a: 'b' } },
      vpcID: 'main',
    });
    const { code, stderr } = await stage.cluster.kubectl(['apply', '-f', '-'], {
      input: JSON.stringify(wrong),
    });
    expect(code).not.toBe(0);
    for (const field of ['spec.targetGroupARN', 'spec.nodeSelector', 'spec.vpcID'])
      expect(stderr).toContain(field);
  });
});

/** Rules on the nodes' security group that let in a network. */
async function rulesFrom(network: string): Promise<string[]> {
  const GroupIds = [stage.account.nodeSecurityGroupId];
  const { SecurityGroups = [] } = await net.send(new ec2.DescribeSecurityGroupsCommand({ GroupIds }));
  return SecurityGroups.flatMap(({ IpPermissions = [] }) => IpPermissions)
    .filter(({ IpRanges = [] }) => IpRanges.some(({ CidrIp }) => CidrIp === network))
    .map(({ IpProtocol, FromPort, ToPort }) => `${IpProtocol} ${FromPort}-${ToPort}`);
}

test('one for a Network Load Balancer: its targets, and rules for whom it names, which go with it', async () => {
  const arn = await targetGroup('network', { Protocol: 'TCP' });
  const from = [{ ipBlock: { cidr: '10.9.0.0/16' } }];
  const networking = { ingress: [{ from, ports: [{ protocol: 'TCP', port: 8443 }] }] };
  await stage.cluster.apply(binding('net', { targetGroupARN: arn, targetGroupProtocol: 'TCP', networking }));
  const nodes = await everyNode();
  const told = () =>
    k(
      `get targetgroupbinding net -n ${OF} -o jsonpath={.status.conditions[?(@.type=="NetworkingProgrammed")].status}`,
    );
  await vi.waitFor(async () => {
    expect(await registered(arn)).toEqual(nodes);
    expect(await told()).toBe('True');
  }, soon);
  expect(await rulesFrom('10.9.0.0/16')).toEqual(['tcp 8443-8443']);
  await k(`delete targetgroupbinding net -n ${OF} --timeout=120s`);
  expect([await registered(arn), await rulesFrom('10.9.0.0/16')]).toEqual([[], []]);
});

test('one with a role is served in that role, once it can be assumed', async () => {
  const arn = await targetGroup('in-a-role', { TargetType: 'ip' });
  const iamRoleArnToAssume = 'arn:aws:iam::123456789012:role/targets';
  await stage.cluster.apply(
    binding('far', { targetGroupARN: arn, iamRoleArnToAssume, assumeRoleExternalId: 'ours' }),
  );
  await vi.waitFor(async () => expect(await ready('far')).toBe('AwsRefused'), soon);
  expect(
    await k(
      `get targetgroupbinding far -n ${OF} -o jsonpath={.status.conditions[?(@.type=="Ready")].message}`,
    ),
  ).toContain('AssumeRole answered AccessDenied');
  const trust = {
    ...{ Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' },
    Condition: { StringEquals: { 'sts:ExternalId': 'ours' } },
  };
  const made = await fetch(stage.aws.url, {
    method: 'POST',
    headers: { authorization: credentialScope('iam') },
    body: new URLSearchParams({
      ...{ Action: 'CreateRole', Version: '2010-05-08', RoleName: 'targets' },
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    }),
  });
  expect(made.status).toBe(200);
  await vi.waitFor(async () => expect(await ready('far')).toBe('Ready'), soon);
  const slice = `get endpointslices -n ${OF} -l kubernetes.io/service-name=web -o`;
  const [port] = (await k(`${slice} jsonpath={.items[*].ports[*].port}`)).split(' ');
  const addresses = (await k(`${slice} jsonpath={.items[*].endpoints[*].addresses[0]}`)).split(' ');
  expect(await registered(arn)).toEqual(addresses.map((address) => `${address}:${port}`).sort());
  await k(`delete targetgroupbinding far -n ${OF} --timeout=120s`);
  expect(await registered(arn)).toEqual([]);
});

test('the target group of an Ingress has an object that says what it is, and that goes with it', async () => {
  await stage.cluster.apply(ingress(OF, 'front', { hosts: { '': { '/': 'web' } } }));
  const published = (path: string) =>
    k(
      `get targetgroupbinding -n ${OF} -l ingress.k8s.aws/stack-namespace=${OF},ingress.k8s.aws/stack-name=front -o jsonpath={.items[*]${path}}`,
    );
  await vi.waitFor(async () => expect(await published('.spec.serviceRef.name')).toBe('web'), soon);
  const [group] = [...stage.aws.state().targetGroups.values()].filter(
    ({ tags }) => tags['ingress.k8s.aws/stack'] === `${OF}/front`,
  );
  expect(await published('.spec.targetGroupARN')).toBe(group?.arn);
  expect(await published('.metadata.name')).toBe(group?.name);
  const nodes = await everyNode();
  await vi.waitFor(async () => expect(await registered(group?.arn ?? '')).toEqual(nodes), soon);
  await k(`delete ingress front -n ${OF}`);
  await vi.waitFor(async () => expect(await published('.metadata.name')).toBe(''), soon);
});

test('what an LBC left is not touched, and the user’s own beside it is served', async () => {
  const [theirs, users] = [await targetGroup('of-the-lbc'), await targetGroup('of-a-user')];
  const [node] = stage.account.nodes;
  const Targets = [{ Id: node?.instanceId ?? '', Port: 9 }];
  await elbv2.send(new elb.RegisterTargetsCommand({ TargetGroupArn: theirs, Targets }));
  const labels = { 'service.k8s.aws/stack-namespace': OF, 'service.k8s.aws/stack-name': 'web' };
  await stage.cluster.apply(
    binding('k8s-bound-web', { targetGroupARN: theirs }, { labels, finalizers: [FINALIZER] }),
    binding('own', { targetGroupARN: users }, { finalizers: [FINALIZER] }),
  );
  const nodes = await everyNode();
  await vi.waitFor(async () => expect(await registered(users)).toEqual(nodes), soon);
  await k(`delete targetgroupbinding k8s-bound-web -n ${OF} --wait=false`);
  await k(`delete targetgroupbinding own -n ${OF} --timeout=120s`);
  expect(await registered(users)).toEqual([]);
  expect(await registered(theirs)).toEqual([`${node?.instanceId}:9`]);
  expect(await k(`get targetgroupbinding k8s-bound-web -n ${OF} -o jsonpath={.metadata.finalizers[0]}`)).toBe(
    FINALIZER,
  );
});
