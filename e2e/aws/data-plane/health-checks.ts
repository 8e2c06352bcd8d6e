// Health checks for real: every target of a group in use is asked over HTTP, in scaled time.
import http from 'node:http';
import https from 'node:https';
import { matches } from '../elb/health-check.ts';
import type { ElbState, Target, TargetGroup } from '../elb/state.ts';
import { type CheckResult, countCheck } from '../elb/targets.ts';

export interface CheckerOptions {
  state: ElbState;
  /** Real seconds for each configured second. */
  timeScale: number;
  targetAddress: (target: { id: string; port: number }) => { host: string; port: number } | undefined;
}

/** How often due checks are looked for. */
const TICK_MS = 20;
/** A scaled timeout is no shorter than this: the machine may be busy. */
const TIMEOUT_MIN_MS = 500;

/** Starts checking; the function it returns ends it. */
export function startHealthChecks(options: CheckerOptions): () => void {
  // Keyed by the target itself: one that is registered anew is a new one, and due at once.
  const due = new WeakMap<Target, number>();
  const agents = { http: new http.Agent(), https: new https.Agent({ rejectUnauthorized: false }) };
  const tick = () => {
    const now = Date.now();
    for (const group of options.state.targetGroups.values()) {
      if (group.loadBalancerArn === undefined || !group.healthCheck.enabled) continue;
      // A load balancer checks nothing before it is active.
      if ((options.state.loadBalancers.get(group.loadBalancerArn)?.activeAt ?? 0) > now) continue;
      for (const target of Object.values(group.targets)) {
        if (target.drainingUntil !== undefined || (due.get(target) ?? 0) > now) continue;
        due.set(target, Number.POSITIVE_INFINITY);
        const interval = group.healthCheck.intervalSeconds * 1000 * options.timeScale;
        void probe(group, target, options, agents).then((result) => {
          countCheck(group, target, result);
          due.set(target, now + interval);
        });
      }
    }
  };
  const timer = setInterval(tick, TICK_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    agents.http.destroy();
    agents.https.destroy();
  };
}

function probe(
  group: TargetGroup,
  target: Target,
  options: CheckerOptions,
  agents: { http: http.Agent; https: https.Agent },
): Promise<CheckResult> {
  const check = group.healthCheck;
  const port = check.port === 'traffic-port' ? (target.port ?? 0) : Number(check.port);
  const address = options.targetAddress({ id: target.id, port });
  if (address === undefined)
    return Promise.resolve({ passed: false, reason: 'Target.Timeout', description: 'Request timed out' });
  if (group.protocolVersion === 'GRPC')
    return Promise.resolve({
      passed: false,
      reason: 'Elb.InternalError',
      description: 'Health checks over gRPC are not offered here',
    });
  const timeout = Math.max(check.timeoutSeconds * 1000 * options.timeScale, TIMEOUT_MIN_MS);
  return new Promise((resolve) => {
    const secure = check.protocol === 'HTTPS';
    const request = (secure ? https : http).request(
      {
        host: address.host,
        port: address.port,
        path: check.path ?? '/',
        agent: secure ? agents.https : agents.http,
        // ALB User Guide, Health checks: the user agent is this one, the host header the target's address.
        headers: { host: `${target.id}:${port}`, 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close' },
      },
      (response) => {
        response.resume();
        resolve(judge(check.matcher, response.statusCode ?? 0));
      },
    );
    request.setTimeout(timeout, () => {
      resolve({ passed: false, reason: 'Target.Timeout', description: 'Request timed out' });
      request.destroy();
    });
    request.on('error', () =>
      resolve({ passed: false, reason: 'Target.FailedHealthChecks', description: 'Health checks failed' }),
    );
    request.end();
  });
}

function judge(matcher: string, code: number): CheckResult {
  if (matches(matcher, code)) return { passed: true };
  const description = `Health checks failed with these codes: [${code}]`;
  return { passed: false, reason: 'Target.ResponseCodeMismatch', description };
}
