// Descriptors of the target group annotations (spec annotations 9.1 to 9.4, 9.13 to 9.15).
import { annotation, onTargetGroup, shapes } from '../annotation.ts';
import { TARGET_GROUP_ATTRIBUTES } from '../limits/limits.ts';
import { asKept } from '../validate/spelling.ts';

export const targetType = annotation('target-type', {
  on: ['Service', 'Ingress'],
  schema: { type: 'string', enum: ['instance', 'ip'] },
  merge: 'each',
  effect: shapes('target groups: the node ports of the nodes, or the addresses of the pods'),
  doc: 'What is registered: nodes (the Service needs node ports) or pods. The default is a setting of the controller.',
  examples: { good: ['instance', 'ip'], bad: ['pod', 'instances', ''] },
});

export const backendProtocol = annotation('backend-protocol', {
  on: ['Service', 'Ingress'],
  schema: { type: 'string', enum: ['HTTP', 'HTTPS'] },
  unset: 'HTTP',
  merge: 'each',
  effect: onTargetGroup((tg, protocol) => {
    tg.protocol = protocol;
    tg.healthCheck.protocol = protocol;
  }),
  doc: 'Protocol between load balancer and targets, and of their health checks unless these have one of their own.',
  examples: { good: ['HTTP', 'HTTPS'], bad: ['https', ''] },
});

export const backendProtocolVersion = annotation('backend-protocol-version', {
  on: ['Service', 'Ingress'],
  schema: { type: 'string', enum: ['HTTP1', 'HTTP2', 'GRPC'] },
  unset: 'HTTP1',
  merge: 'each',
  effect: onTargetGroup((tg, version) => {
    tg.protocolVersion = version;
    tg.healthCheck.path = version === 'GRPC' ? '/AWS.ALB/healthcheck' : '/';
    tg.healthCheck.matcher = version === 'GRPC' ? '12' : '200';
  }),
  doc: 'HTTP version between load balancer and targets. HTTP2 and GRPC need HTTPS listeners.',
  examples: { good: ['HTTP2', 'GRPC'], bad: ['grpc', '2'] },
});

export const targetGroupAttributes = annotation('target-group-attributes', {
  on: ['Service', 'Ingress'],
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  merge: 'each',
  effect: onTargetGroup((tg, attributes) => {
    tg.attributes = { ...tg.attributes, ...asKept(attributes, TARGET_GROUP_ATTRIBUTES) };
  }),
  doc: 'Attributes of the target groups as key=value pairs. A key that is taken away goes back to what AWS gives, where it was set from here.',
  examples: {
    good: ['deregistration_delay.timeout_seconds=30', 'stickiness.enabled=true,stickiness.type=lb_cookie'],
    bad: ['slow_start.duration_seconds=10', 'proxy_protocol_v2.enabled=true', 'stickiness.enabled'],
  },
});

export const targetNodeLabels = annotation('target-node-labels', {
  on: ['Service', 'Ingress'],
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  merge: 'each',
  effect: shapes('targets of type instance: only nodes that have all these labels'),
  doc: 'Labels of the nodes that are registered, as key=value pairs. Read with target-type instance only.',
  examples: {
    good: ['disk=ssd, topology.kubernetes.io/zone=eu-west-1a', ''],
    bad: ['disk', 'a/b/c=d', 'disk=ssd,', 'disk=solid state'],
  },
});

export const multiCluster = annotation('multi-cluster-target-group', {
  on: ['Service', 'Ingress'],
  schema: { type: 'boolean' },
  merge: 'each',
  effect: shapes('what is deregistered: only targets that this cluster registered'),
  doc: 'Whether targets of other clusters in the same target group are left alone. What this cluster registered is noted in a ConfigMap beside the binding, under the name that the AWS Load Balancer Controller gives it. What the Ingress turns on, a Service cannot turn off.',
  examples: { good: ['true', 'f'], bad: ['yes', ''] },
});

export const targetControlPort = annotation('target-control-port.*', {
  on: ['Service', 'Ingress'],
  schema: { type: 'integer', minimum: 1, maximum: 65535 },
  merge: 'each',
  effect: shapes(
    'the target group of the Service and port that the name says, SERVICE.PORT as the backend writes it',
  ),
  doc: 'Port on which targets tell the load balancer how much they can take. Only with target-type ip.',
  examples: { good: ['3000'], bad: ['0', '65536', 'http', ''] },
});
