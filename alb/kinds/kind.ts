// The schema of an AWS kind: how a difference in each field is treated, and what a found resource is. No calls.
import type { Kind, Ref, Resource, SpecOf } from '../../api/aws.ts';
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

/** How a difference is treated. `createOnly`: sent at creation, never compared again (aws-model 3.3). */
export type Treatment = 'modify' | 'replace' | 'createOnly';

/** One field of a kind. */
export interface Field<V = unknown> {
  readonly change: Treatment;
  /** Comparison where plain deep equality is wrong; references in `wanted` are resolved to `{ ref: ARN }`. */
  equal?(wanted: V, found: V): boolean;
  /** It is set by another service: each difference is an operation of its own, after all others. */
  readonly apart?: true;
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

/** The schema of one kind: every field of its spec, and no other. */
export interface SchemaOf<K extends Kind> {
  readonly kind: K;
  readonly order: number;
  readonly fields: { readonly [F in keyof Required<SpecOf[K]>]: Field<SpecOf[K][F]> };
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
