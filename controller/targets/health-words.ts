// Why a target is not healthy, in words that say what was asked, what came, and which annotation says what is asked. AWS's own
// reasons are in the Elastic Load Balancing API Reference, TargetHealth. Pure.

import type { HealthCheck } from '../../api/aws.ts';
import type { TargetSeen } from './target-health.ts';

/** AWS: `Health checks failed with these codes: [404]`. */
const codesIn = (description: string): string | undefined => /\[([^\]]+)\]/.exec(description)?.[1];

function portOfCheck({ port }: HealthCheck, target: Pick<TargetSeen, 'port'>): string {
  return port === 'traffic-port' ? String(target.port) : port;
}

type CheckWords = (target: TargetSeen, check: HealthCheck) => string | undefined;

const WORDS: Readonly<Record<string, CheckWords>> = {
  'Target.ResponseCodeMismatch': ({ description = '' }, { path, matcher }) => {
    const got = codesIn(description);
    if (got === undefined) return undefined;
    return `health check got ${got} from ${path}, expected ${matcher}; see healthcheck-path and success-codes`;
  },
  'Target.Timeout': (target, check) =>
    `health check of ${check.path} on port ${portOfCheck(check, target)} got no answer within ${check.timeoutSeconds} s; see healthcheck-timeout-seconds, and whether security groups and network policies let the load balancer in`,
  'Target.FailedHealthChecks': (target, check) =>
    `health check could not connect to port ${portOfCheck(check, target)} by ${check.protocol}; see healthcheck-port, and whether the container listens there`,
};

/** A sentence without its full stop; `check` is how the target group asks, where that is known. */
export function whyNotHealthy(target: TargetSeen, check: HealthCheck | undefined): string {
  const { state, reason, description } = target;
  const known = check === undefined ? undefined : WORDS[reason ?? '']?.(target, check);
  return known ?? description ?? reason ?? state;
}
