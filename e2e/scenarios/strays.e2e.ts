// Resources in AWS that carry our tags and make no sense, and names that others have: nothing is deleted blindly, people are
// told what to do, and everybody else goes on.
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { bindingOf, mutating, untilQuiet } from '../harness/waiters.ts';
import { bound, bringUp, k, ready, soon, stage, startStage, stopStage, tags } from './life.ts';
import { connectSomebody, elbv2, notFound, restart, told } from './somebody.ts';

const options = { hosts: { '': { '/': 'web:80' } } };
const PERIODS = ['--sync-period', '1s', '--drift-period', '2s'];

beforeAll(async () => {
  await startStage();
  connectSomebody('stray/shop');
  await stage.cluster.apply(namespace('stray'), ...app('stray', 'web'));
  await bringUp('stray', 'stays', options);
});
afterAll(stopStage);

const list = (map: Record<string, string>) => Object.entries(map).map(([Key, Value]) => ({ Key, Value }));
const balancers = (stack: string) =>
  [...stage.aws.state().loadBalancers.values()].filter((one) => one.tags['ingress.k8s.aws/stack'] === stack);

/** Somebody makes a load balancer with a listener. */
async function balancer(name: string, said: Record<string, string>, onListener?: Record<string, string>) {
  const Subnets = stage.account.subnets.filter((one) => !one.public).map(({ id }) => id);
  const made = await elbv2.send(
    new elb.CreateLoadBalancerCommand({
      Name: name,
      Scheme: 'internal',
      Subnets,
      ...(Object.keys(said).length === 0 ? {} : { Tags: list(said) }),
    }),
  );
  const arn = made.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  await elbv2.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn: arn,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: notFound,
      ...(onListener === undefined ? {} : { Tags: list(onListener) }),
    }),
  );
  return arn;
}

const condition = async (name: string, type: string) =>
  (await bindingOf(stage.cluster, 'stray', name)).conditions[type];

describe('tags that make no sense', () => {
  let twin = '';
  let nameless = '';

  beforeAll(async () => {
    await bringUp('stray', 'shop', options);
    twin = await balancer('twin', tags('stray/shop', 'LoadBalancer'), tags('stray/shop', '80'));
    const { 'ingress.k8s.aws/resource': _, ...some } = tags('stray/shop', '');
    nameless = await balancer('nameless', some);
    await restart(...PERIODS);
  });

  test('a second load balancer, and one without a resource tag: told once, and left alone', async () => {
    stage.aws.resetCalls();
    await vi.waitFor(async () => {
      const accepted = await condition('shop', 'Accepted');
      expect(accepted).toMatchObject({ status: 'True', reason: 'StrayResource' });
      expect(accepted?.message).toContain(twin);
      expect(accepted?.message).toContain(nameless);
      expect(accepted?.message).toContain('delete it, or take the tag');
    }, soon);
    await untilQuiet(stage, 4_000);
    expect(mutating(stage.aws.calls())).toEqual([]);
    expect(await told('stray', 'StrayResource')).toHaveLength(1);
    expect((await condition('stays', 'Accepted'))?.reason).toBe('Accepted');
  });

  test('the group goes on: changes, a replacement, and its end touch neither', async () => {
    await bringUp('stray', 'shop', { hosts: { '': { '/': 'web:80', '/b': 'web:80' } } });
    await bringUp('stray', 'shop', { ...options, annotations: { scheme: 'internet-facing' } });
    await vi.waitFor(() => expect(balancers('stray/shop').map(({ arn }) => arn)).toHaveLength(3), soon);
    expect((await bindingOf(stage.cluster, 'stray', 'shop')).status?.loadBalancer?.arn).not.toBe(twin);
    await k('delete ingress shop -n stray');
    await vi.waitFor(async () => expect(await bound('stray')).not.toContain('shop'), soon);
    await untilQuiet(stage, 1_000);
    expect(
      balancers('stray/shop')
        .map(({ arn }) => arn)
        .sort(),
    ).toEqual([twin, nameless].sort());
  });
});

describe('a name that is taken', () => {
  test('is told with whose it is and what to do; others go on, and retries are paced', async () => {
    await balancer('mine', { team: 'other' });
    const named = { ...options, annotations: { 'load-balancer-name': 'mine' } };
    await stage.cluster.apply(ingress('stray', 'clash', named));
    await vi.waitFor(async () => {
      const programmed = await condition('clash', 'Programmed');
      expect(programmed).toMatchObject({ status: 'False', reason: 'NameTaken' });
      expect(programmed?.message).toContain(
        'load balancer mine exists already and is not ours: it carries no tags of a cluster; delete that one, or say another name with alb.ingress.kubernetes.io/load-balancer-name',
      );
    }, soon);
    await bringUp('stray', 'beside', options);
    stage.aws.resetCalls();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const tries = stage.aws.calls().find(({ action }) => action === 'CreateLoadBalancer')?.count ?? 0;
    // After 1, 2, 4, … seconds; a busy machine may see one of the first ones late.
    expect(tries).toBeLessThanOrEqual(4);
    await bringUp('stray', 'clash', { ...options, annotations: { 'load-balancer-name': 'clash' } });
  });
});

test('a load balancer of version 1 is found by its own cluster tag and kept', async () => {
  const { 'elbv2.k8s.aws/cluster': cluster, ...rest } = tags('stray/old', 'LoadBalancer');
  const old = await balancer('0123-stray-old-4567', { ...rest, 'ingress.k8s.aws/cluster': cluster ?? '' });
  await restart(...PERIODS);
  await bringUp('stray', 'old', options);
  expect(balancers('stray/old').map(({ arn }) => arn)).toEqual([old]);
  expect(balancers('stray/old')[0]?.tags).toMatchObject(tags('stray/old', 'LoadBalancer'));
  await ready('stray', 'old');
});
