// What is told about a group of a thousand costs no more than its members' own rules: no pair is looked at for itself.
import { expect, test } from 'vitest';
import type { Intent } from '../generated/binding.ts';
import { hostsAbove } from './reach.ts';
import type { GroupMember } from './routes.ts';
import { routingOfGroup } from './warnings.ts';

const say = <T>(value: T) => ({ value, from: 'Ingress' });

test('wildcards of any number of labels are above a host', () => {
  expect(hostsAbove('a.b.example.com')).toEqual([
    'a.b.example.com',
    '*.b.example.com',
    '*.example.com',
    '*.com',
    '',
  ]);
  expect(hostsAbove('*.b.com')).toEqual(['*.b.com', '*.com', '']);
  expect(hostsAbove('')).toEqual(['']);
});

/** Two ports, a redirect and ten paths on a host of its own; the redirect leads away. */
function member(at: number): GroupMember {
  const go = { type: 'redirect', redirectConfig: { statusCode: 'HTTP_302', path: '/out' } } as const;
  const exact = (path: string, backend: object) => ({ path, pathType: 'Exact' as const, backend });
  const web = { service: { name: 'web', port: 80 } };
  const ten = Array.from({ length: 10 }, (_, n) => exact(`/${n}`, web));
  const intent: Intent = {
    settings: {
      'listen-ports': say([{ HTTP: 80 }, { HTTPS: 443 }]),
      'ssl-redirect': say(443),
      actions: { go: say(go) },
    },
    rules: [{ host: `h${at}.example.com`, paths: [exact('/in', { action: 'go' }), ...ten] }],
  };
  const name = `m${String(at).padStart(4, '0')}`;
  return { key: `shop/${name}`, spec: { ingressRef: { name, hash: '' }, group: 'g', order: 0, intent } };
}

/** Processor time of telling a group of so many, in milliseconds; the least of three. */
function cost(count: number): number {
  const times = Array.from({ length: 3 }, () => {
    const members = Array.from({ length: count }, (_, at) => member(at));
    const before = process.cpuUsage();
    expect(routingOfGroup(members)).toEqual([]);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

test('eight times as many members cost about eight times as much, not sixty-four', () => {
  cost(50);
  expect(cost(1000) / cost(125)).toBeLessThan(32);
});
