// AWS failures as one typed error, decided by the error's name and never by its text.
import { readable, remedyOf } from './remedies.ts';

export type FailureKind =
  | 'notFound'
  | 'inUse'
  | 'duplicate'
  | 'throttled'
  | 'limit'
  | 'refused'
  | 'denied'
  | 'unavailable'
  /** It exists, but the service that was asked does not see it yet. */
  | 'notYet';

/**
 * What an AWS call ended with when it did not succeed.
 * `code` is the name AWS documents, without the SDK's suffix `Exception`: `TargetGroupNotFound`, `InvalidGroup.Duplicate`.
 */
export class AwsFailure extends Error {
  readonly code: string;
  readonly kind: FailureKind;
  /** The operation that failed, e.g. `CreateListener`. */
  readonly action: string;
  /** HTTP status of the last answer; 0 when there was none. */
  readonly status: number;

  constructor(of: Pick<AwsFailure, 'action' | 'code' | 'message' | 'kind' | 'status' | 'cause'>) {
    super(of.message, { cause: of.cause });
    this.name = 'AwsFailure';
    this.action = of.action;
    this.code = of.code;
    this.kind = of.kind;
    this.status = of.status;
  }
}

const NAMED: Readonly<Record<string, FailureKind>> = {
  ResourceInUse: 'inUse',
  DependencyViolation: 'inUse',
  PriorityInUse: 'inUse',
  // EC2 API Reference, Common client errors; Elastic Load Balancing API Reference, Common Errors
  Throttling: 'throttled',
  Throttled: 'throttled',
  ThrottledException: 'throttled',
  RequestThrottled: 'throttled',
  RequestLimitExceeded: 'throttled',
  TooManyRequests: 'throttled',
  BandwidthLimitExceeded: 'throttled',
  SlowDown: 'throttled',
  PriorRequestNotComplete: 'throttled',
  EC2ThrottledException: 'throttled',
  AccessDenied: 'denied',
  UnauthorizedOperation: 'denied',
  AuthFailure: 'denied',
  UnrecognizedClient: 'denied',
  InvalidClientTokenId: 'denied',
  MissingAuthenticationToken: 'denied',
  SignatureDoesNotMatch: 'denied',
  ExpiredToken: 'denied',
  RequestExpired: 'denied',
  OptInRequired: 'denied',
  CredentialsProviderError: 'denied',
  TargetGroupAssociationLimit: 'limit',
  // AWS WAFV2 API Reference, AssociateWebACL; AWS Shield Advanced API Reference, CreateProtection
  WAFNonexistentItem: 'notFound',
  WAFUnavailableEntity: 'notYet',
  WAFInternalError: 'unavailable',
  WAFLimitsExceeded: 'limit',
  LimitsExceeded: 'limit',
  ResourceAlreadyExists: 'duplicate',
  InternalFailure: 'unavailable',
  InternalError: 'unavailable',
  InternalServerError: 'unavailable',
  InternalService: 'unavailable',
  ServiceUnavailable: 'unavailable',
  Unavailable: 'unavailable',
  RequestTimeout: 'unavailable',
  TimeoutError: 'unavailable',
};

/** The kind of failure that an AWS error code stands for; `refused` when the code says nothing more. Pure. */
export function kindOf(code: string): FailureKind {
  const named = NAMED[code];
  if (named !== undefined) return named;
  if (/NotFound$/.test(code)) return 'notFound';
  if (/^Duplicate|\.Duplicate$/.test(code)) return 'duplicate';
  if (/^TooMany|LimitExceeded$/.test(code)) return 'limit';
  return 'refused';
}

interface ErrorShape {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Wraps whatever an SDK client threw during `action`. Errors that never got an HTTP answer are `unavailable`. */
export function failureOf(action: string, thrown: unknown): AwsFailure {
  if (thrown instanceof AwsFailure) return thrown;
  const error: ErrorShape = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const name = typeof error.name === 'string' ? error.name : 'Unknown';
  const message = readable(typeof error.message === 'string' ? error.message : String(thrown));
  const code = name.replace(/Exception$/, '') || name;
  const status = error.$metadata?.httpStatusCode;
  const named = kindOf(code);
  const kind = named === 'refused' && (status === undefined || status >= 500) ? 'unavailable' : named;
  return new AwsFailure({ action, code, message, kind, status: status ?? 0, cause: thrown });
}

/** True when `thrown` is an AWS failure of one of `kinds`, or of any kind when none is named. */
export function isFailure(thrown: unknown, ...kinds: FailureKind[]): thrown is AwsFailure {
  return thrown instanceof AwsFailure && (kinds.length === 0 || kinds.includes(thrown.kind));
}

/** What AWS said, for people: the action, the code and AWS's own words, and what to do where more than these is known. Pure. */
export function answerOf({ action, code, message }: AwsFailure): string {
  const said = `${action} answered ${code}: ${message}`;
  const remedy = remedyOf({ action, code, message });
  return remedy === undefined ? said : `${said.replace(/\.$/, '')}: ${remedy}`;
}
