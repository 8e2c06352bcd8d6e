// Descriptors of the access-control annotations (spec annotations 7).
import { annotation, shapes } from '../annotation.ts';
import { sourceText } from '../aws.ts';
import { networkOf } from '../validate/cidr.ts';

export const inboundCidrs = annotation('inbound-cidrs', {
  on: ['Ingress'],
  schema: {
    type: 'array',
    items: {
      type: 'string',
      maxLength: 49,
      pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$',
      description: 'a CIDR such as 10.0.0.0/8 or 2001:db8::/32',
    },
  },
  merge: 'same',
  effect: shapes(
    'the managed security group: one rule for each port and CIDR',
    {
      securityGroup: {
        ingress: (cidrs, { value: { source } }) =>
          cidrs.some((cidr) => networkOf(cidr) === networkOf(sourceText(source))),
      },
    },
    'port',
  ),
  protects: true,
  doc: 'Networks that may reach the load balancer. Without it and without prefix lists: everyone.',
  examples: {
    good: ['10.20.0.0/16, 192.0.2.0/24', '2001:db8::/32', ''],
    bad: ['10.0.0.0', '10.0.0.0/33', '010.0.0.0/8', '2001:db8::/129', '10.0.0.0/8 192.0.2.0/24'],
  },
});

export const prefixLists = annotation('security-group-prefix-lists', {
  on: ['Ingress'],
  schema: {
    type: 'array',
    items: {
      type: 'string',
      pattern: '^pl-[0-9a-f]+$',
      description: 'the id of a prefix list such as pl-0123456789abcdef0',
    },
  },
  merge: 'same',
  effect: shapes(
    'the managed security group: one rule for each port and prefix list',
    { securityGroup: { ingress: (lists, { value: { source } }) => lists.includes(sourceText(source)) } },
    'port',
  ),
  protects: true,
  doc: 'Prefix lists that may reach the load balancer, beside inbound-cidrs.',
  examples: { good: ['pl-3b927c52'], bad: ['pl-office', '10.0.0.0/8'] },
});

export const securityGroups = annotation('security-groups', {
  on: ['Ingress'],
  schema: {
    type: 'array',
    items: { type: 'string' },
    maxItems: 16,
    description: 'at most 16 security groups',
  },
  merge: 'same',
  effect: shapes(
    'the load balancer: these security groups take the place of the managed one',
    { loadBalancer: { securityGroups: (named) => named.length > 0 } },
    'group',
  ),
  protects: true,
  doc: 'Security groups of the load balancer, by id or by Name tag. With it no security group is managed.',
  examples: {
    good: ['sg-0123456789abcdef0, frontend', ''],
    bad: ['sg-frontend', 'sg-0123456789abcdef0,sg-0123456789abcdef0'],
  },
});

export const manageBackendRules = annotation('manage-backend-security-group-rules', {
  on: ['Ingress'],
  schema: { type: 'boolean' },
  merge: 'same',
  effect: shapes(
    'the load balancer: the shared security group joins the named ones, and targets let it in',
    { loadBalancer: { securityGroups: (manages) => manages } },
    'group',
  ),
  doc: 'Whether targets are opened for a load balancer with security-groups of its own. Read with security-groups only.',
  examples: { good: ['true', 'F'], bad: ['yes', ''] },
});
