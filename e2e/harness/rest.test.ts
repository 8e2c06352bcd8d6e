// Where objects are sent, and how the API server's warnings are read.
import { expect, test } from 'vitest';
import { collection, warningText } from './rest.ts';

test.each([
  [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }, '/api/v1/namespaces'],
  [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'shop' } },
    '/api/v1/namespaces/shop/services',
  ],
  [
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'a', namespace: 'shop' } },
    '/apis/networking.k8s.io/v1/namespaces/shop/ingresses',
  ],
  [
    { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'IngressClassParams', metadata: { name: 'a' } },
    '/apis/elbv2.k8s.aws/v1beta1/ingressclassparams',
  ],
])('%o', (object, path) => {
  expect(collection(object)).toBe(path);
});

test.each([
  ['299 - "scheme: \\"x\\" \\\\ y"', 'scheme: "x" \\ y'],
  [`299 - "${Buffer.from('“ä”').toString('latin1')}"`, '“ä”'],
  ['299 - "a, b" "Sun, 22 Nov 2026 00:00:00 GMT"', 'a, b'],
  ['no warning at all', 'no warning at all'],
])('%s', (header, text) => {
  expect(warningText(header)).toBe(text);
});
