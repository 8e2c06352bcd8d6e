// Descriptors of the frontend network load balancer (spec annotations 11). They are read only with enable-frontend-nlb.
import { type Annotation, type AnnotationName, annotation, later } from '../annotation.ts';

const ofNlb = <N extends AnnotationName>(
  name: N,
  descriptor: Omit<Annotation<N>, 'name' | 'on' | 'effect'>,
): Annotation<N> =>
  annotation(name, {
    on: ['Ingress'],
    effect: later('frontend network load balancers are not made in this version'),
    ...descriptor,
  });

export const enableFrontendNlb = ofNlb('enable-frontend-nlb', {
  schema: { type: 'boolean' },
  merge: 'same',
  doc: 'Whether a network load balancer stands in front of the load balancer of the group.',
  examples: { good: ['true', 'false'], bad: ['yes', ''] },
});

export const nlbScheme = ofNlb('frontend-nlb-scheme', {
  schema: { type: 'string', enum: ['internal', 'internet-facing'] },
  merge: 'same',
  doc: 'Whether the network load balancer has public addresses. The default is a setting of the controller, not scheme.',
  examples: { good: ['internal', 'internet-facing'], bad: ['external', ''] },
});

export const nlbSubnets = ofNlb('frontend-nlb-subnets', {
  schema: { type: 'array', items: { type: 'string' }, minItems: 1, description: 'at least one subnet' },
  merge: 'same',
  doc: 'Subnets of the network load balancer, by id or by Name tag. Without it they are discovered by their role tags.',
  examples: {
    good: ['subnet-0123456789abcdef0', 'public-a,public-b'],
    bad: ['', 'subnet-xyz', 'subnet-0123456789abcdef0,subnet-0123456789abcdef0'],
  },
});

export const nlbSecurityGroups = ofNlb('frontend-nlb-security-groups', {
  schema: { type: 'array', items: { type: 'string' } },
  merge: 'same',
  doc: 'Security groups of the network load balancer, by id or by Name tag. Without it: those of the load balancer.',
  examples: {
    good: ['sg-0123456789abcdef0, edge', ''],
    bad: ['sg-edge', 'sg-0123456789abcdef0,sg-0123456789abcdef0'],
  },
});

export const nlbEips = ofNlb('frontend-nlb-eip-allocations', {
  schema: {
    type: 'array',
    items: {
      type: 'string',
      pattern: '^eipalloc-[0-9a-f]+$',
      description: 'the allocation id of an Elastic IP: eipalloc- and hexadecimal digits',
    },
  },
  merge: 'same',
  doc: 'Elastic IPs of an internet-facing network load balancer, one for each of its subnets.',
  examples: {
    good: ['eipalloc-0123456789abcdef0,eipalloc-0123456789abcdef1'],
    bad: ['eipalloc-xyz', '192.0.2.1', 'eipalloc-0123456789abcdef0,eipalloc-0123456789abcdef0'],
  },
});

export const nlbPortMapping = ofNlb('frontend-nlb-listener-port-mapping', {
  schema: {
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'pairs of ports, the one of the network load balancer first: 8443=443',
  },
  merge: 'each',
  doc: 'Ports of the network load balancer and the ports of the load balancer behind them. Without it: the same ports.',
  examples: { good: ['80=80,8443=443', ''], bad: ['8080', '8080=web', '0=80', '80=65536'] },
});

export const nlbHealthCheckPort = ofNlb('frontend-nlb-healthcheck-port', {
  schema: {
    type: 'string',
    pattern: '^(traffic-port|[+]?[0-9]+)$',
    description: 'traffic-port or an integer from 1 to 65535',
  },
  merge: 'each',
  doc: 'Port of the health checks that the network load balancer makes. Without it: traffic-port.',
  examples: { good: ['traffic-port', '8080'], bad: ['http', '0', ''] },
});

export const nlbHealthCheckProtocol = ofNlb('frontend-nlb-healthcheck-protocol', {
  schema: { type: 'string', enum: ['HTTP', 'HTTPS'] },
  merge: 'each',
  doc: 'Protocol of the health checks that the network load balancer makes. Without it: HTTP.',
  examples: { good: ['HTTP', 'HTTPS'], bad: ['http', 'TCP', ''] },
});

export const nlbHealthCheckPath = ofNlb('frontend-nlb-healthcheck-path', {
  schema: {
    type: 'string',
    maxLength: 1024,
    pattern: '^/',
    description: 'a path of 1 to 1024 characters that starts with /',
  },
  merge: 'each',
  doc: 'Path of the health checks that the network load balancer makes. Without it: /.',
  examples: { good: ['/live'], bad: ['live', ''] },
});

export const nlbHealthCheckInterval = ofNlb('frontend-nlb-healthcheck-interval-seconds', {
  schema: { type: 'integer', minimum: 5, maximum: 300 },
  merge: 'each',
  doc: 'Seconds between two health checks that the network load balancer makes. Without it: 15.',
  examples: { good: ['30'], bad: ['4', '301', '15s'] },
});

export const nlbHealthCheckTimeout = ofNlb('frontend-nlb-healthcheck-timeout-seconds', {
  schema: { type: 'integer', minimum: 2, maximum: 120 },
  merge: 'each',
  doc: 'Seconds after which such a health check has failed; less than the interval. Without it: 5.',
  examples: { good: ['4'], bad: ['1', '121', 'fast'] },
});

export const nlbHealthyThreshold = ofNlb('frontend-nlb-healthcheck-healthy-threshold-count', {
  schema: { type: 'integer', minimum: 2, maximum: 10 },
  merge: 'each',
  doc: 'Good health checks in a row until the load balancer counts as healthy. Without it: 2.',
  examples: { good: ['3'], bad: ['1', '11'] },
});

export const nlbUnhealthyThreshold = ofNlb('frontend-nlb-healthcheck-unhealthy-threshold-count', {
  schema: { type: 'integer', minimum: 2, maximum: 10 },
  merge: 'each',
  doc: 'Failed health checks in a row until the load balancer counts as unhealthy. Without it: 2.',
  examples: { good: ['3'], bad: ['0', '11', '3.0'] },
});

export const nlbSuccessCodes = ofNlb('frontend-nlb-healthcheck-success-codes', {
  schema: {
    type: 'string',
    pattern: '^ *[0-9]{1,3}( *- *[0-9]{1,3})? *(, *[0-9]{1,3}( *- *[0-9]{1,3})? *)*$',
    description: 'a list of codes and ranges such as 200,301-399, from 200 to 599',
  },
  merge: 'each',
  doc: 'HTTP codes from 200 to 599 that mean healthy. Without it: 200.',
  examples: { good: ['200', '200-599'], bad: ['600', '2xx', ''] },
});

export const nlbAttributes = ofNlb('frontend-nlb-attributes', {
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  merge: 'same',
  doc: 'Attributes of the network load balancer as key=value pairs.',
  examples: {
    good: ['dns_record.client_routing_policy=availability_zone_affinity', ''],
    bad: ['deletion_protection.enabled', 'dns_record.client_routing_policy=zonal'],
  },
});

export const nlbTags = ofNlb('frontend-nlb-tags', {
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  merge: 'same',
  doc: 'AWS tags of the network load balancer as key=value pairs, in place of those of the load balancer.',
  examples: { good: ['team=edge,stage=prod', ''], bad: ['edge', 'aws:team=edge'] },
});
