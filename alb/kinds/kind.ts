// The schema of an AWS kind: how a difference in each field is treated, and what a found resource is. No calls.
import type { Kind, Parted, Ref, Resource, Seldom, SpecOf } from '../../api/aws.ts';
import type { Operation } from '../plan/operation.ts';

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

/** An entry of a map or list, by its key. */
export interface FieldEntry {
  readonly entry: string;
  readonly value: unknown;
}

/** What AWS says when it refuses to make a resource because of one field. */
export interface CreationRefusal<V = unknown> {
  /** Codes that are about this field. */
  readonly codes: RegExp;
  /** The place of the field among those that are left out one after another when the code does not tell. */
  readonly suspect?: number;
  /**
   * What of the value may be what AWS refused, where that is not all of it; undefined when nothing is. `named`: the code is
   * about this field.
   */
  sent?(value: V, named: boolean): (Pick<FieldEntry, 'value'> & Partial<FieldEntry>) | undefined;
}

/** One field of a kind: all that sets it apart from other fields, so that nobody else keeps a list of names. */
export interface Field<V = unknown, S = unknown> {
  /** How a difference is treated. `createOnly`: sent at creation, never compared again (aws-model 3.3). */
  readonly change: 'modify' | 'replace' | 'createOnly';
  /** Comparison where plain deep equality is wrong; references in `wanted` are resolved to `{ ref: ARN }`. */
  equal?(wanted: V, found: V): boolean;
  /** It is set by another service: each difference is an operation of its own, after all others. */
  readonly apart?: true;
  /** Left out where AWS refuses it and has none; any other field is asked for again and again. */
  readonly optional?: boolean;
  /** When it can be asked for, where that is not at creation: once the load balancer exists, or is active (aws-model 8.4). */
  readonly since?: 'existing' | 'active';
  /** Of a map or list whose entries are independent of each other: those that `found` lacks, each of which can be asked for alone. */
  entries?(wanted: V, found: V | undefined): readonly FieldEntry[];
  /**
   * What AWS gives when nobody says it; of a map, for each key. What we set goes back to it (hack/decisions/0011); what has
   * none stays as it is.
   */
  unsaid?(spec: S): V | undefined;
  /** The action that sets what can go back. When AWS refuses it, neither this field was set nor the ones below it. */
  readonly action?: string;
  readonly creation?: CreationRefusal<V>;
}

/** A kind whose name is not known here: all that the plan needs. */
export interface KindSchema {
  readonly kind: Kind;
  /** Position in the order of creation (aws-model 3.1); removal goes the other way round. */
  readonly order: number;
  readonly fields: Readonly<Record<string, Field>>;
  /** ARN of the resource it lives in: it goes when that one goes. */
  parent?(found: Found): string;
  /** ARNs of resources that hold it exclusively: it cannot serve anything else meanwhile. */
  heldBy?(found: Found): readonly string[];
  /** The spec of a successor that must exist beside `predecessors`. */
  successor?(spec: Resource['spec'], predecessors: readonly Found[]): Resource['spec'];
  /** A diff of its own for all of its resources; the engine's is not used then. */
  diff?(wanted: readonly Resource[], found: readonly Found[], resolve: Resolve): Operation[];
}

/**
 * What may be absent says whether it may be left out, what only few load balancers want when it can be asked for, and a map or
 * list of independent entries which those are.
 */
type FieldOf<K extends Kind, F extends keyof SpecOf[K]> = Field<SpecOf[K][F], SpecOf[K]> &
  (F extends Parted ? Required<Pick<Field<SpecOf[K][F]>, 'entries'>> : { readonly entries?: never }) &
  (undefined extends SpecOf[K][F] ? { readonly optional: boolean } : { readonly optional?: never }) &
  (F extends keyof Seldom ? { readonly since: 'existing' | 'active' } : { readonly since?: never });

/** The schema of one kind: every field of its spec, and no other. */
export interface SchemaOf<K extends Kind> {
  readonly kind: K;
  readonly order: number;
  readonly fields: { readonly [F in keyof Required<SpecOf[K]>]: FieldOf<K, F> };
  parent?(found: Found<K>): string;
  heldBy?(found: Found<K>): readonly string[];
  successor?(spec: SpecOf[K], predecessors: readonly Found[]): SpecOf[K];
  diff?: NonNullable<KindSchema['diff']>;
}

/** Longest name of a load balancer or target group (aws-limits L1, TG1). */
const NAME_MAX = 32;

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
