// The inventory, read through the SDK's clients from an account in memory.
import { beforeEach, describe, expect, test } from 'vitest';
import { isFailure } from '../../alb/failures/failure.ts';
import { CLUSTER_TAG, RESOURCE_TAG, STACK_TAG } from '../../api/aws.ts';
import { type Account, openAccount } from '../laws/account.ts';
import { createInventory } from './inventory.ts';

const GROUP = 'shop';

let account: Account;
let calls: string[];
beforeEach(() => {
  account = openAccount();
  calls = [];
});

const tagged = (group: string, resource: string, cluster = 'prod') =>
  Object.entries({ [CLUSTER_TAG]: cluster, [STACK_TAG]: group, [RESOURCE_TAG]: resource }).map(
    ([Key, Value]) => ({ Key, Value }),
  );

function targetGroup(name: string, group = GROUP, cluster?: string): string {
  const { TargetGroups } = account.elb.call('CreateTargetGroup', {
    ...{ Name: name, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' },
    Tags: tagged(group, name, cluster),
  });
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
}

function loadBalancer(name: string, group = GROUP): string {
  const { LoadBalancers } = account.elb.call('CreateLoadBalancer', {
    ...{ Name: name, Subnets: ['subnet-a', 'subnet-b'], SecurityGroups: ['sg-1'] },
    Tags: tagged(group, 'LoadBalancer'),
  });
  return LoadBalancers?.[0]?.LoadBalancerArn ?? '';
}

function listener(of: string, group = GROUP): string {
  const { Listeners } = account.elb.call('CreateListener', {
    ...{ LoadBalancerArn: of, Protocol: 'HTTP', Port: 80 },
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
    Tags: tagged(group, '80'),
  });
  return Listeners?.[0]?.ListenerArn ?? '';
}

/** Reads through a client of its own, whose calls are noted. */
const opened = (externalManagedTags: readonly string[] = []) =>
  createInventory(
    account.connect({ before: async (action) => void calls.push(action), after: () => undefined }),
    { externalManagedTags, now: () => account.elb.context.now },
  );

const arnsOf = (found: readonly { readonly arn: string }[]) => found.map(({ arn }) => arn).toSorted();

describe('what is ours', () => {
  test('has the tags of the cluster and of a stack; the rest is not seen', async () => {
    const mine = targetGroup('mine');
    targetGroup('theirs', GROUP, 'another-cluster');
    account.elb.call('CreateTargetGroup', {
      ...{ Name: 'untagged', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' },
    });
    const inventory = opened();
    expect(await inventory.load()).toEqual([GROUP]);
    expect(inventory.groups()).toEqual([GROUP]);
    expect(arnsOf(await inventory.of(GROUP))).toEqual([mine]);
  });

  test('is found by the tags of each resource where tags may not be searched', async () => {
    const mine = targetGroup('mine');
    targetGroup('theirs', GROUP, 'another-cluster');
    account.refusing.set('GetResources', 'AccessDeniedException');
    const inventory = opened();
    await inventory.load();
    expect(calls).toContain('DescribeTags');
    expect(inventory.glance(GROUP)).not.toHaveProperty('inside');
    expect(arnsOf(await inventory.of(GROUP))).toEqual([mine]);
  });

  test.each(['GetResources', 'DescribeLoadBalancers', 'DescribeTargetGroups', 'DescribeSecurityGroups'])(
    'is not known while %s is not answered: nothing is taken for gone',
    async (action) => {
      targetGroup('mine');
      const inventory = opened();
      await inventory.load();
      account.refusing.set(action, 'InternalFailure');
      expect(isFailure(await inventory.load().catch((thrown: unknown) => thrown))).toBe(true);
      expect(inventory.groups()).toEqual([GROUP]);
    },
  );

  test('does not show the tags that others manage', async () => {
    const arn = targetGroup('mine');
    account.elb.call('AddTags', { ResourceArns: [arn], Tags: [{ Key: 'cost', Value: '1' }] });
    const inventory = opened(['cost']);
    await inventory.load();
    for (const found of [inventory.glance(GROUP).found, await inventory.of(GROUP)])
      expect(Object.keys(found[0]?.spec.tags ?? {})).toEqual([CLUSTER_TAG, STACK_TAG, RESOURCE_TAG]);
  });
});

describe('details', () => {
  test('are read once, for the group that is asked for', async () => {
    const [balancer, other] = [loadBalancer('one'), loadBalancer('two', 'other')];
    const port = listener(balancer);
    listener(other, 'other');
    const inventory = opened();
    await inventory.load();
    expect(calls).not.toContain('DescribeListeners');
    expect(inventory.glance(GROUP)).toMatchObject({ detailed: false, inside: 1 });
    const found = await inventory.of(GROUP);
    expect(arnsOf(found)).toEqual(expect.arrayContaining([balancer, port]));
    expect(calls.filter((action) => action === 'DescribeListeners')).toHaveLength(1);
    const before = calls.length;
    account.elb.context.now += 600_000;
    await inventory.of(GROUP);
    expect(calls.slice(before).filter((action) => action !== 'DescribeLoadBalancers')).toEqual([]);
  });

  test('are read again after a failed call, and after a doubt', async () => {
    listener(loadBalancer('one'));
    const inventory = opened();
    await inventory.load();
    await inventory.of(GROUP);
    for (const again of [() => inventory.forget(GROUP), () => inventory.doubt(GROUP)]) {
      again();
      calls.length = 0;
      await inventory.of(GROUP);
      expect(calls).toContain('DescribeListeners');
    }
    expect(inventory.glance(GROUP)).not.toHaveProperty('doubted');
  });

  test('after a call without an answer everything is read in bulk before the group is told what it has', async () => {
    const inventory = opened();
    await inventory.load();
    // AWS made it, and nobody was told.
    const made = targetGroup('made');
    expect(await inventory.of(GROUP)).toEqual([]);
    inventory.unsure(GROUP, []);
    expect(arnsOf(await inventory.of(GROUP))).toEqual([made]);
    calls.length = 0;
    await inventory.of(GROUP);
    expect(calls).toEqual([]);
  });

  test('a bulk read that fails then is no answer', async () => {
    const inventory = opened();
    await inventory.load();
    inventory.unsure(GROUP, []);
    account.refusing.set('DescribeTargetGroups', 'ThrottlingException');
    await expect(inventory.of(GROUP)).rejects.toSatisfy((thrown) => isFailure(thrown));
    account.refusing.clear();
    const made = targetGroup('made');
    expect(arnsOf(await inventory.of(GROUP))).toEqual([made]);
  });
});

describe('a load balancer that is being provisioned', () => {
  test('is looked at until it is active, once a second at most', async () => {
    account.elb.context.provisioningMs = 60_000;
    loadBalancer('one');
    const inventory = opened();
    await inventory.load();
    const state = async () => {
      const [found] = await inventory.of(GROUP);
      return found?.kind === 'loadBalancer' ? found.extra.state : undefined;
    };
    expect(await state()).toBe('provisioning');
    const looks = () => calls.filter((action) => action === 'DescribeLoadBalancers').length;
    const before = looks();
    await state();
    await state();
    expect(looks()).toBe(before);
    account.elb.context.now += 600_000;
    expect(await state()).toBe('active');
    const after = looks();
    account.elb.context.now += 600_000;
    await state();
    expect(looks()).toBe(after);
  });
});

test('what changed since the last bulk read is told by group, and what somebody deleted is gone', async () => {
  const [one, two] = [targetGroup('one'), targetGroup('two', 'other')];
  const inventory = opened();
  await inventory.load();
  await inventory.of(GROUP);
  await inventory.of('other');
  expect(await inventory.load()).toEqual([]);
  account.elb.call('DeleteTargetGroup', { TargetGroupArn: two });
  expect(await inventory.load()).toEqual(['other']);
  expect([await inventory.of('other'), arnsOf(await inventory.of(GROUP))]).toEqual([[], [one]]);
});
