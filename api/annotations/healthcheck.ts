// Descriptors of the health check annotations (spec annotations 9.5 to 9.12).
import { annotation, type Effect, onTargetGroup, shapes } from '../annotation.ts';
import type { HealthCheck } from '../aws.ts';

/** The value is this field of the health checks. */
const onHealthCheck = <F extends keyof HealthCheck>(field: F): Effect<HealthCheck[F]> =>
  onTargetGroup((tg, value) => {
    tg.healthCheck[field] = value;
  });

export const healthCheckPort = annotation('healthcheck-port', {
  on: ['Service', 'Ingress'],
  schema: { type: 'string' },
  unset: 'traffic-port',
  merge: 'each',
  effect: shapes('the target group: the name of a Service port becomes its number'),
  doc: 'Port that health checks go to: `traffic-port`, a number, or the name of a Service port.',
  examples: { good: ['8081', 'http', 'traffic-port'], bad: ['0', '70000'] },
});

export const healthCheckProtocol = annotation('healthcheck-protocol', {
  on: ['Service', 'Ingress'],
  schema: { type: 'string', enum: ['HTTP', 'HTTPS'] },
  merge: 'each',
  effect: onHealthCheck('protocol'),
  doc: 'Protocol of health checks. Without it: the backend protocol.',
  examples: { good: ['HTTPS'], bad: ['http', 'GRPC'] },
});

export const healthCheckPath = annotation('healthcheck-path', {
  on: ['Service', 'Ingress'],
  schema: {
    type: 'string',
    maxLength: 1024,
    pattern: '^/',
    description: 'a path of 1 to 1024 characters that starts with /',
  },
  merge: 'each',
  effect: onHealthCheck('path'),
  doc: 'Path of health checks. Without it: `/`, or `/AWS.ALB/healthcheck` for GRPC.',
  examples: {
    good: ['/live?deep=1', '/package.Service/Method'],
    bad: ['', 'live', 'http://www.example.com/live'],
  },
});

export const healthCheckInterval = annotation('healthcheck-interval-seconds', {
  on: ['Service', 'Ingress'],
  schema: { type: 'integer', minimum: 5, maximum: 300 },
  unset: 15,
  merge: 'each',
  effect: onHealthCheck('intervalSeconds'),
  doc: 'Seconds between two health checks of one target.',
  examples: { good: ['30'], bad: ['30s', '2'] },
});

export const healthCheckTimeout = annotation('healthcheck-timeout-seconds', {
  on: ['Service', 'Ingress'],
  schema: { type: 'integer', minimum: 2, maximum: 120 },
  unset: 5,
  merge: 'each',
  effect: onHealthCheck('timeoutSeconds'),
  doc: 'Seconds without an answer after which a health check has failed; less than the interval.',
  examples: { good: ['4', '+03'], bad: ['2.5', '1', '0x3'] },
});

export const healthyThreshold = annotation('healthy-threshold-count', {
  on: ['Service', 'Ingress'],
  schema: { type: 'integer', minimum: 2, maximum: 10 },
  unset: 2,
  merge: 'each',
  effect: onHealthCheck('healthyThreshold'),
  doc: 'Good health checks in a row until a target is healthy.',
  examples: { good: ['3'], bad: ['1', '11'] },
});

export const unhealthyThreshold = annotation('unhealthy-threshold-count', {
  on: ['Service', 'Ingress'],
  schema: { type: 'integer', minimum: 2, maximum: 10 },
  unset: 2,
  merge: 'each',
  effect: onHealthCheck('unhealthyThreshold'),
  doc: 'Failed health checks in a row until a target is unhealthy.',
  examples: { good: ['3'], bad: ['1', '11', '0x3'] },
});

export const successCodes = annotation('success-codes', {
  on: ['Service', 'Ingress'],
  schema: {
    type: 'string',
    pattern: '^ *[0-9]{1,3}( *- *[0-9]{1,3})? *(, *[0-9]{1,3}( *- *[0-9]{1,3})? *)*$',
    description: 'a list of codes and ranges such as 200,301-399',
  },
  merge: 'each',
  effect: onHealthCheck('matcher'),
  doc: 'Codes that mean healthy: HTTP codes from 200 to 499, or gRPC codes from 0 to 99. Without it: 200, or 12 for GRPC.',
  examples: { good: ['200', '200,301-399,404'], bad: ['2xx', '', '199-299', '500'] },
});
