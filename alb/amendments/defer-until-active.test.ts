// Capacity waits for a load balancer that is active, protections for one that exists.
import { expect, test } from 'vitest';
import type { Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { interpret } from '../laws/interpret.ts';
import { ingress, service, wantedBy } from '../laws/paper.ts';
import { plan } from '../plan/plan.ts';
import { ripe } from './defer-until-active.ts';

const wantedWith = (said: Record<string, string>) =>
  wantedBy({ ingresses: [ingress({ said })], services: [service()] }).resources;
const wanted = wantedWith({ 'minimum-load-balancer-capacity': 'CapacityUnits=500' });
const shielded = wantedWith({ 'wafv2-acl-name': 'shop', 'shield-advanced-protection': 'true' });
const plain = wantedWith({});
const found = interpret(plan(schemas, plain, []), []);
const provisioning = found.map((one): Found => {
  if (one.kind !== 'loadBalancer') return one;
  return { ...one, extra: { ...one.extra, state: 'provisioning' } };
});

const operationsOn = (now: readonly Found[], of = wanted) =>
  plan(schemas, ripe(of, now).resources, now).operations;

test('before it exists and while it is provisioned, the rest is made and the group is looked at again', () => {
  expect(ripe(wanted, [])).toEqual({ resources: plain, waits: ['capacityUnits'] });
  expect(ripe(wanted, provisioning)).toEqual({ resources: plain, waits: ['capacityUnits'] });
  expect(operationsOn(provisioning)).toEqual([]);
});

test('once it is active, capacity is the only change', () => {
  expect(ripe(wanted, found)).toEqual({ resources: wanted, waits: [] });
  expect(operationsOn(found)).toMatchObject([{ verb: 'modify', change: [{ field: 'capacityUnits' }] }]);
});

test('it is protected as soon as it exists, each protection by an operation of its own', () => {
  expect(ripe(shielded, [])).toEqual({ resources: plain, waits: ['webAcl', 'shield'] });
  expect(ripe(shielded, provisioning)).toEqual({ resources: shielded, waits: [] });
  expect(operationsOn(provisioning, shielded)).toMatchObject([
    { verb: 'modify', change: [{ field: 'webAcl' }] },
    { verb: 'modify', change: [{ field: 'shield' }] },
  ]);
});

test('nobody waits who wants none', () => expect(ripe(plain, []).waits).toEqual([]));
