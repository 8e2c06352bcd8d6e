// What AWS does not protect yet: sources that somebody opened by hand, whatever range of ports they are for.
import { expect, test } from 'vitest';
import type { Permission } from '../../api/aws.ts';
import { MANAGED_GROUP } from '../desire/access.ts';
import type { Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { interpret } from '../laws/interpret.ts';
import { groupFrom, ingress, service, wantedBy } from '../laws/paper.ts';
import { match } from '../plan/match.ts';
import { plan } from '../plan/plan.ts';
import { unprotected } from './unmet-protections.ts';

const sheet = {
  ingresses: [
    ingress({ said: { 'inbound-cidrs': '10.0.0.0/8', 'listen-ports': '[{"HTTP":80},{"HTTP":8080}]' } }),
  ],
  services: [service()],
};
const group = groupFrom(sheet);
const wanted = wantedBy(sheet);
const there = interpret(plan(schemas, wanted.resources, []), []);
const tcp = (fromPort: number, toPort = fromPort) => ({ protocol: 'tcp', fromPort, toPort });

test.each<[string, Omit<Permission, 'source'>, string[]]>([
  ['a port where the member listens', tcp(8080), ['listener/8080']],
  ['another one', tcp(443), []],
  ['a range with one of its ports', tcp(80, 443), ['listener/80']],
  ['all ports of TCP', tcp(0, 65_535), ['listener/80', 'listener/8080']],
  [
    'all protocols, which have no ports',
    { protocol: '-1', fromPort: 0, toPort: 0 },
    ['listener/80', 'listener/8080'],
  ],
])('everybody is let in on %s', (_, range, listeners) => {
  const by: Permission = { ...range, source: { cidr: '0.0.0.0/0' } };
  const found = there.map(
    (one): Found =>
      one.kind === 'securityGroup' && one.resourceTag === 'ManagedLBSecurityGroup'
        ? { ...one, spec: { ...one.spec, ingress: [...one.spec.ingress, by] } }
        : one,
  );
  const matching = match(schemas, wanted.resources, found);
  expect(matching.matched.has(MANAGED_GROUP)).toBe(true);
  const unmet = unprotected(group, wanted, found, matching);
  expect(unmet.map(({ listener }) => listener)).toEqual(listeners);
});
