// Tags: whose word counts (aws-model 2.2, 13.7), and tags that somebody else writes.
import { describe, expect, test } from 'vitest';
import { GATES } from '../feature-gates.ts';
import { CLUSTER, ingress, service, wantedBy } from '../laws/paper.ts';
import { tagsOf } from './tags.ts';

const cluster = { ...CLUSTER, defaultTags: { env: 'prod', team: 'core' } };
const TRACKING = {
  'elbv2.k8s.aws/cluster': 'prod',
  'ingress.k8s.aws/stack': 'web/storefront',
  'ingress.k8s.aws/resource': '443',
};

describe('precedence (aws-model 13.7)', () => {
  const user = { team: 'shop', 'elbv2.k8s.aws/cluster': 'x' };
  test.each([
    ["the operator's before the users'", GATES, { env: 'prod', team: 'core', ...TRACKING }],
    [
      "the users' first, where the gate says so",
      { ...GATES, EnableDefaultTagsLowPriority: true },
      { env: 'prod', team: 'shop', ...TRACKING },
    ],
  ])('%s', (_, gates, expected) => {
    expect(tagsOf({ ...cluster, gates }, 'web/storefront', '443', user)).toEqual(expected);
  });
});

test('a tag that somebody else writes is left to them, and who asks for it is told', () => {
  const applied = { ingresses: [ingress({ said: { tags: 'cost=1,team=shop' } })], services: [service()] };
  const { resources, problems } = wantedBy(applied, undefined, {
    cluster: { ...CLUSTER, externalManagedTags: ['cost'] },
  });
  expect(resources.length).toBeGreaterThan(4);
  for (const { id, spec } of resources) {
    expect(spec.tags).not.toHaveProperty('cost');
    if (id !== 'securityGroup/shared') expect(spec.tags.team).toBe('shop');
  }
  expect(problems).toMatchObject([{ member: 'shop/web', problem: { code: 'NotAllowed', value: 'cost' } }]);
});

test('capacity is not asked for where the gate says so', () => {
  const said = { 'minimum-load-balancer-capacity': 'CapacityUnits=500' };
  const applied = { ingresses: [ingress({ said })], services: [service()] };
  const units = (LBCapacityReservation: boolean) =>
    wantedBy(applied, undefined, {
      cluster: { ...CLUSTER, gates: { ...GATES, LBCapacityReservation } },
    }).resources.flatMap((one) => (one.kind === 'loadBalancer' ? [one.spec.capacityUnits] : []));
  expect([units(true), units(false)]).toEqual([[500], [undefined]]);
});
