// What a change replaces.
import { expect, test } from 'vitest';
import { changeProblems } from './change.ts';
import type { Settings } from './generated/binding.ts';

const options = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
const say = <T>(value: T) => ({ value, from: 'Ingress' });
const facing: Settings = { scheme: say('internet-facing') };
const guarded: Settings = { 'load-balancer-attributes': say({ 'deletion_protection.enabled': 'true' }) };

test.each<[string, Settings, Settings, string[]]>([
  ['nothing', {}, {}, []],
  ['the default said aloud', {}, { scheme: say('internal') }, []],
  ['another scheme', {}, facing, ['warn Replacement']],
  ['a protected load balancer', guarded, { ...guarded, ...facing }, ['refuse Contradiction']],
  ['another group', guarded, { ...facing, 'group.name': say('g') }, ['warn Replacement']],
  ['the default type said aloud', {}, { 'target-type': say('instance') }, []],
  [
    'a control port',
    { 'target-control-port': { 'web.80': say(3000) } },
    { 'target-control-port': { 'web.80': say(3001) } },
    ['warn Replacement'],
  ],
  ['a name that comes too late', {}, { 'load-balancer-name': say('shop') }, ['warn Unused']],
  ['another target type', {}, { 'target-type': say('ip') }, ['warn Replacement']],
  ['another protocol version', { 'backend-protocol-version': say('HTTP2') }, {}, ['warn Replacement']],
])('%s', (_, before, after, expected) => {
  expect(changeProblems(before, after, options).map(({ severity, code }) => `${severity} ${code}`)).toEqual(
    expected,
  );
});

test('an address type replaces the target groups of Services that have both families', () => {
  const service = (name: string, ...ipFamilies: string[]) => ({ metadata: { name }, spec: { ipFamilies } });
  const dualStack: Settings = { 'ip-address-type': say('dualstack') };
  const told = (...services: Parameters<typeof changeProblems>[3] & object) =>
    changeProblems({}, dualStack, options, services).map(({ because }) => because);
  expect(told(service('both', 'IPv4', 'IPv6'), service('one', 'IPv4'))).toEqual([
    'the target groups of Service both, which have addresses of both families, are replaced by new ones',
  ]);
  expect(told(service('one', 'IPv4'), service('six', 'IPv6'))).toEqual([]);
});
