// Problem: the one shape of every "no" (design: Problems and words for people), and how it reads as a sentence.
import { defined } from '../defined.ts';
import type { StrictCheck } from '../validate/strict.ts';

/** How an admission answers it: `refuse` refuses the object, `warn` lets it pass with a warning. */
export type Severity = 'refuse' | 'warn';

export interface Problem {
  /** From the catalogue below; also the condition reason, the metric label and the anchor in the reference page. */
  readonly code: ProblemCode;
  readonly severity: Severity;
  /** Field path in the object the person wrote, e.g. `metadata.annotations[alb.ingress.kubernetes.io/scheme]`. */
  readonly path: string;
  /** The offending value as written. Never a secret. */
  readonly value?: string;
  /** What would be right, as a noun phrase: `one of internal, internet-facing`. */
  readonly allowed?: string;
  /** The likely intent, as a value that could be pasted in. */
  readonly suggestion?: string;
  /** One sentence without a full stop: why, or what happens instead. */
  readonly because?: string;
  /** `Kind namespace/name` of the object that said it, when it is not the object under review. */
  readonly object?: string;
  /** The check that can be switched to a warning, where this is one. */
  readonly check?: StrictCheck;
}

/** The catalogue. A code is never reused for another meaning. */
export const CODES = {
  Malformed: 'The text cannot be read as the type the annotation has.',
  NotAllowed: 'The value is none of the allowed ones.',
  OutOfRange: 'The number, length or count lies outside what AWS or Kubernetes accepts.',
  InvalidFormat: 'The text does not have the form that AWS or Kubernetes asks for.',
  Contradiction: 'Two settings of the same object exclude each other.',
  WrongType: 'The field does not have the type that the Kubernetes API gives it.',
  UnknownField: 'The Kubernetes API has no such field there.',
  FieldMissing: 'A field is missing that the Kubernetes API asks for.',
  VersionNotServed: 'Kubernetes serves no such kind in this version.',
  UnknownAnnotation:
    'No annotation of this name exists under the prefix, or the prefix is not the one that is read.',
  NotYetApplied: 'The annotation is known but has no effect in this version.',
  ServiceEnded: 'The AWS service behind the annotation has ended, so it has no effect.',
  Unused: 'The text is valid but nothing reads it.',
  UnsupportedBackend: 'The backend is of a kind that a load balancer cannot reach.',
  UnsupportedPath: 'The path cannot be expressed as an ALB rule of this path type.',
  ServiceNotFound: 'The Service of a backend does not exist.',
  ServicePortNotFound: 'The Service has no such port.',
  TargetRulesUnclear:
    'It is unclear which security group lets the load balancer reach a target, so its rules are left alone.',
  NoTargets: 'A Service has no targets: requests for it are answered with 503 until it has some.',
  EndsTooSoon: 'Pods end before the load balancer has finished with their last requests.',
  NodePortMissing: 'Instance targets need a Service of type NodePort or LoadBalancer.',
  ActionNotFound: 'A backend says use-annotation and the annotation is missing.',
  TargetGroupNotFound: 'A target group that an action names does not exist.',
  SubnetsNotFound: 'No usable subnets were found for the load balancer.',
  SecurityGroupNotFound: 'A named security group does not exist.',
  CertificateNotFound: 'No certificate was found for an HTTPS listener.',
  TrustStoreNotFound: 'The trust store that clients are to be verified against does not exist.',
  SecretNotFound: 'The Secret of a login, with clientID and clientSecret, was not found, or not looked for.',
  WebAclNotFound: 'No regional web ACL of the name was found, or it could not be looked for.',
  SubscriptionNotFound: 'The account has no active subscription to Shield Advanced.',
  ForeignProtection: 'Somebody else protects the load balancer with Shield; that is left as it is.',
  IngressClassNotFound: 'The IngressClass that is named does not exist.',
  ClassParametersNotFound: 'The parameters that the IngressClass names do not exist.',
  ClassNotUsable: 'The parameters of the IngressClass cannot be used, or are not for this namespace.',
  FieldImmutable: 'The field cannot be changed once it has a value.',
  TargetGroupTaken: 'Something else registers targets in the target group already.',
  Replacement: 'The change replaces a resource in AWS by a new one.',
  GroupConflict: 'Members of one group ask for different things; the earlier one wins.',
  PolicyOverruled:
    'The policy of an Ingress does not hold, because its group or the controller is under another one.',
  StrayResource: 'Something in AWS carries tags of ours that make no sense; it is left as it is.',
  NameTaken: 'A name is taken in AWS by something that is not ours.',
  AwsRefused: 'AWS refused a call.',
  AwsUnavailable: 'AWS could not be reached or asked to slow down.',
} as const;

export type ProblemCode = keyof typeof CODES;

/** What a problem says beside its code and its place; what is undefined is not said. */
export type ProblemWords = {
  readonly [K in Exclude<keyof Problem, 'code' | 'severity' | 'path'>]?: Problem[K] | undefined;
};

/** A problem that refuses the object. */
export const refusal = (code: ProblemCode, path: string, words: ProblemWords = {}): Problem => ({
  code,
  severity: 'refuse',
  path,
  ...defined(words),
});

/** A problem that lets the object pass. */
export const warning = (code: ProblemCode, path: string, words: ProblemWords = {}): Problem => ({
  ...refusal(code, path, words),
  severity: 'warn',
});

/** Refusals before warnings, each as they came. */
export const worstFirst = <P extends Pick<Problem, 'severity'>>(problems: readonly P[]): P[] => [
  ...problems.filter((problem) => problem.severity === 'refuse'),
  ...problems.filter((problem) => problem.severity === 'warn'),
];

/** All that a problem says but its place. */
const SAID: Readonly<Record<Exclude<keyof Problem, 'path'>, true>> = {
  code: true,
  severity: true,
  value: true,
  allowed: true,
  suggestion: true,
  because: true,
  object: true,
  check: true,
};
const SAYS = Object.keys(SAID) as (keyof typeof SAID)[];

/** Whether two problems differ in their places at most. */
const saysSame = (one: Problem, other: Problem): boolean => SAYS.every((part) => one[part] === other[part]);

/** The problems with those that say the same, wherever, together; each as they came. */
export function alike(problems: readonly Problem[]): readonly (readonly [Problem, ...Problem[]])[] {
  const found: [Problem, ...Problem[]][] = [];
  const byReason = new Map<string, [Problem, ...Problem[]][]>();
  for (const problem of problems) {
    const near = byReason.getOrInsertComputed(problem.because ?? '', () => []);
    const there = near.find(([first]) => saysSame(first, problem));
    if (there !== undefined) there.push(problem);
    else {
      const group: [Problem, ...Problem[]] = [problem];
      near.push(group);
      found.push(group);
    }
  }
  return found;
}

/** Each problem once. */
export function distinct(problems: readonly Problem[]): readonly Problem[] {
  const byPath = new Map<string, Problem[]>();
  return problems.filter((problem) => {
    const there = byPath.getOrInsertComputed(problem.path, () => []);
    if (there.some((other) => saysSame(problem, other))) return false;
    there.push(problem);
    return true;
  });
}

/** Longest piece of a user's text that is quoted back, in characters. */
const QUOTED_MAX = 120;

/** A suggestion is there to be pasted, so it is cut only where it would fill the page. */
const SUGGESTED_MAX = 600;

/** Quotes a user's text for a message: cut, control and bidi characters escaped. */
export function quote(text: string, most = QUOTED_MAX): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  const escaped = cut.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return `"${escaped}"`;
}

/** One line for people: path, value, what is allowed, why, and the likely intent. */
export function sentence(problem: Problem): string {
  const said = problem.value === undefined ? '' : quote(problem.value);
  const judged = problem.allowed === undefined ? said : `${said} is not ${problem.allowed}`.trim();
  const parts = [judged, problem.because].filter((part) => part !== undefined && part !== '');
  const intent =
    problem.suggestion === undefined ? '' : ` Did you mean ${quote(problem.suggestion, SUGGESTED_MAX)}?`;
  const subject = problem.object === undefined ? problem.path : `${problem.object}: ${problem.path}`;
  return `${subject}: ${parts.join(': ')}.${intent}`;
}
