// Stacks in AWS and clusters that name them or do not, for tests of orphans.

import type { Found } from '../../alb/kinds/kind.ts';
import { CLUSTER_TAG, RESOURCE_TAG, STACK_TAG } from '../../api/aws.ts';
import { type NamingObjects, namesOf } from '../ownership/orphans/names.ts';

const tags = (stack: string, resource: string) => ({
  [CLUSTER_TAG]: 'local',
  [STACK_TAG]: stack,
  [RESOURCE_TAG]: resource,
});

/** A load balancer, a target group and a security group, as bulk reads give them. */
export function stackOf(stack: string): Found[] {
  const id = stack.replace('/', '-');
  return [
    {
      kind: 'securityGroup',
      arn: `sg-${id}`,
      group: stack,
      resourceTag: 'ManagedLBSecurityGroup',
      spec: { name: `k8s-${id}`, description: '', ingress: [], tags: tags(stack, 'ManagedLBSecurityGroup') },
      extra: {},
    },
    {
      kind: 'targetGroup',
      arn: `arn:tg/${id}`,
      group: stack,
      resourceTag: `${stack}-web:80`,
      spec: { name: `k8s-tg-${id}`, tags: tags(stack, `${stack}-web:80`) },
      extra: { loadBalancerArns: [`arn:lb/${id}`] },
    } as unknown as Found,
    {
      kind: 'loadBalancer',
      arn: `arn:lb/${id}`,
      group: stack,
      resourceTag: 'LoadBalancer',
      spec: {
        name: `lb-${id}`,
        scheme: 'internal',
        ipAddressType: 'ipv4',
        subnets: [],
        securityGroups: [`sg-${id}`],
        attributes: {},
        tags: tags(stack, 'LoadBalancer'),
      },
      extra: { dnsName: `${id}.elb.amazonaws.com` },
    },
  ];
}

/** A cluster in which there is nothing. */
export const NOTHING: NamingObjects = {
  ingresses: [],
  classes: [],
  classParams: [],
  bindings: [],
  targetGroupBindings: [],
};
export const NOBODY = namesOf(NOTHING);
export const NOW = Date.parse('2026-11-30T12:00:00Z');
export const GRACE = 600_000;
export const fleet = (...stacks: string[]): Map<string, Found[]> =>
  new Map(stacks.map((stack) => [stack, stackOf(stack)]));
