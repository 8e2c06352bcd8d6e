// Near misses.
import { expect, test } from 'vitest';
import { suggest } from './suggest.ts';

test.each([
  ['internet-facng', ['internal', 'internet-facing'], 'internet-facing'],
  ['Internal', ['internal', 'internet-facing'], 'internal'],
  ['shceme', ['scheme', 'subnets'], 'scheme'],
  ['group-name', ['group.name', 'group.order'], 'group.name'],
  ['healthcheck-timeout', ['healthcheck-port', 'healthcheck-timeout-seconds'], 'healthcheck-timeout-seconds'],
  ['security-group', ['security-group-prefix-lists', 'security-groups'], 'security-groups'],
  ['quantum-mode', ['scheme', 'tags'], undefined],
  ['', ['ip'], undefined],
  ['x'.repeat(100_000), ['x'], undefined],
])('%s', (text, known, expected) => expect(suggest(text, known)).toBe(expected));
