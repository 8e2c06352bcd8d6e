// Capacity waits for a load balancer that is active.
import { expect, test } from 'vitest';
import { plannables } from './kinds/all.ts';
import type { Found } from './kinds/kind.ts';
import { interpret } from './laws/interpret.ts';
import { ingress, service, wantedBy } from './laws/paper.ts';
import { plan } from './plan/plan.ts';
import { ripe } from './ripe.ts';

const wantedWith = (said: Record<string, string>) =>
  wantedBy({ ingresses: [ingress({ said })], services: [service()] }).resources;
const wanted = wantedWith({ 'minimum-load-balancer-capacity': 'CapacityUnits=500' });
const plain = wantedWith({});
const found = interpret(plan(plannables, plain, []), []);
const provisioning = found.map((one): Found => {
  if (one.kind !== 'loadBalancer') return one;
  return { ...one, extra: { ...one.extra, state: 'provisioning' } };
});

const operationsOn = (now: readonly Found[]) => plan(plannables, ripe(wanted, now).resources, now).operations;

test('before it exists and while it is provisioned, the rest is made and the group is looked at again', () => {
  expect(ripe(wanted, [])).toEqual({ resources: plain, waits: true });
  expect(ripe(wanted, provisioning)).toEqual({ resources: plain, waits: true });
  expect(operationsOn(provisioning)).toEqual([]);
});

test('once it is active, capacity is the only change', () => {
  expect(ripe(wanted, found)).toEqual({ resources: wanted, waits: false });
  expect(operationsOn(found)).toMatchObject([{ verb: 'modify', change: [{ field: 'capacityUnits' }] }]);
});

test('nobody waits who wants none', () => expect(ripe(plain, []).waits).toBe(false));
