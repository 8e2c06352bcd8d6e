// Target groups that people made themselves, bound to Services by TargetGroupBindings: their targets follow the Service, what somebody
// else registered stays, and an LBC's leavings are left to it.
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { app, namespace } from '../harness/fixtures.ts';
import { k, soon, stage, startStage, stopStage } from './life.ts';
import { connectSomebody, elbv2 } from './somebody.ts';

const OF = 'bound';
const FINALIZER = 'elbv2.k8s.aws/resources';

beforeAll(async () => {
  await startStage();
  connectSomebody('none');
  await stage.startWebhook();
  await stage.cluster.apply(namespace(OF), ...app(OF, 'web'));
});
afterAll(stopStage);

async function targetGroup(Name: string): Promise<string> {
  const place = { Protocol: 'HTTP', Port: 80, VpcId: stage.account.vpcId, TargetType: 'instance' } as const;
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
