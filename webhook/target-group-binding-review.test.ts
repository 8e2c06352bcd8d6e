// Reviews of TargetGroupBindings: refused with every mistake, told what else has its targets there, and no body makes the judge fail.
import { expect, test } from 'vitest';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import type { TargetGroupBinding } from '../api/generated/target-group-binding.ts';
import { judgeTargetGroupBindingReview } from './target-group-binding-review.ts';
import { occupantsFor } from './watches.ts';

const ARN = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/73e2d6bc24d8a067';
const object = (name: string, spec: object, namespace = 'shop') => ({
  kind: 'TargetGroupBinding',
  metadata: { namespace, name },
  spec: { serviceRef: { name: 'web', port: 80 }, ...spec },
});
const review = (now: unknown, resource = 'targetgroupbindings') => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'u',
    operation: 'CREATE',
    resource: { group: 'elbv2.k8s.aws', version: 'v1beta1', resource },
    object: now,
  },
});

const others = [object('api', { targetGroupARN: ARN }, 'blog')] as TargetGroupBinding[];
const ofIngress = (name: string, arn: string, settings: object = {}) =>
  ({
    metadata: { namespace: 'shop', name },
    spec: { intent: { settings } },
    status: { targetGroups: [{ arn }] },
  }) as unknown as LoadBalancerBinding;
const ingresses = [
  ofIngress('cart', `${ARN}1`),
  ofIngress('shared', `${ARN}3`, { 'multi-cluster-target-group': { value: true } }),
];
const judge = (body: unknown) =>
  judgeTargetGroupBindingReview(body, {
    service: () => undefined,
    occupants: (one) => occupantsFor(one, others, ingresses),
  });

test('every mistake is in one refusal', () => {
  const judged = judge(review(object('web', { targetGroupARN: 'x', vpcID: 'y' })));
  expect(judged).toMatchObject({ uid: 'u', answer: { allowed: false } });
  expect(JSON.stringify(judged)).toMatch(/spec\.targetGroupARN.*spec\.vpcID/);
});

test('a Service that is not there yet is a warning', () => {
  const warnings = [expect.stringContaining('there is no Service shop/web')];
  expect(judge(review(object('web', { targetGroupARN: `${ARN}2` })))).toMatchObject({
    answer: { allowed: true, warnings },
  });
});

test('who has the target group is named in the same namespace only', () => {
  const told = (targetGroupARN: string) => JSON.stringify(judge(review(object('web', { targetGroupARN }))));
  expect(told(ARN)).toContain('the targets of TargetGroupBinding of another namespace');
  expect(told(`${ARN}1`)).toContain('the targets of Ingress shop/cart');
});

test('a target group that an Ingress shares may be shared, and no other', () => {
  const judged = (targetGroupARN: string) =>
    judge(review(object('web', { targetGroupARN, multiClusterTargetGroup: true })));
  expect(judged(`${ARN}3`)).toMatchObject({ answer: { allowed: true } });
  expect(judged(`${ARN}1`)).toMatchObject({ answer: { allowed: false } });
});

test.each([
  ['no review', {}],
  ['another kind', review(object('web', {}), 'ingressclassparams')],
  ['wrong types', review({ ...object('web', {}), spec: { serviceRef: 5 } })],
  ['nothing', review(null)],
])('%s: a fault in words', (_what, body) => {
  expect(judge(body)).toHaveProperty('fault');
});
