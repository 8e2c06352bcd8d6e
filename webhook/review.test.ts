// Whatever is not a review that we can judge is told so in one sentence; nothing in a body makes the parser fail.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseReview } from './review.ts';

const ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'front', namespace: 'shop' },
  spec: { rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'web' } } }] } }] },
};
const request = {
  uid: 'u',
  operation: 'CREATE',
  resource: { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' },
  object: ingress,
};
const review = (change: object = {}) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { ...request, ...change },
});

test('a review as the API server sends it', () => {
  expect(parseReview(review({ dryRun: true }))).toEqual({
    request: { uid: 'u', operation: 'CREATE', dryRun: true, object: ingress },
  });
  expect(parseReview(review({ operation: 'UPDATE', oldObject: ingress }))).toMatchObject({
    request: { operation: 'UPDATE', oldObject: ingress, dryRun: false },
  });
});

test('a field that is null is one that is not there', () => {
  const { metadata, spec } = ingress;
  const object = {
    ...ingress,
    metadata: { ...metadata, annotations: null, creationTimestamp: null },
    spec: { ...spec, tls: null, defaultBackend: null, ingressClassName: null },
    status: null,
  };
  expect(parseReview(review({ operation: 'UPDATE', object, oldObject: object }))).toEqual({
    request: { uid: 'u', operation: 'UPDATE', dryRun: false, object: ingress, oldObject: ingress },
  });
});

describe('is told what is wrong', () => {
  test.each([
    [undefined, 'not a JSON object'],
    [[], 'not a JSON object'],
    [{}, 'not an AdmissionReview'],
    [{ ...review(), apiVersion: 'admission.k8s.io/v1beta1' }, 'not an AdmissionReview'],
    [{ ...review(), request: undefined }, 'no request'],
    [review({ uid: 7 }), 'request.uid'],
    [review({ resource: { group: '', version: 'v1', resource: 'pods' } }), 'request.resource'],
    [review({ operation: 'DELETE' }), 'request.operation'],
    [review({ object: null }), 'request.object'],
    [review({ object: { ...ingress, kind: 'Pod' } }), 'request.object'],
    [
      review({ object: { ...ingress, metadata: { name: 'x', namespace: 'y', annotations: { a: 1 } } } }),
      'request.object',
    ],
    [review({ object: { ...ingress, spec: { rules: [{ http: { paths: [{}] } }] } } }), 'request.object'],
    [review({ operation: 'UPDATE' }), 'request.oldObject'],
  ])('%#', (body, words) => {
    expect(parseReview(body)).toEqual({ fault: expect.stringContaining(words) });
  });
});

test('never fails, whatever comes', () => {
  const broken = fc
    .record({ object: fc.anything(), oldObject: fc.anything(), operation: fc.anything() })
    .map(review);
  const spec = fc.anything().map((value) => review({ object: { ...ingress, spec: value } }));
  fc.assert(
    fc.property(fc.oneof(fc.anything(), broken, spec), (body) => typeof parseReview(body) === 'object'),
  );
});
