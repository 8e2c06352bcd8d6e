// Descriptors of the load balancer annotations (spec annotations 5).
import { annotation, onLoadBalancer, shapes } from '../annotation.ts';
import { sourceText, type Tags } from '../aws.ts';
import { LOAD_BALANCER_ATTRIBUTES } from '../limits/limits.ts';
import { EVERYBODY } from '../validate/cidr.ts';
import { asKept } from '../validate/spelling.ts';

export const scheme = annotation('scheme', {
  on: ['Ingress'],
  schema: { type: 'string', enum: ['internal', 'internet-facing'] },
  merge: 'same',
  effect: onLoadBalancer((lb, value) => {
    lb.scheme = value;
  }),
  protects: true,
  doc: 'Whether the load balancer has public addresses. The default is a setting of the controller.',
  examples: { good: ['internal', 'internet-facing'], bad: ['internet-facng', 'Internal', ''] },
});

export const subnets = annotation('subnets', {
  on: ['Ingress'],
  schema: { type: 'array', items: { type: 'string' }, minItems: 1, description: 'at least one subnet' },
  merge: 'same',
  effect: shapes(
    'the load balancer: each item is a subnet id or the value of a Name tag in the VPC',
    { loadBalancer: { subnets: () => true } },
    'group',
  ),
  doc: 'Subnets of the load balancer, by id or by Name tag. Without it they are discovered by their role tags.',
  examples: {
    good: ['subnet-0123456789abcdef0, subnet-0123456789abcdef1', 'private-a,private-b'],
    bad: ['', 'subnet-xyz', 'subnet-0123456789abcdef0,subnet-0123456789abcdef0'],
  },
});

export const loadBalancerName = annotation('load-balancer-name', {
  on: ['Ingress'],
  schema: {
    type: 'string',
    maxLength: 32,
    pattern: '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$',
    description:
      'a load balancer name: 1 to 32 letters, digits and hyphens, no hyphen at either end, not starting with internal-',
  },
  merge: 'same',
  effect: onLoadBalancer((lb, value) => {
    lb.name = value;
  }),
  doc: 'Name of the load balancer in AWS, unique in account and Region. A running load balancer keeps its name.',
  examples: { good: ['shop', 'my-internal-lb'], bad: ['', '-shop', 'internal-shop', 'a_b'] },
});

export const ipAddressType = annotation('ip-address-type', {
  on: ['Ingress'],
  schema: { type: 'string', enum: ['ipv4', 'dualstack', 'dualstack-without-public-ipv4'] },
  unset: 'ipv4',
  merge: 'same',
  effect: onLoadBalancer(
    (lb, value) => {
      lb.ipAddressType = value;
    },
    {
      securityGroup: {
        ingress: (type, { value: { source } }) => type !== 'ipv4' && sourceText(source) === EVERYBODY.ipv6,
      },
    },
  ),
  doc: 'Addresses that clients may use. The dual-stack types need subnets with an IPv6 network.',
  examples: { good: ['ipv4', 'dualstack'], bad: ['ipv6', ''] },
});

export const loadBalancerAttributes = annotation('load-balancer-attributes', {
  on: ['Ingress'],
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  merge: 'union',
  effect: onLoadBalancer((lb, attributes) => {
    lb.attributes = { ...lb.attributes, ...asKept(attributes, LOAD_BALANCER_ATTRIBUTES) };
  }),
  doc: 'Attributes of the load balancer as key=value pairs. A key that is taken away goes back to what AWS gives, where it was set from here.',
  examples: {
    good: ['idle_timeout.timeout_seconds=600,routing.http2.enabled=false'],
    bad: [
      'idle_timeout.timeout_seconds',
      'idle_timeout.timeout_seconds=0',
      'dns_record.client_routing_policy=x',
    ],
  },
});

const hasTag = (tags: Readonly<Tags>, { entry, value }: { readonly entry: string; readonly value: string }) =>
  tags[entry] === value;

export const tags = annotation('tags', {
  on: ['Service', 'Ingress'],
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  merge: 'union',
  effect: shapes(
    'tags of everything that the Ingress brings about; those of a Service go to its target groups only',
    { loadBalancer: { tags: hasTag }, listener: { tags: hasTag }, securityGroup: { tags: hasTag } },
    'group',
  ),
  doc: 'AWS tags as key=value pairs.',
  examples: {
    good: ['team=shop, stage=', ''],
    bad: ['team', '=x', 'aws:team=a', 'ingress.k8s.aws/stack=mine'],
  },
});
