// Hosts of rules and conditions.
import { expect, test } from 'vitest';
import { hostFinding } from './conditions.ts';

test.each([
  ['www.example.com', undefined],
  ['*.example.com', undefined],
  ['grafana', 'warn'],
  ['localhost', 'warn'],
  ['app1', 'warn'],
  ['*', 'warn'],
  ['foo-bar', 'refuse'],
  ['foo_bar', 'refuse'],
  ['a b', 'refuse'],
  ['example.com:8080', 'refuse'],
  ['10.0.0.1', 'warn'],
] as const)('%s', (host, severity) => expect(hostFinding(host, '')?.severity).toBe(severity));
