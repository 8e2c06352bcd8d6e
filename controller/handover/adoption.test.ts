// Tests of adoption: how far an Ingress is taken over, and which TargetGroupBindings may go.
import { describe, expect, test } from 'vitest';
import { ingress } from '../../alb/laws/paper.ts';
import type { BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { TargetGroupBinding } from '../../api/generated/target-group-binding.ts';
import { adoptions, groupOfLeftover, leftovers } from './adoption.ts';
import type { Survey } from './survey.ts';

const ARN = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/k8s-shop-web/1';
const BALANCER = { name: 'k8s', arn: 'arn:lb', dnsName: 'k8s.example.com' };
const status: BindingStatus = {
  state: 'Ready',
  appliedHash: 'h',
  plan: ['create loadBalancer: does not exist yet'],
  loadBalancer: BALANCER,
  listeners: [
    { port: 80, protocol: 'HTTP', arn: 'arn:80' },
    { port: 443, protocol: 'HTTPS', arn: 'arn:443' },
  ],
  targetGroups: [{ name: 'k8s-shop-web', arn: ARN, service: 'web', port: 80, healthy: 1, total: 1 }],
};
const OURS = ['albatross.dev/resources'];

const binding = (finalizers = OURS, of: BindingStatus = status): LoadBalancerBinding => ({
  apiVersion: 'albatross.dev/v1alpha1',
  kind: 'LoadBalancerBinding',
  metadata: { namespace: 'shop', name: 'web', finalizers },
  spec: { ingressRef: { name: 'web', hash: '0' }, group: 'shop/web', order: 0 },
  status: of,
});
const web = (...finalizers: string[]) => {
  const one = ingress();
  return { ...one, metadata: { ...one.metadata, finalizers } };
};
const STACK = { 'ingress.k8s.aws/stack-namespace': 'shop', 'ingress.k8s.aws/stack-name': 'web' };
const leftover = (labels: Readonly<Record<string, string>>, targetGroupARN = ARN): TargetGroupBinding => ({
  metadata: { namespace: 'shop', name: 'k8s-shop-web', labels },
  spec: { targetGroupARN, serviceRef: { name: 'web', port: 80 } },
});
const seen = (more: Partial<Survey>): Survey => ({
  ingresses: [web()],
  bindings: [binding()],
  targetGroupBindings: [leftover(STACK)],
  ...more,
});
const LBC = 'ingress.k8s.aws/resources';

describe('an Ingress', () => {
  test('taken over', () => {
    expect(adoptions(seen({}))).toEqual([
      {
        ingress: 'shop/web',
        group: 'shop/web',
        binding: 'Ready',
        resources: 4,
        planned: 0,
        finalizers: 'Albatross',
        targetGroupBindings: ['shop/k8s-shop-web'],
      },
    ]);
  });

  test.each([
    [['delete rule 3'], 1],
    [undefined, undefined],
  ])('with the plan %j and no hash of what was applied: %j', (plan, planned) => {
    const of: BindingStatus = { state: 'Ready', ...(plan === undefined ? {} : { plan }) };
    expect(adoptions(seen({ bindings: [binding(OURS, of)] }))[0]?.planned).toBe(planned);
  });

  test.each([
    [[LBC], [], 'LBC'],
    [[LBC], OURS, 'both'],
    [['group.ingress.k8s.aws/x'], OURS, 'both'],
    [['x.example.com/y'], OURS, 'Albatross'],
    [[], [], 'none'],
  ])('finalizers %j beside %j: %s', (theirs, ours, who) => {
    const [one] = adoptions(seen({ ingresses: [web(...theirs)], bindings: [binding(ours)] }));
    expect(one?.finalizers).toBe(who);
  });
});

describe('a TargetGroupBinding', () => {
  test.each([
    [STACK, 'shop/web'],
    [{ 'ingress.k8s.aws/stack': 'www' }, 'www'],
    [{}, undefined],
    [{ 'service.k8s.aws/stack-namespace': 'shop', 'service.k8s.aws/stack-name': 'web' }, undefined],
    [{ 'ingress.k8s.aws/stack-namespace': 'shop' }, undefined],
  ])('with labels %j is of the group %s', (labels, group) => {
    expect(groupOfLeftover(leftover(labels))).toBe(group);
  });

  test('may go when its target group is in our hands', () => {
    expect(leftovers(seen({})).map(({ stays }) => stays)).toEqual([undefined]);
  });

  test.each<[string, Partial<Survey>, string]>([
    ['no binding', { bindings: [] }, 'no binding names its target group'],
    [
      'another target group',
      { targetGroupBindings: [leftover(STACK, 'x')] },
      'no binding names its target group',
    ],
    [
      "the LBC's finalizer",
      { ingresses: [web(LBC)] },
      'the finalizers of Ingress shop/web are not exchanged yet',
    ],
    ['none of ours', { bindings: [binding([])] }, 'the finalizers of Ingress shop/web are not exchanged yet'],
  ])('stays with %s', (_what, more, because) => {
    expect(leftovers(seen(more)).map(({ stays }) => stays)).toEqual([because]);
  });

  test('of users and Services is no leftover, and without the kind there is none', () => {
    expect(leftovers(seen({ targetGroupBindings: [leftover({})] }))).toEqual([]);
    expect(leftovers(seen({ targetGroupBindings: undefined }))).toEqual([]);
  });
});
