// Metrics of calls, under the names, labels and meanings of the LBC (aws-model 12.3), so that its dashboards and alerts go on
// working: a service is named by its id in the AWS SDK, an error by the code that AWS sent.
import { Counter, Histogram, type Registry } from 'prom-client';
import { type AwsFailure, kindOf } from '../../alb/failures/failure.ts';
import { isObject } from '../../api/validate/type-guards.ts';
import { type AwsService, SERVICE_IDS } from './services.ts';

const OUTCOME = ['service', 'operation', 'status_code', 'error_code'] as const;
const CALL = ['service', 'operation'] as const;

/** The code of a failure as AWS sent it; `internal` when AWS did not answer. */
export function errorCodeOf({ cause, code, status }: AwsFailure): string {
  if (status === 0) return 'internal';
  if (!isObject(cause)) return code;
  // Query services have the code of the answer beside the name of the SDK's class.
  return [cause.Code, cause.name].find((one) => typeof one === 'string' && one !== '')?.toString() ?? code;
}

/** Which of the LBC's counters of errors a failure belongs to: the first that matches. Pure. */
export function categoryOf(
  failure: AwsFailure,
): 'permission' | 'limit' | 'throttled' | 'validation' | undefined {
  const code = errorCodeOf(failure);
  if (failure.status === 401 || failure.status === 403 || /^(AccessDeniedException|AuthFailure)$/.test(code))
    return 'permission';
  if (code.includes('LimitExceeded')) return 'limit';
  if (kindOf(failure.code) === 'throttled') return 'throttled';
  return code === 'ValidationError' ? 'validation' : undefined;
}

/** Attempts beyond the first, as the SDK noted them on an answer or an error. */
export function retriesOf(answer: unknown): number {
  const metadata = isObject(answer) ? answer.$metadata : undefined;
  const attempts = isObject(metadata) ? metadata.attempts : undefined;
  return typeof attempts === 'number' ? Math.max(0, attempts - 1) : 0;
}

/** What is noted of one call. */
export interface CallMetrics {
  begun(
    service: AwsService,
    operation: string,
  ): {
    answered(answer: unknown): void;
    failed(failure: AwsFailure): void;
  };
}

function errorCounters(register: Registry) {
  const counter = (what: string, help: string) =>
    new Counter({
      name: `aws_api_call_${what}_errors_total`,
      ...{ help, labelNames: OUTCOME, registers: [register] },
    });
  return {
    permission: counter('permission', 'AWS API calls that were not allowed.'),
    limit: counter('service_limit_exceeded', 'AWS API calls that would have exceeded a quota.'),
    throttled: counter('throttled', 'AWS API calls that were throttled until the last attempt.'),
    validation: counter('validation', 'AWS API calls of which AWS did not accept a parameter.'),
  };
}

/** Registers them. */
export function callMetrics(register: Registry): CallMetrics {
  const registers = [register];
  const calls = new Counter({
    name: 'aws_api_calls_total',
    help: 'AWS API calls, one for each page, retries not counted.',
    ...{ labelNames: OUTCOME, registers },
  });
  const durations = new Histogram({
    name: 'aws_api_call_duration_seconds',
    help: 'Time of an AWS API call from the first attempt to the answer.',
    ...{ labelNames: CALL, registers },
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
  });
  const retries = new Histogram({
    name: 'aws_api_call_retries',
    help: 'Attempts of an AWS API call after the first one.',
    ...{ labelNames: CALL, registers },
    buckets: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  });
  const errors = errorCounters(register);
  return {
    begun(service, operation) {
      const call = { service: SERVICE_IDS[service], operation };
      const observe = durations.startTimer(call);
      const ended = (outcome: Record<(typeof OUTCOME)[number], string | number>, noted: unknown): void => {
        observe();
        calls.inc(outcome);
        retries.observe(call, retriesOf(noted));
      };
      return {
        answered: (answer) => ended({ ...call, status_code: 200, error_code: '' }, answer),
        failed(failure) {
          const outcome = { ...call, status_code: failure.status, error_code: errorCodeOf(failure) };
          ended(outcome, failure.cause);
          const category = categoryOf(failure);
          if (category !== undefined) errors[category].inc(outcome);
        },
      };
    },
  };
}
