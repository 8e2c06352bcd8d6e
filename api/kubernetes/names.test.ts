// Forms of names, at their edges.
import { describe, expect, test } from 'vitest';
import {
  dnsLabel,
  dnsSubdomain,
  domainPath,
  type Form,
  labelValue,
  pathSegment,
  portName,
  qualifiedName,
  ruleHost,
} from './names.ts';

const FORMS: readonly (readonly [string, Form, readonly string[], readonly string[]])[] = [
  [
    'a DNS label',
    dnsLabel,
    ['a', '1', 'a-b', 'a'.repeat(63)],
    ['', '-a', 'a-', 'A', 'a.b', 'a_b', 'a'.repeat(64)],
  ],
  ['a DNS name', dnsSubdomain, ['a', 'a.b', '1.2'], ['', '.a', 'a.', 'a..b', '*.a', 'a b', 'ü.b']],
  [
    'a host',
    ruleHost,
    ['a.b', '*.a.b', '*.a'],
    ['*', '*.*.a', 'a.*.b', '*a.b', '192.0.2.1', '2001:db8::1', 'a:80'],
  ],
  ['a port name', portName, ['http', 'a1', 'a'.repeat(15)], ['', '80', 'HTTP', 'a--b', '-a', 'a'.repeat(16)]],
  [
    'a qualified name',
    qualifiedName,
    ['a', 'A_b.c', 'a.b/c'],
    ['', 'a/', '/a', 'a/b/c', 'A.b/c', 'a b', 'a'.repeat(64)],
  ],
  ['a label value', labelValue, ['', 'a', 'A.b_c-d'], ['-a', 'a-', 'a b', 'a/b', 'a'.repeat(64)]],
  ['a path segment', pathSegment, ['a', 'A b', 'a:b'], ['.', '..', 'a/b', 'a%b']],
  ['a domain path', domainPath, ['a.b/c', 'a.b/c/d'], ['', 'a.b', 'a.b/', '/c', 'A.b/c', 'a.b/ c']],
];

describe.each(FORMS)('%s', (_what, form, good, bad) => {
  test.each(good)('%j has the form', (text) => {
    expect(form(text)).toBeUndefined();
  });
  test.each(bad)('%j has not', (text) => {
    expect(form(text)).toEqual(expect.any(String));
  });
});
