// The target group before any annotation speaks: every field here is decided by a descriptor's `unset` or by the Service.
import type { TargetGroupSpec } from './aws.ts';

/** What a Service and the target type decide (aws-model 6.2, 6.3). */
export const blankTargetGroup = (
  of: Pick<TargetGroupSpec, 'targetType' | 'port' | 'ipAddressType'>,
): TargetGroupSpec => ({
  ...of,
  name: '',
  protocol: 'HTTP',
  protocolVersion: 'HTTP1',
  healthCheck: {
    port: 'traffic-port',
    protocol: 'HTTP',
    path: '/',
    intervalSeconds: 15,
    timeoutSeconds: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    matcher: '200',
  },
  attributes: {},
  tags: {},
});
