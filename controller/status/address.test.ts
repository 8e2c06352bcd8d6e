// Tests of addressed: which host names in the status of an Ingress are ours to replace.
import { expect, test } from 'vitest';
import type { Found } from '../../alb/kinds/kind.ts';
import { isAddressOf } from './address.ts';

const found = [
  {
    kind: 'loadBalancer',
    spec: { name: 'k8s-shop-web-1f2e3d4c5b' },
    extra: { dnsName: 'K8s-Shop-Web-1f2e3d4c5b-1.us-west-2.elb.amazonaws.com' },
  },
  { kind: 'targetGroup', spec: { name: 'k8s-shop-web-a' }, extra: {} },
] as unknown as readonly Found[];
const told = {
  address: 'Two-Before-8.us-west-2.elb.amazonaws.com',
  loadBalancer: { name: 'before', arn: 'arn', dnsName: 'Before-9.us-west-2.elb.amazonaws.com' },
};

test.each([
  ['the one that is there', 'k8s-shop-web-1f2e3d4c5b-1.us-west-2.elb.amazonaws.com', true],
  ['the one that the Ingress shows, of another group', 'two-before-8.us-west-2.elb.amazonaws.com', true],
  ['the one that was told last', 'before-9.us-west-2.elb.amazonaws.com', true],
  ['one of the same name that was deleted', 'k8s-shop-web-1f2e3d4c5b-77.us-west-2.elb.amazonaws.com', true],
  [
    'of the same name, when it was internal',
    'internal-k8s-shop-web-1f2e3d4c5b-7.cn-north-1.elb.amazonaws.com.cn',
    true,
  ],
  ['a frontend NLB', 'k8s-shop-web-0a1b2c3d4e-5f6a7b8c9d0e1f2a.elb.us-west-2.amazonaws.com', false],
  ['a load balancer of another group', 'k8s-shop-api-1f2e3d4c5b-1.us-west-2.elb.amazonaws.com', false],
  ['a longer name', 'k8s-shop-web-1f2e3d4c5b-x-1.us-west-2.elb.amazonaws.com', false],
  ['a target group of that name', 'k8s-shop-web-a-1.us-west-2.elb.amazonaws.com', false],
  ['somebody', 'k8s-shop-web-1f2e3d4c5b-1.example.com', false],
])('%s', (_what, hostname, ours) => {
  expect(isAddressOf(hostname, found, told)).toBe(ours);
});

test('with nothing known, nothing is ours', () => {
  expect(isAddressOf('k8s-shop-web-1f2e3d4c5b-1.us-west-2.elb.amazonaws.com', [], undefined)).toBe(false);
});
