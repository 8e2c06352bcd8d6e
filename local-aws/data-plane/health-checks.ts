// Health checks for real: every target of a group in use is asked over HTTP, in scaled time.
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { matches } from '../elb/health-check.ts';
import type { ElbState, TargetGroupRecord, TargetRecord } from '../elb/state.ts';
import { type CheckResult, countCheck } from '../elb/targets.ts';
import type { HealthChange } from '../state-file/entries.ts';
import type { Address } from './upstreams.ts';

export interface CheckerOptions {
  state: ElbState;
  /** Real seconds for each configured second. */
  timeScale: number;
  targetAddress: (target: { id: string; port: number }) => Address | undefined;
  /** `alone`: no other target of its group is healthy. */
  becameHealthy: (target: TargetRecord, alone: boolean) => void;
  /** Told of every check that changes what AWS shows of a target. */
  healthChanged?: (change: HealthChange) => void;
}

/** How often due checks are looked for. */
const TICK_MS = 20;
/** A scaled timeout is no shorter than this: the machine may be busy. */
const TIMEOUT_MIN_MS = 3_000;

const TIMED_OUT: CheckResult = {
  passed: false,
  reason: 'Target.Timeout',
  description: 'Request timed out',
};
const FAILED: CheckResult = {
  passed: false,
  reason: 'Target.FailedHealthChecks',
  description: 'Health checks failed',
};

/** Starts checking; the function it returns ends it. */
export function startHealthChecks(options: CheckerOptions): () => void {
  // Keyed by the target itself: one that is registered anew is a new one, and due at once.
  const due = new WeakMap<TargetRecord, number>();
  const tick = () => {
    const now = Date.now();
    for (const group of options.state.targetGroups.values()) {
      if (group.loadBalancerArn === undefined || !group.healthCheck.enabled) continue;
      // A load balancer checks nothing before it is active.
      if ((options.state.loadBalancers.get(group.loadBalancerArn)?.activeAt ?? 0) > now) continue;
      for (const [key, target] of Object.entries(group.targets)) {
        if (target.drainingUntil !== undefined || (due.get(target) ?? 0) > now) continue;
        due.set(target, Number.POSITIVE_INFINITY);
        const interval = group.healthCheck.intervalSeconds * 1000 * options.timeScale;
        void probe(group, target, options).then((result) => {
          judge(group, key, target, result, options);
          due.set(target, now + interval);
        });
      }
    }
  };
  const timer = setInterval(tick, TICK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function judge(
  group: TargetGroupRecord,
  key: string,
  target: TargetRecord,
  result: CheckResult,
  options: CheckerOptions,
): void {
  const { health, reason, description } = target;
  countCheck(group, target, result);
  if (target.health === health && target.reason === reason && target.description === description) return;
  // It may have gone, or been registered anew, while it was asked.
  if (group.targets[key] !== target) return;
  options.healthChanged?.({
    kind: 'health',
    group: group.arn,
    target: key,
    health: target.health,
    ...(target.reason === undefined ? {} : { reason: target.reason }),
    ...(target.description === undefined ? {} : { description: target.description }),
  });
  if (health === 'healthy' || target.health !== 'healthy') return;
  const others = Object.values(group.targets).filter((other) => other !== target);
  options.becameHealthy(target, !others.some((other) => other.health === 'healthy'));
}

/** What a check asks: ALB User Guide, Health checks: a user agent of its own, the target's address as host. */
interface HealthCheckRequest extends Address {
  readonly group: TargetGroupRecord;
  readonly authority: string;
  readonly timeoutMs: number;
}

const AGENT = 'ELB-HealthChecker/2.0';

function probe(
  group: TargetGroupRecord,
  target: TargetRecord,
  options: CheckerOptions,
): Promise<CheckResult> {
  const check = group.healthCheck;
  const port = check.port === 'traffic-port' ? (target.port ?? 0) : Number(check.port);
  const address = options.targetAddress({ id: target.id, port });
  if (address === undefined) return Promise.resolve(TIMED_OUT);
  const timeoutMs = Math.max(check.timeoutSeconds * 1000 * options.timeScale, TIMEOUT_MIN_MS);
  const question = { ...address, group, authority: `${target.id}:${port}`, timeoutMs };
  return group.protocolVersion === 'HTTP2' || group.protocolVersion === 'GRPC'
    ? askHttp2(question)
    : askHttp1(question);
}

function askHttp1({ group, host, port, authority, timeoutMs }: HealthCheckRequest): Promise<CheckResult> {
  const check = group.healthCheck;
  return new Promise((resolve) => {
    const request = (check.protocol === 'HTTPS' ? https : http).request(
      {
        host,
        port,
        path: check.path ?? '/',
        agent: false,
        rejectUnauthorized: false,
        headers: { host: authority, 'user-agent': AGENT, connection: 'close' },
      },
      (response) => {
        response.resume();
        resolve(verdict(check.matcher, response.statusCode ?? 0));
      },
    );
    request.setTimeout(timeoutMs, () => {
      resolve(TIMED_OUT);
      request.destroy();
    });
    request.on('error', () => resolve(FAILED));
    request.end();
  });
}

/** Five bytes of framing before a message of none (gRPC over HTTP2: Length-Prefixed-Message). */
const EMPTY_MESSAGE = Buffer.alloc(5);

/** HTTP2 groups by GET and the status; GRPC groups by POST and the grpc-status (ALB User Guide: Health checks). */
function askHttp2({ group, host, port, authority, timeoutMs }: HealthCheckRequest): Promise<CheckResult> {
  const check = group.healthCheck;
  const grpc = group.protocolVersion === 'GRPC';
  const secure = check.protocol === 'HTTPS';
  const session = http2.connect(`${secure ? 'https' : 'http'}://${host}:${port}`, {
    rejectUnauthorized: false,
  });
  return new Promise<CheckResult>((resolve) => {
    const timer = setTimeout(() => resolve(TIMED_OUT), timeoutMs);
    session.on('error', () => resolve(FAILED)).on('close', () => clearTimeout(timer));
    const stream = session.request({
      ':method': grpc ? 'POST' : 'GET',
      ':path': check.path ?? '/',
      ':scheme': secure ? 'https' : 'http',
      ':authority': authority,
      'user-agent': AGENT,
      ...(grpc ? { 'content-type': 'application/grpc', te: 'trailers' } : {}),
    });
    const heed = (headers: http2.IncomingHttpHeaders) => {
      const status = headers['grpc-status'];
      if (status !== undefined) resolve(verdict(check.matcher, Number(status)));
    };
    stream.on('response', (headers) => {
      if (!grpc) resolve(verdict(check.matcher, headers[':status'] ?? 0));
      else if (headers[':status'] === 200) heed(headers);
      else resolve(verdict(check.matcher, Number.NaN));
    });
    stream.on('trailers', heed).on('error', () => resolve(FAILED));
    stream.on('close', () => resolve(FAILED)).resume();
    stream.end(grpc ? EMPTY_MESSAGE : undefined);
  }).finally(() => session.destroy());
}

/** Without a matcher nobody would be asked in HTTP. */
function verdict(matcher = '200', code: number): CheckResult {
  if (matches(matcher, code)) return { passed: true };
  const description = `Health checks failed with these codes: [${code}]`;
  return { passed: false, reason: 'Target.ResponseCodeMismatch', description };
}
