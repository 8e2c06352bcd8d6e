// Operation: one step from the inventory to the desired resources, with its reasons; and what became of it.
import type { Kind, Resource } from '../../api/aws.ts';
import type { Refusal } from '../amendments/parts.ts';
import type { AwsFailure } from '../failures/failure.ts';
import type { Found } from '../kinds/kind.ts';

export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

interface OperationStep {
  readonly kind: Kind;
  /** Id of the desired resource, or the ARN of one that nobody desires. */
  readonly id: string;
  readonly because: readonly string[];
}

export interface Create extends OperationStep {
  readonly verb: 'create';
  readonly resource: Resource;
  /** Set when this is the second half of a replacement: what it takes over from. */
  readonly replaces?: Found;
}

export interface Modify extends OperationStep {
  readonly verb: 'modify';
  readonly resource: Resource;
  readonly found: Found;
  readonly change: readonly FieldChange[];
}

/** New places in an order, all at once: judged by AWS on the result. */
export interface Reorder extends OperationStep {
  readonly verb: 'reorder';
  readonly moves: readonly { readonly found: Found; readonly to: number }[];
}

export interface Delete extends OperationStep {
  readonly verb: 'delete';
  readonly found: Found;
  /** Ids of desired resources that must serve before this may go. */
  readonly after: readonly string[];
}

export type Operation = Create | Modify | Reorder | Delete;

export interface Outcome {
  readonly operation: Operation;
  readonly result: 'done' | 'waiting' | 'failed' | 'skipped';
  /** For people: what it waits for, or why it was skipped. */
  readonly because?: string;
  readonly failure?: AwsFailure;
  /** What of it AWS does not want, where that is known: told to those who want it, in other words. All else of it was done. */
  readonly refused?: readonly Refusal[];
  /** `namespace/name` of those whom a failure concerns; everybody unless told. */
  readonly members?: readonly string[];
}

/** One line for `kubectl`, events and logs: `modify loadBalancer: scheme internal → internet-facing`. */
export function inWords(operation: Operation): string {
  const name = operation.id.startsWith(operation.kind) ? operation.id : `${operation.kind} ${operation.id}`;
  const verb = operation.verb === 'create' && operation.replaces !== undefined ? 'replace' : operation.verb;
  return operation.because.length === 0
    ? `${verb} ${name}`
    : `${verb} ${name}: ${operation.because.join('; ')}`;
}

/** For the log. */
export const logged = ({ operation, result, because, failure }: Outcome): Record<string, string> => ({
  operation: inWords(operation),
  result,
  ...(because === undefined ? {} : { because }),
  ...(failure === undefined ? {} : { failure: `${failure.action}: ${failure.code}: ${failure.message}` }),
});
