// What we set goes back to AWS's default when nobody says it any more, through kills and moves; what others set stays.
// And trust stores by name, which decide who is let in.
import {
  DescribeCapacityReservationCommand,
  DescribeListenerAttributesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetGroupAttributesCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerAttributesCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { trustStore } from '../harness/conformance-world.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { forgetBindings } from '../harness/lbc.ts';
import { bindingOf, countAfresh, mutating, untilQuiet } from '../harness/waiters.ts';
import { bringUp, hostOf, k, ready, removed, soon, stage, startStage, statusOf, stopStage } from './life.ts';

const OF = 'back';
const hosts = { 'shop.example.com': { '/': 'web:80' } };
const HTTPS = { 'listen-ports': '[{"HTTPS":443}]' };
const verify = (trustStoreName: string) => ({
  'mutual-authentication': JSON.stringify([{ port: 443, mode: 'verify', trustStore: trustStoreName }]),
});
const IDLE = { 'load-balancer-attributes': 'idle_timeout.timeout_seconds=30' };
const SERVER = 'routing.http.response.server.enabled';

let client: ElasticLoadBalancingV2Client;
let corp: string;

beforeAll(async () => {
  await startStage();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new ElasticLoadBalancingV2Client({ endpoint: stage.aws.url, region: 'us-west-2', credentials });
  corp = await trustStore(stage.aws.url, client);
  await stage.cluster.apply(namespace(OF), ...app(OF, 'web'), namespace('other'), ...app('other', 'web'));
  // Somebody else stays throughout, so that what is shared has an owner.
  await bringUp('other', 'stays', { hosts: { '': { '/': 'web:80' } } });
});
afterAll(async () => {
  client?.destroy();
  await stopStage();
});

const status = (name: string, path: string): Promise<string> =>
  k(`get lbb ${name} -n ${OF} -o jsonpath={.status${path}}`);

interface Wire {
  readonly Attributes?: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;
}
const attribute = ({ Attributes = [] }: Wire, key: string) =>
  Attributes.find(({ Key }) => Key === key)?.Value;

async function arns(name: string) {
  const { loadBalancer, listeners, targetGroups } = await statusOf(OF, name);
  return {
    LoadBalancerArn: loadBalancer?.arn ?? '',
    ListenerArn: listeners?.[0]?.arn ?? '',
    TargetGroupArn: targetGroups?.[0]?.arn ?? '',
  };
}

/** What this scenario sets, as AWS has it. */
async function seen(name: string) {
  const { LoadBalancerArn, ListenerArn, TargetGroupArn } = await arns(name);
  const balancer = await client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  const listener = await client.send(new DescribeListenerAttributesCommand({ ListenerArn }));
  const group = await client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
  const { Listeners } = await client.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] }));
  const capacity = await client.send(new DescribeCapacityReservationCommand({ LoadBalancerArn }));
  return {
    idle: attribute(balancer, 'idle_timeout.timeout_seconds'),
    keepAlive: attribute(balancer, 'client_keep_alive.seconds'),
    server: attribute(listener, SERVER),
    frames: attribute(listener, 'routing.http.response.x_frame_options.header_value'),
    delay: attribute(group, 'deregistration_delay.timeout_seconds'),
    slowStart: attribute(group, 'slow_start.duration_seconds'),
    mutual: Listeners?.[0]?.MutualAuthentication?.TrustStoreArn ?? Listeners?.[0]?.MutualAuthentication?.Mode,
    units: capacity.MinimumLoadBalancerCapacity?.CapacityUnits ?? 0,
  };
}

const idleOf = async (name: string) => (await seen(name)).idle;

async function restarted(): Promise<void> {
  await stage.startController();
  await untilQuiet(stage, 2_000);
}

/** Kills the controller with the first call of this action, while `what` goes on; the call has its effect. */
async function killedAt(action: string, what: () => Promise<unknown>): Promise<void> {
  const killed = new Promise<void>((resolve) => {
    stage.aws.faults.onCall((called) => {
      if (called !== action) return;
      stage.controller().kill('SIGKILL');
      resolve();
    });
  });
  await what();
  await killed;
  stage.aws.faults.onCall(() => undefined);
  await stage.controller().exited;
}

describe('what nobody says any more', () => {
  test('goes back to the default of AWS in one pass, what was set by hand stays, and then all is quiet', async () => {
    const annotations = {
      ...HTTPS,
      ...IDLE,
      ...verify('corp'),
      'listener-attributes.HTTPS-443': `${SERVER}=false`,
      'target-group-attributes': 'deregistration_delay.timeout_seconds=30',
      'minimum-load-balancer-capacity': 'CapacityUnits=500',
    };
    await bringUp(OF, 'shop', { annotations, hosts });
    await vi.waitFor(async () => expect((await seen('shop')).units).toBe(500), soon);
    await ready(OF, 'shop');
    expect(await seen('shop')).toMatchObject({ idle: '30', server: 'false', delay: '30', mutual: corp });
    const { LoadBalancerArn, ListenerArn, TargetGroupArn } = await arns('shop');
    const by = (Key: string, Value: string) => [{ Key, Value }];
    await client.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn,
        Attributes: by('client_keep_alive.seconds', '77'),
      }),
    );
    await client.send(
      new ModifyListenerAttributesCommand({
        ListenerArn,
        Attributes: by('routing.http.response.x_frame_options.header_value', 'DENY'),
      }),
    );
    await client.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn,
        Attributes: by('slow_start.duration_seconds', '45'),
      }),
    );
    await countAfresh(stage);
    await bringUp(OF, 'shop', { annotations: HTTPS, hosts });
    await untilQuiet(stage, 1_000);
    const defaults = { idle: '60', server: 'true', delay: '300', mutual: 'off', units: 0 };
    const byHand = { keepAlive: '77', frames: 'DENY', slowStart: '45' };
    expect(await seen('shop')).toEqual({ ...defaults, ...byHand });
    expect(mutating(stage.aws.calls())).toEqual([
      'ModifyCapacityReservation ×1',
      'ModifyListener ×1',
      'ModifyListenerAttributes ×1',
      'ModifyLoadBalancerAttributes ×1',
      'ModifyTargetGroupAttributes ×1',
    ]);
    expect(await status('shop', '.set')).toBe('');
    expect(await status('shop', '.plan')).toContain(
      'idle_timeout.timeout_seconds 30 → 60; capacityUnits 500 → 0; nobody says capacityUnits, idle_timeout.timeout_seconds any more',
    );
    await countAfresh(stage);
    await stage.controller().stop();
    await restarted();
    expect(mutating(stage.aws.calls())).toEqual([]);
    await removed(OF, 'shop');
  });

  test('goes back after kill -9 in the middle of setting it, and of setting it back', async () => {
    const plain = { hosts: { '': { '/': 'web:80' } } };
    const idle = { ...plain, annotations: IDLE };
    // While the load balancer is made …
    await killedAt('ModifyLoadBalancerAttributes', () => stage.cluster.apply(ingress(OF, 'shop', idle)));
    await stage.cluster.apply(ingress(OF, 'shop', plain));
    await restarted();
    await ready(OF, 'shop');
    expect(await idleOf('shop')).toBe('60');
    // … when it is changed …
    await killedAt('ModifyLoadBalancerAttributes', () => stage.cluster.apply(ingress(OF, 'shop', idle)));
    expect(await idleOf('shop')).toBe('30');
    await stage.cluster.apply(ingress(OF, 'shop', plain));
    await restarted();
    await ready(OF, 'shop');
    expect(await idleOf('shop')).toBe('60');
    // … and when it goes back.
    await bringUp(OF, 'shop', idle);
    await killedAt('ModifyLoadBalancerAttributes', () => stage.cluster.apply(ingress(OF, 'shop', plain)));
    await countAfresh(stage);
    await restarted();
    await ready(OF, 'shop');
    expect([await idleOf('shop'), await status('shop', '.set'), mutating(stage.aws.calls())]).toEqual([
      '60',
      '',
      [],
    ]);
    await removed(OF, 'shop');
  });

  test('goes back when who said it leaves the group, or is deleted', async () => {
    const paths = (path: string) => ({ hosts: { '': { [path]: 'web:80' } } });
    const group = { 'group.name': 'both' };
    await bringUp(OF, 'one', { annotations: { ...group, ...IDLE }, ...paths('/one') });
    await bringUp(OF, 'two', { annotations: group, ...paths('/two') });
    expect(await idleOf('two')).toBe('30');
    // Out of the group, and back without a word; then deleted.
    await bringUp(OF, 'one', { annotations: IDLE, ...paths('/one') });
    await ready(OF, 'two');
    expect([await idleOf('one'), await idleOf('two')]).toEqual(['30', '60']);
    await bringUp(OF, 'one', { annotations: { ...group, ...IDLE }, ...paths('/one') });
    await vi.waitFor(async () => expect(await idleOf('two')).toBe('30'), soon);
    await k(`delete ingress -n ${OF} one`);
    await vi.waitFor(async () => expect(await idleOf('two')).toBe('60'), soon);
    await untilQuiet(stage);
    await removed(OF, 'two');
  });

  test('stays when nothing is remembered', async () => {
    await bringUp(OF, 'shop', { annotations: IDLE, hosts: { '': { '/': 'web:80' } } });
    expect(await status('shop', '.set')).toContain('idle_timeout.timeout_seconds');
    await stage.controller().stop();
    await forgetBindings(stage);
    await stage.cluster.apply(ingress(OF, 'shop', { hosts: { '': { '/': 'web:80' } } }));
    await countAfresh(stage);
    await restarted();
    await ready(OF, 'shop');
    expect([await idleOf('shop'), mutating(stage.aws.calls())]).toEqual(['30', []]);
    await removed(OF, 'shop');
  });
});

describe('a trust store that does not exist', () => {
  const codeOf = async (name: string) => (await bindingOf(stage.cluster, OF, name)).conditions.ResolvedRefs;
  const unfound = { status: 'False', reason: 'TrustStoreNotFound' };

  test('opens nothing, and leaves a port that verifies as it is', async () => {
    await bringUp(OF, 'shop', { annotations: { ...HTTPS, ...verify('corp') }, hosts });
    expect((await seen('shop')).mutual).toBe(corp);
    await countAfresh(stage);
    await stage.cluster.apply(ingress(OF, 'shop', { annotations: { ...HTTPS, ...verify('crop') }, hosts }));
    await vi.waitFor(async () => expect(await codeOf('shop')).toMatchObject(unfound), soon);
    await untilQuiet(stage);
    expect([(await seen('shop')).mutual, mutating(stage.aws.calls())]).toEqual([corp, []]);
    await stage.cluster.apply(ingress(OF, 'new', { annotations: { ...HTTPS, ...verify('crop') }, hosts }));
    await vi.waitFor(async () => expect(await hostOf(OF, 'new')).not.toBe(''), soon);
    await untilQuiet(stage);
    expect(await codeOf('new')).toMatchObject(unfound);
    const { LoadBalancerArn } = await arns('new');
    const open = [...stage.aws.state().rules.values()].filter(({ listenerArn, actions }) => {
      const listener = stage.aws.state().listeners.get(listenerArn);
      return listener?.loadBalancerArn === LoadBalancerArn && actions.some(({ Type }) => Type === 'forward');
    });
    expect(open).toEqual([]);
    await bringUp(OF, 'new', { annotations: { ...HTTPS, ...verify('corp') }, hosts });
    expect((await seen('new')).mutual).toBe(corp);
    await removed(OF, 'shop', 'new');
  });
});
