// Groups: order, merging, and conflicts that are told to both sides.
import { describe, expect, test } from 'vitest';
import { groupOf } from './group.ts';
import { bindingsOf, groupFrom, ingress } from './laws/paper.ts';

const DAY = (day: number): string => `2026-01-0${day}T00:00:00Z`;
const member = (name: string, day: number, said: Record<string, string> = {}, namespace = 'shop') =>
  ingress({ ingress: name, namespace, created: DAY(day), said: { 'group.name': 'g', ...said } });
const group = (...ingresses: ReturnType<typeof member>[]) => groupFrom({ ingresses, services: [] });
const told = (of: ReturnType<typeof group>) =>
  of.leftOut.map(({ member: to, problem }) => `${to} ${problem.severity} ${problem.code}`);

describe('order (spec annotations 14.3)', () => {
  test.each([
    ['by namespace/name', [member('b', 1), member('a', 2)], ['shop/a', 'shop/b']],
    ['a lower order first', [member('a', 1), member('b', 2, { 'group.order': '-1' })], ['shop/b', 'shop/a']],
    ['by bytes, not by letters', [member('a', 1), member('Z', 1)], ['shop/Z', 'shop/a']],
    ['namespace before name', [member('a', 1, {}, 'z'), member('z', 1, {}, 'a')], ['a/z', 'z/a']],
    [
      'equal orders by name',
      [member('b', 1, { 'group.order': '5' }), member('a', 2, { 'group.order': '5' })],
      ['shop/a', 'shop/b'],
    ],
  ])('%s', (_, ingresses, expected) => {
    expect(group(...ingresses).members.map(({ key }) => key)).toEqual(expected);
  });
});

describe('one value for all', () => {
  test.each([
    ['nobody says anything', [{}, {}], undefined, []],
    ['the silent ones are neutral', [{}, { scheme: 'internet-facing' }], 'internet-facing', []],
    ['they agree', [{ scheme: 'internal' }, { scheme: 'internal' }], 'internal', []],
    [
      'the earlier-created one wins',
      [{ scheme: 'internal' }, { scheme: 'internet-facing' }],
      'internal',
      ['shop/b refuse GroupConflict', 'shop/a warn GroupConflict'],
    ],
    [
      'whatever the order in the group',
      [{ scheme: 'internal' }, { scheme: 'internet-facing', 'group.order': '-100' }],
      'internal',
      ['shop/b refuse GroupConflict', 'shop/a warn GroupConflict'],
    ],
  ])('%s', (_, [a = {}, b = {}], value, problems) => {
    const merged = group(member('a', 1, a), member('b', 2, b));
    expect([merged.settings.scheme?.value, told(merged)]).toEqual([value, problems]);
  });

  test('lists are sets', () => {
    const merged = group(member('a', 1, { subnets: 'one,two' }), member('b', 2, { subnets: 'two,one' }));
    expect([merged.settings.subnets?.value, told(merged)]).toEqual([['one', 'two'], []]);
  });

  test('an empty pool says nothing (spec annotations 5.6)', () => {
    const pool = { scheme: 'internet-facing', 'ipam-ipv4-pool-id': 'ipam-pool-0a' };
    const merged = group(member('a', 1, { ...pool, 'ipam-ipv4-pool-id': '' }), member('b', 2, pool));
    expect([merged.settings['ipam-ipv4-pool-id']?.value, told(merged)]).toEqual(['ipam-pool-0a', []]);
  });

  test('an empty list says nothing (spec annotations 7.3)', () => {
    const merged = group(
      member('a', 1, { 'security-groups': '' }),
      member('b', 2, { 'security-groups': 'sg-0a' }),
    );
    expect([merged.settings['security-groups']?.value, told(merged)]).toEqual([['sg-0a'], []]);
  });

  test('both sides hear who says what', () => {
    const { leftOut } = group(
      member('a', 1, { scheme: 'internal' }),
      member('b', 2, { scheme: 'internet-facing' }),
    );
    expect(leftOut.map(({ problem }) => problem.because)).toEqual([
      'Ingress shop/a was first in this group and says "internal"; this value is left out',
      'Ingress shop/b of the same group says "internet-facing"; its value is left out',
    ]);
  });
});

describe('key by key', () => {
  test('keys of all members; a key with two values is the earlier one’s', () => {
    const merged = group(
      member('a', 2, { tags: 'team=a,one=1' }),
      member('b', 1, { tags: 'team=b,two=2' }),
      member('c', 3, { tags: 'team=b' }),
    );
    expect(merged.settings.tags?.value).toEqual({ team: 'b', one: '1', two: '2' });
    expect(told(merged)).toEqual(['shop/a refuse GroupConflict', 'shop/b warn GroupConflict']);
  });
});

test('a binding without an intent is no member, one that is deleted is leaving', () => {
  const applied = { ingresses: [member('a', 1), member('b', 2, { scheme: 'nonsense' })], services: [] };
  const all = bindingsOf(applied, 'g');
  const [binding] = all;
  if (binding === undefined) throw new Error('no binding');
  const gone = { ...binding, metadata: { ...binding.metadata, deletionTimestamp: DAY(3) } };
  expect(groupOf('g', [binding]).members).toHaveLength(1);
  expect(groupOf('g', [gone])).toMatchObject({ members: [], leaving: [gone], settings: {} });
  // What was refused from the start is found under the group it names, without a say in it.
  expect(all.map(({ spec }) => spec.intent === undefined)).toEqual([false, true]);
  expect(groupOf('g', all).members).toHaveLength(1);
});
