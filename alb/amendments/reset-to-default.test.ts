// What goes back, and what does not.
import { describe, expect, test } from 'vitest';
import type { Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { interpret } from '../laws/interpret.ts';
import { CERTIFICATE, ingress, service, wantedBy } from '../laws/paper.ts';
import { match } from '../plan/match.ts';
import { inWords } from '../plan/operation.ts';
import { plan } from '../plan/plan.ts';
import type { SetKeys } from './reset-memory.ts';
import { reset, withReasons } from './reset-to-default.ts';

const SECURE = { 'listen-ports': '[{"HTTPS":443}]', 'certificate-arn': CERTIFICATE('one') };
const wanted = (said: Record<string, string> = {}) =>
  wantedBy({ ingresses: [ingress({ said: { ...SECURE, ...said } })], services: [service()] }).resources;
const GROUP = 'shop/web';
const IDLE = 'idle_timeout.timeout_seconds';

const SAID = {
  'load-balancer-attributes': `${IDLE}=30,deletion_protection.enabled=true`,
  'listener-attributes.HTTPS-443': 'routing.http.response.server.enabled=false',
  'target-group-attributes': 'slow_start.duration_seconds=60',
  'mutual-authentication': '[{"port":443,"mode":"passthrough"}]',
  'minimum-load-balancer-capacity': 'CapacityUnits=500',
};
const FOUND = interpret(plan(schemas, wanted(SAID), []), []);
const arn = (kind: Found['kind']): string => FOUND.find((one) => one.kind === kind)?.arn ?? '';
const ALL: SetKeys = {
  [arn('loadBalancer')]: [IDLE, 'capacityUnits', 'deletion_protection.enabled'],
  [arn('listener')]: ['mutualAuthentication', 'routing.http.response.server.enabled'],
  [arn('targetGroup')]: ['slow_start.duration_seconds'],
};

function lines(set: SetKeys, said: Record<string, string> = {}, found: readonly Found[] = FOUND): string[] {
  const back = reset(GROUP, wanted(said), set, match(schemas, wanted(said), found));
  return withReasons(plan(schemas, back.resources, found), back).operations.map(inWords);
}

test('all that we set and nobody says goes back, in words', () => {
  expect(lines(ALL)).toEqual([
    'modify targetGroup/shop/web/web:80: slow_start.duration_seconds 60 → 0; nobody says slow_start.duration_seconds any more',
    `modify loadBalancer: deletion_protection.enabled true → false; ${IDLE} 30 → 60; capacityUnits 500 → 0; nobody says capacityUnits, deletion_protection.enabled, ${IDLE} any more`,
    'modify listener/443: mutualAuthentication.mode passthrough → off; routing.http.response.server.enabled false → true; nobody says mutualAuthentication, routing.http.response.server.enabled any more',
  ]);
});

describe('nothing goes back', () => {
  const balancer = (found: Found, change: object): Found =>
    found.kind === 'loadBalancer' ? { ...found, ...change } : found;
  const one = { [arn('loadBalancer')]: [IDLE] };

  test('of what we never set', () => expect(lines({})).toEqual([]));
  test('of what is still said', () => expect(lines(ALL, SAID)).toEqual([]));
  test('of what is of another resource', () => expect(lines({ 'arn:other': [IDLE] })).toEqual([]));
  test('of what was noted for a group that is another', () => {
    expect(lines({ 'shop/other loadBalancer': [IDLE] })).toEqual([]);
    expect(lines({ [`${GROUP} loadBalancer`]: [IDLE] })).toHaveLength(1);
  });
  test('that is at the default, or has a default that nobody knows', () => {
    expect(lines({ [arn('loadBalancer')]: ['routing.http2.enabled', 'new.key'] })).toEqual([]);
  });
  test('while the load balancer is not active', () => {
    const young = FOUND.map((each) => balancer(each, { extra: { state: 'provisioning' } }));
    expect(lines(one, {}, young)).toEqual([]);
    expect(lines(one)).toHaveLength(1);
  });
  test('that a listener does not have with its new protocol', () => {
    const header = 'routing.http.request.x_amzn_tls_version.header_name';
    const set = { [arn('listener')]: ['mutualAuthentication', header] };
    const there = FOUND.map(
      (each): Found =>
        each.kind === 'listener'
          ? { ...each, spec: { ...each.spec, attributes: { ...each.spec.attributes, [header]: 'V' } } }
          : each,
    );
    const http = { 'listen-ports': '[{"HTTP":443}]' };
    expect(lines(set, http, there).filter((line) => line.includes('any more'))).toEqual([]);
    expect(lines(set, {}, there).filter((line) => line.includes('any more'))).toHaveLength(1);
  });
});
