// What protects the load balancer, decided: what is switched off, not found or not subscribed is left as it is and told.
import { expect, test } from 'vitest';
import type { Problem } from '../../api/problems/problem.ts';
import { CLUSTER, ingress, service, WEB_ACL_ARN, wantedBy } from '../laws/paper.ts';
import { LOAD_BALANCER } from './desire.ts';
import type { Facts } from './facts.ts';

const NAME = { 'wafv2-acl-name': 'shop' };
const SHIELD = { 'shield-advanced-protection': 'true' };
const problem = (code: Problem['code']): { problem: Problem } => ({
  problem: { code, severity: 'warn', path: 'p' },
});

test.each<[string, Record<string, string>, Partial<Facts>, object, string[]]>([
  ['nothing said', {}, {}, {}, []],
  ['a name', NAME, {}, { webAcl: WEB_ACL_ARN('shop') }, []],
  ['none by name', { 'wafv2-acl-name': 'none' }, {}, { webAcl: 'none' }, []],
  ['an empty name', { 'wafv2-acl-name': '' }, {}, {}, []],
  ['not found', NAME, { webAcl: problem('WebAclNotFound') }, { webAcl: 'kept' }, ['WebAclNotFound']],
  ['switched off', NAME, { cluster: { ...CLUSTER, wafv2: false } }, {}, ['Unused']],
  ['protected', SHIELD, {}, { shield: 'on' }, []],
  ['not protected', { 'shield-advanced-protection': 'false' }, {}, { shield: 'off' }, []],
  ['not subscribed', SHIELD, { shield: problem('SubscriptionNotFound') }, {}, ['SubscriptionNotFound']],
  [
    'nothing to take away without a subscription',
    { 'shield-advanced-protection': 'false' },
    { shield: problem('SubscriptionNotFound') },
    {},
    [],
  ],
  ['Shield switched off', SHIELD, { cluster: { ...CLUSTER, shield: false } }, {}, ['Unused']],
])('%s', (_, said, facts, expected, codes) => {
  const { resources, problems } = wantedBy(
    { ingresses: [ingress({ said })], services: [service()] },
    undefined,
    facts,
  );
  const balancer = resources.find((one) => one.kind === 'loadBalancer' && one.id === LOAD_BALANCER);
  const { webAcl, shield } = balancer?.kind === 'loadBalancer' ? balancer.spec : {};
  expect({ ...(webAcl && { webAcl }), ...(shield && { shield }) }).toEqual(expected);
  expect(problems.map(({ problem: { code } }) => code)).toEqual(codes);
});
