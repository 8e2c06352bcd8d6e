// A wish for protection, and the reasons for which it may not be had: the words of the table in protections.test.ts.

import { failureOf } from '../../alb/failures/failure.ts';
import type { AnnotationName } from '../../api/annotation.ts';
import type { Lookups } from '../facts/lookups.ts';
import type { Account } from './account.ts';
import type { Met } from './reachable.ts';
import type { Passes } from './whole-passes.ts';

export const REASONS = [
  'unknown',
  'denied',
  'unavailable',
  'notReady',
  'invalid',
  'invalidLater',
  'refusedAtCreate',
  'refusedAtModify',
  'lost',
  'deleted',
] as const;
export type Reason = (typeof REASONS)[number];
export type Said = Readonly<Record<string, string>>;

/** One way in which a wish cannot be had. */
export interface Trouble extends Readonly<Passes['instead']> {
  /** What the member said before, when all was well; absent for a new one. */
  readonly before?: Said;
  /** What it says now; absent: its wish. */
  readonly said?: Said;
  /** What an elder member of the group says. */
  readonly elder?: Said;
  /** Error codes of AWS by action. */
  readonly refuse?: Said;
  /** What `Ready` says. */
  readonly ready: RegExp;
}

export interface Wish {
  /** The annotations that the wish is made with. */
  readonly names: readonly AnnotationName[];
  readonly said: Said;
  readonly request: `${'http' | 'https'}://${string}`;
  /** Whether a request that meets this is kept away as it is wished. */
  holds(met: Met, account: Account): boolean;
  /** The troubles, or why there can be none for that reason. */
  readonly rows: Readonly<Record<Reason, Trouble | string>>;
}

export const EACH = 'every member has its own';
export const UNASKED = 'nothing is looked up for it';
export const NO_STATE = 'what it names is not made ready';
export const OWN_TEXT = 'it stands in the Ingress itself';
export const denied = (...actions: string[]): Said =>
  Object.fromEntries(actions.map((action) => [action, 'AccessDeniedException']));
export const failing = (action: string, name: string) => async () => {
  throw failureOf(action, { name, message: 'not now', $metadata: { httpStatusCode: 400 } });
};
export const missing = (
  code: 'SecretNotFound' | 'SecurityGroupNotFound' | 'CertificateNotFound',
  because: string,
) => ({ problem: { code, severity: 'refuse', path: 'metadata.annotations', because } }) as const;
export const lookups = (more: Partial<Lookups>): Pick<Trouble, 'lookups'> => ({ lookups: more });
