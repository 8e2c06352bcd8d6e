// Address pools, target control ports and client certificates, through the real SDK against the local AWS.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { isFailure } from '../../alb/failures/failure.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { kinds } from '../../alb/kinds/kinds.ts';
import type { ListenerSpec, LoadBalancerSpec, TargetGroupSpec } from '../../api/aws.ts';
import { calls } from '../../controller/aws/kinds/kinds.ts';
import { createInventory } from '../../controller/inventory/inventory.ts';
import {
  actions,
  aws,
  balancer,
  bring,
  group,
  left,
  resolve,
  rig,
  stack,
  startAws,
  stopAws,
  targets,
} from './stack.ts';

beforeAll(startAws);
afterAll(stopAws);
beforeEach(() => rig.aws.resetCalls());

test('IPAM pool: at creation, another one, none; found again each time', async () => {
  const own = await calls.securityGroup.create(aws, group('ipam'), resolve);
  const wanted: LoadBalancerSpec = { ...balancer('ipam', own.arn), ipamPool: 'ipam-pool-0a' };
  const made = (await calls.loadBalancer.create(aws, wanted, resolve)) as Found<'loadBalancer'>;
  expect(left(calls.loadBalancer, made, wanted)).toEqual([]);
  rig.aws.resetCalls();
  const other: LoadBalancerSpec = { ...wanted, ipamPool: 'ipam-pool-0b' };
  const after = await bring(calls.loadBalancer, made, other);
  const none = balancer('ipam', own.arn);
  expect(left(calls.loadBalancer, after, none)).toEqual(['ipamPool']);
  const last = await bring(calls.loadBalancer, after, none);
  expect(actions()).toEqual(['ModifyIpPools', 'ModifyIpPools']);
  expect(left(calls.loadBalancer, last, none)).toEqual([]);
  const inventory = createInventory(aws);
  await inventory.load();
  const read = (await inventory.of('ipam')).find(({ kind }) => kind === 'loadBalancer');
  expect(left(calls.loadBalancer, read as Found<'loadBalancer'>, none)).toEqual([]);
});

test('reserved capacity: read only when asked for, reserved, refused beyond the quota', async () => {
  const { loadBalancer } = await stack('capacity');
  const inventory = createInventory(aws);
  await inventory.load();
  const of = async (capacity: boolean) =>
    (await inventory.of('capacity', capacity ? { capacityUnits: 0 } : {})).find(
      ({ kind }) => kind === 'loadBalancer',
    );
  rig.aws.resetCalls();
  await of(false);
  expect(actions()).not.toContain('DescribeCapacityReservation');
  const read = (await of(true)) as Found<'loadBalancer'>;
  expect(read.spec.capacityUnits).toBe(0);
  await of(true);
  expect(actions().filter((action) => action === 'DescribeCapacityReservation')).toHaveLength(1);
  const none: LoadBalancerSpec = { ...loadBalancer.spec, capacityUnits: 0 };
  expect(left(calls.loadBalancer, read, none)).toEqual([]);
  const beyond = bring(calls.loadBalancer, read, { ...none, capacityUnits: 15_001 });
  const failure = await beyond.catch((thrown: unknown) => thrown);
  expect(isFailure(failure, 'limit')).toBe(true);
  const wanted = { ...none, capacityUnits: 500 };
  expect(left(calls.loadBalancer, await bring(calls.loadBalancer, read, wanted), wanted)).toEqual([]);
  const later = createInventory(aws);
  await later.load();
  const found = (await later.of('capacity', { capacityUnits: 0 })).find(
    ({ kind }) => kind === 'loadBalancer',
  );
  expect(left(calls.loadBalancer, found as Found<'loadBalancer'>, wanted)).toEqual([]);
});

test('target control port: at creation, and another one is another target group', async () => {
  const wanted: TargetGroupSpec = { ...targets('control'), targetType: 'ip', targetControlPort: 3000 };
  const made = (await calls.targetGroup.create(aws, wanted, resolve)) as Found<'targetGroup'>;
  expect(left(calls.targetGroup, made, wanted)).toEqual([]);
  const inventory = createInventory(aws);
  await inventory.load();
  const [read] = await inventory.of('control');
  expect(left(calls.targetGroup, read as Found<'targetGroup'>, wanted)).toEqual([]);
  const other = { ...wanted, targetControlPort: 3001 };
  expect(left(calls.targetGroup, read as Found<'targetGroup'>, other)).toEqual(['targetControlPort']);
  expect(kinds.targetGroup.fields.targetControlPort.change).toBe('replace');
});

test('client certificates: passthrough, then off again; only the mode is sent', async () => {
  const { listener } = await stack('mutual');
  const [certificate = ''] = rig.account.certificates.map(({ arn }) => arn);
  const secure: ListenerSpec = {
    ...listener.spec,
    protocol: 'HTTPS',
    certificates: [certificate],
    sslPolicy: 'ELBSecurityPolicy-2016-08',
    mutualAuthentication: { mode: 'passthrough' },
  };
  const after = await bring(calls.listener, listener, secure);
  expect(left(calls.listener, after, secure)).toEqual([]);
  const inventory = createInventory(aws);
  await inventory.load();
  const read = (await inventory.of('mutual')).find(({ kind }) => kind === 'listener') as Found<'listener'>;
  expect(read.spec.mutualAuthentication).toEqual({ mode: 'passthrough' });
  const { mutualAuthentication: _, ...silent } = secure;
  expect(left(calls.listener, read, silent)).toEqual([]);
  const off: ListenerSpec = { ...secure, mutualAuthentication: { mode: 'off' } };
  expect(left(calls.listener, read, off)).toEqual(['mutualAuthentication']);
  expect(left(calls.listener, await bring(calls.listener, read, off), off)).toEqual([]);
});
