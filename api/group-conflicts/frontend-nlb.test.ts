// The frontend network load balancer of a group: nothing conflicts until somebody asks for one.
import { expect, test } from 'vitest';
import type { Settings } from '../generated/binding.ts';
import type { GroupMember } from '../routing/routes.ts';
import { conflictProblems } from './group-conflicts.ts';

const say = <T>(value: T) => ({ value, from: 'Ingress' });
const member = (key: string, settings: Settings): GroupMember => ({
  key,
  spec: { ingressRef: { name: key, hash: '' }, group: 'g', order: 0, intent: { settings, rules: [] } },
});
const conflicts = (mine: Settings, theirs: Settings) =>
  conflictProblems(member('a/second', mine), [member('a/first', theirs)]).map((one) =>
    one.path.replace(/^.*\//, ''),
  );

const on = { 'enable-frontend-nlb': say(true) };
const port8080 = { 'listen-ports': say([{ HTTP: 8080 }]) };
const internal = { 'frontend-nlb-scheme': say('internal' as const) };
const facing = { 'frontend-nlb-scheme': say('internet-facing' as const) };
const interval = (seconds: number) => ({ 'frontend-nlb-healthcheck-interval-seconds': say(seconds) });
const mapping = (value: Record<string, string>) => ({ 'frontend-nlb-listener-port-mapping': say(value) });

test.each<[string, Settings, Settings, string[]]>([
  ['nobody asks', internal, facing, []],
  ['one asks for both', { ...on, ...internal }, facing, ['frontend-nlb-scheme]']],
  ['on and off', on, { 'enable-frontend-nlb': say(false) }, ['enable-frontend-nlb]']],
  [
    'whole maps of tags',
    { ...on, 'frontend-nlb-tags': say({ a: '1' }) },
    { ...on, 'frontend-nlb-tags': say({ b: '1' }) },
    ['frontend-nlb-tags]'],
  ],
  ['attributes that only one says', { ...on, 'frontend-nlb-attributes': say({ a: '1' }) }, on, []],
  [
    'equal success codes are no conflict',
    { ...on, 'frontend-nlb-healthcheck-success-codes': say('200') },
    { ...on, 'frontend-nlb-healthcheck-success-codes': say('200') },
    [],
  ],
  [
    'health checks of one port',
    { ...on, ...interval(10) },
    { ...on, ...interval(20) },
    ['frontend-nlb-healthcheck-interval-seconds]'],
  ],
  ['health checks of two ports', { ...on, ...port8080, ...interval(10) }, { ...on, ...interval(20) }, []],
  [
    'one port, two targets',
    { ...on, ...port8080, ...mapping({ '9000': '8080' }) },
    { ...on, ...mapping({ '09000': '80' }) },
    ['frontend-nlb-listener-port-mapping]'],
  ],
  [
    'a mapping to a port of somebody else is left out',
    { ...on, ...port8080, ...mapping({ '9000': '80' }) },
    { ...on, ...mapping({ '9000': '80' }) },
    [],
  ],
  [
    'Elastic IPs and another member that says internal',
    { ...on, 'frontend-nlb-eip-allocations': say(['eipalloc-0a']) },
    { ...on, ...internal },
    ['frontend-nlb-eip-allocations]'],
  ],
  [
    'addresses that no network load balancer has',
    { 'ip-address-type': say('dualstack-without-public-ipv4' as const) },
    on,
    ['ip-address-type]'],
  ],
])('%s', (_, mine, theirs, expected) => expect(conflicts(mine, theirs)).toEqual(expected));
