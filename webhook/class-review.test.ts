// Reviews of IngressClassParams: refused with every mistake, ratcheted on update, and no body makes the judge fail.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeClassReview } from './class-review.ts';

const params = (spec: object) => ({ metadata: { name: 'edge' }, spec });
const review = (object: unknown, oldObject?: unknown) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'u',
    operation: oldObject === undefined ? 'CREATE' : 'UPDATE',
    resource: { group: 'elbv2.k8s.aws', version: 'v1beta1', resource: 'ingressclassparams' },
    object,
    oldObject,
  },
});

test('good parameters are allowed', () => {
  expect(judgeClassReview(review(params({ scheme: 'internal' })))).toMatchObject({
    answer: { allowed: true },
  });
});

test('every mistake is named, with its field', () => {
  const judged = judgeClassReview(review(params({ loadBalancerName: '-', inboundCIDRs: ['x'] })));
  expect(judged).toMatchObject({ answer: { allowed: false } });
  expect(JSON.stringify(judged)).toContain('spec.loadBalancerName');
  expect(JSON.stringify(judged)).toContain('spec.inboundCIDRs');
});

test('a mistake that is stored already does not block an update', () => {
  const stored = params({ loadBalancerName: '-' });
  const judged = judgeClassReview(review(params({ loadBalancerName: '-', scheme: 'internal' }), stored));
  expect(judged).toMatchObject({
    answer: { allowed: true, warnings: [expect.stringContaining('loadBalancerName')] },
  });
});

test('a field that is null is one that is not there', () => {
  const empty = params({ group: null, tags: null, subnets: null, scheme: 'internal', listeners: null });
  expect(judgeClassReview(review(empty, params({ scheme: null })))).toMatchObject({
    answer: { allowed: true },
  });
});

test.each([
  ['no review', {}],
  ['wrong types', review(params({ tags: 5 }))],
  ['wrong items', review(params({ subnets: { tags: { a: 'b' } } }))],
])('%s: a fault in words', (_what, body) => {
  expect(judgeClassReview(body)).toHaveProperty('fault');
});

test('whatever the fields hold, it answers', () => {
  const field = fc.constantFrom(
    'tags',
    'subnets',
    'listeners',
    'group',
    'scheme',
    'namespaceSelector',
    'minimumLoadBalancerCapacity',
    'ipamConfiguration',
    'inboundCIDRs',
  );
  fc.assert(
    fc.property(fc.dictionary(field, fc.jsonValue()), (spec) => {
      expect(judgeClassReview(review(params(spec)))).toBeDefined();
    }),
  );
});
