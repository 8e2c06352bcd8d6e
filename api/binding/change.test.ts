// What an update meets beside its plan.
import { expect, test } from 'vitest';
import type { Settings } from '../generated/binding.ts';
import { changeProblems } from './change.ts';

const options = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
const say = <T>(value: T) => ({ value, from: 'Ingress' });
const facing: Settings = { scheme: say('internet-facing') };
const guarded: Settings = { 'load-balancer-attributes': say({ 'deletion_protection.enabled': 'true' }) };

test.each<[string, Settings, Settings, string[]]>([
  ['nothing', {}, {}, []],
  ['the default said aloud', {}, { scheme: say('internal') }, []],
  ['another scheme', {}, facing, []],
  ['a load balancer that was protected', guarded, facing, ['warn Replacement']],
  ['a protected load balancer', guarded, { ...guarded, ...facing }, ['refuse Contradiction']],
  ['another group', guarded, { ...facing, 'group.name': say('g') }, ['warn Replacement']],
  ['a name that comes too late', {}, { 'load-balancer-name': say('shop') }, ['warn Unused']],
])('%s', (_, before, after, expected) => {
  expect(changeProblems(before, after, options).map(({ severity, code }) => `${severity} ${code}`)).toEqual(
    expected,
  );
});
