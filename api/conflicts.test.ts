// Conflicts inside a group.
import { expect, test } from 'vitest';
import { conflictProblems, type GroupMember } from './conflicts.ts';
import type { Intent, Settings } from './generated/binding.ts';
import { sentence } from './problem.ts';

const say = <T>(value: T) => ({ value, from: 'Ingress' });
const member = (key: string, settings: Settings, more: Partial<Intent> = {}, group = 'g'): GroupMember => ({
  key,
  spec: { ingressRef: { name: key, hash: '' }, group, order: 0, intent: { settings, rules: [], ...more } },
});
const conflicts = (mine: Settings, theirs: Settings, both: Partial<Intent> = {}, group = 'g') =>
  conflictProblems(member('a/second', mine, both), [member('a/first', theirs, both, group)]).map((one) =>
    one.path.replace(/^.*\//, ''),
  );

const port80 = { 'listen-ports': say([{ HTTP: 80 }]) };
const port8080 = { 'listen-ports': say([{ HTTP: 8080 }]) };

test.each<[string, Settings, Settings, string[]]>([
  ['silent', {}, { scheme: say('internal') }, []],
  ['scheme', { scheme: say('internal') }, { scheme: say('internet-facing') }, ['scheme]']],
  ['subnets are a set', { subnets: say(['a', 'b']) }, { subnets: say(['b', 'a']) }, []],
  [
    'security groups are a list',
    { 'security-groups': say(['a', 'b']) },
    { 'security-groups': say(['b', 'a']) },
    ['security-groups]'],
  ],
  ['tags by key', { tags: say({ a: '1', b: '2' }) }, { tags: say({ b: '3', c: '4' }) }, ['tags].b']],
  ['protocol of a port', { 'listen-ports': say([{ HTTPS: 80 }]) }, port80, ['listen-ports]']],
  [
    'networks of a port',
    { ...port80, 'inbound-cidrs': say(['::/0']) },
    { 'inbound-cidrs': say(['0.0.0.0/0']) },
    ['inbound-cidrs]'],
  ],
  [
    'networks of other ports',
    { ...port8080, 'inbound-cidrs': say(['::/0']) },
    { 'inbound-cidrs': say(['0.0.0.0/0']) },
    [],
  ],
])('%s', (_, mine, theirs, expected) => expect(conflicts(mine, theirs)).toEqual(expected));

test('default backends of one port', () => {
  const both = { defaultBackend: { service: { name: 'web', port: 80 } } };
  expect(conflicts(port80, port80, both)).toEqual(['spec.defaultBackend']);
  expect(conflicts(port80, port8080, both)).toEqual([]);
});

test('other groups, and the member itself, do not count', () => {
  const [mine, theirs] = [{ scheme: say('internal' as const) }, { scheme: say('internet-facing' as const) }];
  expect(conflicts(mine, theirs, {}, 'other')).toEqual([]);
  expect(conflictProblems(member('a/x', mine), [member('a/x', theirs)])).toEqual([]);
});

test('both sides are named', () => {
  const [problem] = conflictProblems(member('a/second', { scheme: say('internal') }), [
    member('a/first', { scheme: say('internet-facing') }),
  ]);
  expect(problem === undefined ? '' : sentence(problem)).toBe(
    'metadata.annotations[alb.ingress.kubernetes.io/scheme]: "internal": Ingress a/first of the same group says internet-facing.',
  );
});
