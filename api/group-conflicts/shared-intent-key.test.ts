// The key: equal for members that ask the same of their group, and different as soon as they might contradict each other.
import { expect, test } from 'vitest';
import type { Intent, Settings } from '../generated/binding.ts';
import { REGISTRY, stemOf } from '../registry.ts';
import type { GroupMember } from '../routing/routes.ts';
import { check } from '../validate/check.ts';
import { conflictProblems } from './group-conflicts.ts';
import { sharedIntentKey } from './shared-intent-key.ts';

const say = <T>(value: T) => ({ value, from: 'Ingress' });
const path = (text: string, name: string) => ({
  paths: [{ path: text, pathType: 'Exact' as const, backend: { service: { name, port: 80 } } }],
});
const intent = (settings: Settings, more: Partial<Intent> = {}): Intent => ({ settings, rules: [], ...more });

test('does not tell rules, their order and target groups apart', () => {
  const one = intent({ scheme: say('internal') }, { rules: [path('/a', 'web')] });
  const other = intent(
    { scheme: say('internal'), 'healthcheck-path': say('/up'), 'group.order': say(7) },
    { rules: [path('/b', 'api')] },
  );
  expect(sharedIntentKey(one)).toBe(sharedIntentKey(other));
});

const shared = REGISTRY.filter(({ name, merge }) => merge !== 'each' || name.startsWith('frontend-nlb'));
test.each(shared.map((descriptor) => [descriptor.name, descriptor] as const))(
  'tells %s',
  (name, descriptor) => {
    const [good = ''] = descriptor.examples.good;
    const { value } = check(descriptor, good);
    expect(value).toBeDefined();
    const stem = stemOf(name);
    const settings = stem === undefined ? { [name]: say(value) } : { [stem]: { 'HTTP-80': say(value) } };
    expect(sharedIntentKey(intent(settings))).not.toBe(sharedIntentKey(intent({})));
  },
);

test('tells default backends, classes and tags of subnets', () => {
  const several: Partial<Intent>[] = [
    {},
    { defaultBackend: { service: { name: 'web', port: 80 } } },
    { subnetTags: { tier: ['public'] } },
    { first: { 'ipam-ipv4-pool-id': say('ipam-pool-1') } },
  ];
  expect(new Set(several.map((more) => sharedIntentKey(intent({}, more)))).size).toBe(several.length);
});

test('members that contradict in the same way are all told', () => {
  const member = (key: string, scheme: 'internal' | 'internet-facing'): GroupMember => {
    const settings = { 'group.name': say('g'), scheme: say(scheme) };
    return {
      key,
      spec: { ingressRef: { name: key, hash: '' }, group: 'g', order: 0, intent: intent(settings) },
    };
  };
  const others = ['shop/a', 'shop/b', 'shop/c'].map((key, at) =>
    member(key, at === 0 ? 'internet-facing' : 'internal'),
  );
  const told = conflictProblems(member('shop/z', 'internet-facing'), others);
  expect(told.map(({ because = '' }) => because.split(' ')[1])).toEqual(['shop/b', 'shop/c']);
});
