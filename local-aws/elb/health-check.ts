// Health check settings of a target group (aws-limits 4.1).
import type {
  CreateTargetGroupInput,
  ModifyTargetGroupInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { invalid } from './refusal.ts';
import type { HealthCheckRecord, NetworkProtocol, TargetGroupRecord } from './state.ts';

type HealthCheckInput = Pick<
  CreateTargetGroupInput & ModifyTargetGroupInput,
  | 'HealthCheckEnabled'
  | 'HealthCheckProtocol'
  | 'HealthCheckPort'
  | 'HealthCheckPath'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'Matcher'
>;

type CheckedGroup = Pick<TargetGroupRecord, 'targetType' | 'protocol' | 'protocolVersion'>;

/** Whether a protocol is one of Network Load Balancers. */
export const isNetwork = (protocol: string | undefined): protocol is NetworkProtocol =>
  protocol === 'TCP' || protocol === 'TLS' || protocol === 'UDP' || protocol === 'TCP_UDP';

/**
 * The settings that result from what is asked over what is there, or over AWS's defaults.
 * Refuses by aws-limits HC1 to HC10; ranges of numbers are in the action table.
 */
export function healthCheckOf(
  group: CheckedGroup,
  asked: HealthCheckInput,
  present: HealthCheckRecord = defaults(group, asked.HealthCheckProtocol),
): HealthCheckRecord {
  const protocol = protocolOf(group, asked.HealthCheckProtocol ?? present.protocol);
  const { path: defaultPath, matcher: defaultMatcher } = defaults(group, protocol);
  const kept =
    protocol === 'TCP'
      ? {}
      : { path: present.path ?? defaultPath, matcher: present.matcher ?? defaultMatcher };
  const path = asked.HealthCheckPath ?? kept.path;
  const matcher = matcherOf(group.protocolVersion, asked) ?? kept.matcher;
  // The words of AWS (Elastic Load Balancing API Reference, CreateTargetGroup: "[HTTP/HTTPS health checks]").
  if (protocol === 'TCP' && path !== undefined)
    invalid('Health check paths are not supported for TCP health checks');
  if (protocol === 'TCP' && matcher !== undefined)
    invalid('Health check matchers are not supported for TCP health checks');
  const result: HealthCheckRecord = {
    enabled: asked.HealthCheckEnabled ?? present.enabled,
    protocol,
    port: asked.HealthCheckPort ?? present.port,
    ...(path === undefined ? {} : { path }),
    intervalSeconds: asked.HealthCheckIntervalSeconds ?? present.intervalSeconds,
    timeoutSeconds: asked.HealthCheckTimeoutSeconds ?? present.timeoutSeconds,
    healthyThreshold: asked.HealthyThresholdCount ?? present.healthyThreshold,
    unhealthyThreshold: asked.UnhealthyThresholdCount ?? present.unhealthyThreshold,
    ...(matcher === undefined ? {} : { matcher }),
  };
  check(group, result);
  return result;
}

/** HC1: over TCP only where the targets are not spoken to in HTTP; never over TLS, UDP or TCP_UDP. */
function protocolOf({ protocol: of }: CheckedGroup, asked: string): HealthCheckRecord['protocol'] {
  if (asked === 'HTTP' || asked === 'HTTPS' || (asked === 'TCP' && isNetwork(of))) return asked;
  return invalid(
    `Health check protocol '${asked}' must be one of '${isNetwork(of) ? 'HTTP, HTTPS, TCP' : 'HTTP, HTTPS'}'`,
  );
}

/** Elastic Load Balancing API Reference, CreateTargetGroup; Network Load Balancers User Guide, "Health checks for target groups". */
function defaults(
  { targetType, protocol: of, protocolVersion: version }: CheckedGroup,
  asked?: string,
): HealthCheckRecord {
  const network = isNetwork(of);
  const lambda = targetType === 'lambda';
  const overTcp = network && (asked ?? 'TCP') === 'TCP';
  const common = { enabled: !lambda, port: 'traffic-port', healthyThreshold: 5, unhealthyThreshold: 2 };
  if (overTcp) return { ...common, protocol: 'TCP', intervalSeconds: 30, timeoutSeconds: 10 };
  return {
    ...common,
    protocol: 'HTTP',
    path: version === 'GRPC' ? '/AWS.ALB/healthcheck' : '/',
    intervalSeconds: lambda ? 35 : 30,
    timeoutSeconds: lambda ? 30 : network ? (asked === 'HTTP' ? 6 : 10) : 5,
    matcher: network ? '200-399' : version === 'GRPC' ? '12' : '200',
  };
}

/** HC8, HC9: HTTP codes for HTTP1 and HTTP2, gRPC codes for GRPC, never both. */
function matcherOf(
  version: TargetGroupRecord['protocolVersion'],
  asked: HealthCheckInput,
): string | undefined {
  const { HttpCode: http, GrpcCode: grpc } = asked.Matcher ?? {};
  if (http !== undefined && grpc !== undefined)
    invalid('You can specify only one of HttpCode and GrpcCode in a health check matcher');
  if (version === 'GRPC' && http !== undefined) invalid('Health check matcher GRPC code cannot be empty');
  if (version !== 'GRPC' && grpc !== undefined) invalid('Health check matcher HTTP code cannot be empty');
  return version === 'GRPC' ? grpc : http;
}

function check(
  { targetType: type, protocol: of, protocolVersion: version }: CheckedGroup,
  result: HealthCheckRecord,
): void {
  if (type !== 'lambda' && !result.enabled)
    invalid(`Health check enabled must be true for target groups with target type '${type}'`); // HC10
  const port = /^\d{1,5}$/.test(result.port) ? Number(result.port) : 0;
  if (result.port !== 'traffic-port' && (port < 1 || port > 65535))
    invalid(`Health check port '${result.port}' must be within '1-65535' or 'traffic-port'`); // HC2
  if (result.path !== undefined && !result.path.startsWith('/'))
    invalid(`Health check path '${result.path}' must begin with a '/' character`); // HC3
  if (result.timeoutSeconds >= result.intervalSeconds)
    invalid(
      `Health check timeout '${result.timeoutSeconds}' must be smaller than the interval '${result.intervalSeconds}'`,
    ); // HC5
  checkMatcher(version, isNetwork(of) ? 599 : 499, result.matcher);
}

/** HC8, HC9; `most`: the highest HTTP code. */
function checkMatcher(
  version: CheckedGroup['protocolVersion'],
  most: number,
  matcher: string | undefined,
): void {
  const [noun, low, high] = version === 'GRPC' ? ['GRPC', 0, 99] : ['HTTP', 200, most];
  for (const part of matcher?.split(',') ?? []) {
    // Spaces and ranges backwards are not documented (aws-limits 9), so they are let through.
    const ends = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    const numbers = [Number(ends?.[1]), Number(ends?.[2] ?? ends?.[1])];
    const outside = numbers.find((n) => n < Number(low) || n > Number(high));
    if (ends === null || outside !== undefined)
      invalid(
        `Health check matcher ${noun} code '${ends === null ? part : outside}' must be within '${low}-${high}' inclusive`,
      ); // HC8, HC9
  }
}

/** Whether a code is among those of a matcher: `200`, `200,202`, `200-299`. */
export function matches(matcher: string, code: number): boolean {
  return matcher.split(',').some((part) => {
    const [low, high = low] = part.split('-').map(Number);
    return low !== undefined && high !== undefined && code >= low && code <= high;
  });
}
