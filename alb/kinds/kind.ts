// What every AWS kind file declares: how each field's difference is treated, how two values compare, and the calls.
import type { Kind, Ref, SpecOf } from '../../api/aws.ts';
import type { Aws } from '../../controller/aws/calls.ts';
import { type AwsFailure, isFailure } from '../failures/failure.ts';
import { differing, type Plannable, type Treatment } from '../plan/match.ts';

/** Gives the ARN (security groups: the id) that a reference stands for; a plain string is one already. */
export type Resolve = (ref: Ref | string) => string;

/** What AWS says about a resource beyond its spec. */
export interface Extra {
  readonly vpcId?: string;
  /** Load balancers only. */
  readonly dnsName?: string;
  readonly hostedZoneId?: string;
  readonly state?: string;
  /** When it was made, RFC 3339. */
  readonly created?: string;
  /** Target groups only: the load balancers that forward to it. */
  readonly loadBalancerArns?: readonly string[];
  /** Listeners only: the attached (SNI) certificates, without order. */
  readonly attached?: readonly string[];
}

/** A resource that exists in AWS. In its spec every reference is to an ARN (security groups: an id). */
interface FoundOf<K extends Kind> {
  readonly kind: K;
  /** The ARN; of a security group the id. */
  readonly arn: string;
  /** The stack tag: which group it belongs to. */
  readonly group: string;
  /** The resource tag: which resource of the group it is (aws-model 2.1). */
  readonly resourceTag: string;
  readonly spec: SpecOf[K];
  readonly extra: Extra;
}

export type Found<K extends Kind = Kind> = { [P in K]: FoundOf<P> }[K];

/** What became of a removal: `waiting` when something still uses the resource; ask again later. */
export type Removed =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'waiting'; readonly because: string };

/** Compares one field where plain deep equality is wrong; references in `wanted` are resolved to `{ ref: ARN }`. */
export type Equal<S> = {
  readonly [F in keyof S]?: (wanted: S[F], found: S[F]) => boolean;
};

export interface KindTable<K extends Kind> {
  readonly kind: K;
  /** Position in the order of creation (aws-model 3.1); removal goes the other way round. */
  readonly order: number;
  /** How a difference is treated. `createOnly`: sent at creation, never compared again (aws-model 3.3). */
  readonly fields: Readonly<Record<keyof SpecOf[K], Treatment>>;
  readonly equal: Equal<SpecOf[K]>;
  /** Fields that are another service's: each is an operation of its own, after all others. */
  readonly apart?: readonly (keyof SpecOf[K])[];
  /** ARN of the resource it lives in: it goes when that one goes. */
  parent?(found: FoundOf<K>): string;
  /** ARNs of resources that hold it exclusively. */
  heldBy?(found: FoundOf<K>): readonly string[];
  /** The spec of a successor that must exist beside `predecessors`. */
  successor?(spec: SpecOf[K], predecessors: readonly Found[]): SpecOf[K];
  /**
   * Creates the resource, or adopts and corrects its twin when a crash left one that carries our tags.
   * Throws `AwsFailure`, or `MadeInPart` when it exists by then; what is known of its group must be read again.
   */
  create(aws: Aws, wanted: SpecOf[K], resolve: Resolve): Promise<FoundOf<K>>;
  /** Brings the `changed` fields of an existing resource to what is wanted, in the order of aws-model 3.4–3.8. */
  modify(
    aws: Aws,
    found: FoundOf<K>,
    wanted: SpecOf[K],
    changed: readonly (keyof SpecOf[K])[],
    resolve: Resolve,
  ): Promise<FoundOf<K>>;
  /** Removes it; one that is gone already is `done`. */
  remove(aws: Aws, found: FoundOf<K>): Promise<Removed>;
}

/** A resource was made, or taken over, and then AWS refused a part of what is wanted of it. */
export class MadeInPart extends Error {
  readonly found: Found;
  /** What may be missing. */
  readonly fields: readonly string[];
  readonly failure: AwsFailure;

  constructor(found: Found, fields: readonly string[], failure: AwsFailure) {
    super(failure.message, { cause: failure });
    this.found = found;
    this.fields = fields;
    this.failure = failure;
  }
}

/** Gives the fields of what is there already. Throws `MadeInPart` when AWS does not want that. */
export async function completing<F extends Found>(
  found: F,
  fields: readonly string[],
  complete: () => Promise<F>,
): Promise<F> {
  try {
    return await complete();
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
    throw new MadeInPart(found, fields, thrown);
  }
}

/** Longest name of a load balancer or target group (aws-limits L1, TG1). */
const NAME_MAX = 32;

/** The fields in which an existing resource differs from the wanted one, `createOnly` fields left out. Pure. */
export function changedFields<K extends Kind>(
  table: Pick<KindTable<K>, 'fields' | 'equal'>,
  wanted: SpecOf[K],
  found: { readonly spec: SpecOf[K] },
  resolve: Resolve,
): (keyof SpecOf[K])[] {
  return differing(
    table as Pick<Plannable, 'fields' | 'equal'>,
    { spec: wanted },
    found,
    resolve,
  ) as (keyof SpecOf[K])[];
}

/**
 * Carries out a deletion: what is gone already is `done`; what something still uses, or AWS refuses with the code
 * `protection`, is `waiting` with AWS's words. Throws any other `AwsFailure`.
 */
export async function removing(deletion: () => Promise<unknown>, protection?: string): Promise<Removed> {
  try {
    await deletion();
  } catch (thrown) {
    const guarded = isFailure(thrown, 'refused') && thrown.code === protection;
    if (guarded || isFailure(thrown, 'inUse')) return { outcome: 'waiting', because: thrown.message };
    if (!isFailure(thrown, 'notFound')) throw thrown;
  }
  return { outcome: 'done' };
}

/** The ARN that a resolved reference stands for. */
export const arnOf = (reference: Ref | string): string =>
  typeof reference === 'string' ? reference : reference.ref;

/** A name that none of the predecessors has: names are unique in an account, and a successor stands beside them. */
export function freeName(name: string, predecessors: readonly Found[]): string {
  const taken = new Set(predecessors.map(({ spec }) => ('name' in spec ? spec.name : '')));
  for (let n = 2, free = name; ; n += 1) {
    if (!taken.has(free)) return free;
    free = `${name.slice(0, NAME_MAX - 1 - String(n).length)}-${n}`;
  }
}

/** Same members, order and repetition aside. */
export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a);
  const right = new Set(b);
  return left.size === right.size && [...left].every((item) => right.has(item));
}

/** A field that AWS always fills; its absence is a fault of the answer, not of the user. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`AWS answered without ${what}`);
  return value;
}
