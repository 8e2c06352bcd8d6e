// Fields that are null: absent in objects, empty in lists and in maps of texts, and nothing else is touched.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { definitionOf, withoutNulls } from './schema.ts';

const ingress = (more: object) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', ...more });

describe('an Ingress', () => {
  test.each([
    ['annotations', { metadata: { name: 'a', annotations: null } }, { metadata: { name: 'a' } }],
    ['an annotation', { metadata: { annotations: { a: null } } }, { metadata: { annotations: { a: '' } } }],
    ['a label', { metadata: { labels: { a: null } } }, { metadata: { labels: { a: '' } } }],
    ['metadata', { metadata: null }, {}],
    ['tls and defaultBackend', { spec: { tls: null, defaultBackend: null } }, { spec: {} }],
    ['rules', { spec: { rules: null } }, { spec: {} }],
    ['a rule', { spec: { rules: [null] } }, { spec: { rules: [{}] } }],
    ['http', { spec: { rules: [{ host: 'a.b', http: null }] } }, { spec: { rules: [{ host: 'a.b' }] } }],
    [
      'a path',
      { spec: { rules: [{ http: { paths: [null] } }] } },
      { spec: { rules: [{ http: { paths: [{}] } }] } },
    ],
    ['a host of tls', { spec: { tls: [{ hosts: [null] }] } }, { spec: { tls: [{ hosts: [''] }] } }],
  ])('%s', (_what, written, read) => {
    expect(withoutNulls(ingress(written), definitionOf('Ingress'))).toEqual(ingress(read));
  });
});

test('a selector of a Service keeps its keys', () => {
  const read = withoutNulls(
    { spec: { selector: { app: null }, ports: [{ port: 80, name: null }] } },
    definitionOf('Service'),
  );
  expect(read).toEqual({ spec: { selector: { app: '' }, ports: [{ port: 80 }] } });
});

test('without a schema a null in a list stays, and it is for others to say what is wrong', () => {
  expect(withoutNulls({ a: null, b: [null, { c: null }] })).toEqual({ b: [null, {}] });
});

test('what has no null in it is given back as it is', () => {
  const whole = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('null'));
  fc.assert(fc.property(whole, (value) => withoutNulls(value) === value));
});

test('no field is null afterwards, and doing it again changes nothing', () => {
  const nullIn = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((member) => (member === null && !Array.isArray(value)) || nullIn(member));
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const once = withoutNulls(value, definitionOf('Ingress'));
      expect(nullIn(once)).toBe(false);
      expect(withoutNulls(once, definitionOf('Ingress'))).toEqual(once);
    }),
  );
});
