// Who is a stranger: served by somebody, refused by us, and never accepted before.
import { expect, test } from 'vitest';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Ingress } from '../../api/kube.ts';
import { hasStranger } from './unadopted.ts';

const ingress = (served: boolean): Ingress => ({
  metadata: { name: 'web', namespace: 'shop' },
  status: { loadBalancer: { ingress: served ? [{ hostname: 'k8s-shop-1.elb.amazonaws.com' }] : [] } },
});
const binding = (accepted: boolean, deletionTimestamp?: string): LoadBalancerBinding => ({
  apiVersion: 'albatross.dev/v1alpha1',
  kind: 'LoadBalancerBinding',
  metadata: {
    name: 'web',
    namespace: 'shop',
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  },
  spec: {
    ingressRef: { name: 'web', hash: '0' },
    group: 'shop/web',
    order: 0,
    ...(accepted ? { intent: { settings: {}, rules: [] } } : {}),
  },
});

test.each<[string, LoadBalancerBinding, Ingress | undefined, boolean]>([
  ['refused at first sight, and served', binding(false), ingress(true), true],
  ['refused at first sight, never served', binding(false), ingress(false), false],
  ['accepted before', binding(true), ingress(true), false],
  ['on its way out', binding(false, '2026-01-01T00:00:00Z'), ingress(true), false],
  ['without an Ingress', binding(false), undefined, false],
])('%s', (_what, one, of, expected) => {
  expect(hasStranger([one], () => of)).toBe(expected);
});
