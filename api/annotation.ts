// The annotation descriptor: everything known about one annotation, in one place. Decoder, ajv check, binding schema,
// value type, reference page, refusal and tests are derived from it.
import type { Kind, ListenerSpec, LoadBalancerSpec, Parted, SpecOf, TargetGroupSpec } from './aws.ts';
import type { AnnotationValues } from './generated/values.ts';

export const PREFIX = 'alb.ingress.kubernetes.io/';

export type AnnotationName = keyof AnnotationValues;

/** A typed value and the object that said it: `Ingress`, `Service web` or `IngressClassParams alb`. */
export interface Setting<T> {
  readonly value: T;
  readonly from: string;
}

/** The subset of JSON Schema that a structural CRD schema can carry; the generator refuses anything else. */
export interface Schema {
  readonly type?: 'string' | 'integer' | 'boolean' | 'array' | 'object';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** A schema: a map with free keys. `false`: a map whose keys are exactly the properties, in exactly that letter case. */
  readonly additionalProperties?: Schema | false;
  /** Only `[{ type: 'integer' }, { type: 'string' }]`: int-or-string. */
  readonly anyOf?: readonly Schema[];
  /** A noun phrase for messages where the keywords alone read badly: `a CIDR such as 10.0.0.0/8`. */
  readonly description?: string;
}

/**
 * How the members of a group combine (spec annotations 2.3).
 * `same`: all that say it must agree. `union`: merged, per key where the value is a map. `each`: every member for itself.
 * `first`: the first member in group order that says it. For effects on a listener this holds per port.
 */
export type Merge = 'same' | 'union' | 'each' | 'first';

/** A part of a desired resource: all of a field, or one entry of a map or list. */
export interface SpecPart<K extends Kind, F extends keyof SpecOf[K]> {
  readonly spec: SpecOf[K];
  readonly value: F extends Parted ? EntryOf<SpecOf[K][F]> : NonNullable<SpecOf[K][F]>;
  /** The key of the entry; empty for all of the field. */
  readonly entry: string;
  /** Of a family: the NAME of the annotation that says it, else empty. */
  readonly member: string;
}

type EntryOf<V> = V extends readonly (infer E)[] ? E : V extends Readonly<Record<string, infer E>> ? E : V;

/**
 * Where a value ends, as far as no field effect shows it, and whether it asks for a part of that: so whoever says what AWS
 * refuses is told. What ends in rules and target groups alone needs none: these are their Ingress's own.
 */
export type Ends<T> = {
  readonly [K in Kind]?: {
    readonly [F in keyof SpecOf[K]]?: (said: T, part: SpecPart<K, F>) => boolean;
  };
};

/** What members must agree on, or what is merged: for the whole load balancer, or for each port. */
export type Scope = 'group' | 'port';

/** What a value does. Field effects are functions on one AWS kind; `shape` effects are carried out by `desire/`. */
export type Effect<T> =
  | OnField<'loadBalancer', LoadBalancerSpec, T>
  | OnField<'listener', ListenerSpec, T>
  | OnField<'targetGroup', TargetGroupSpec, T>
  | Shape<T>
  | Later
  | Never;

interface OnField<K extends Kind, S, T> {
  readonly on: K;
  readonly apply: (spec: S, value: T) => void;
  readonly ends?: Ends<T>;
}

/** The value shapes the graph of resources itself; `of` says what it shapes, for the reference page. */
export interface Shape<T> {
  readonly on: 'shape';
  readonly of: string;
  readonly ends: Ends<T>;
  /** Absent when every member has its own, or when its builder puts it together. */
  readonly scope?: Scope;
}

/** Checked and kept in the binding, but without effect in this version; `because` ends the sentence "it is not applied: …". */
export interface Later {
  readonly on: 'later';
  readonly because: string;
}

/** Checked, and without effect for ever; `because` is a sentence without a full stop. */
export interface Never {
  readonly on: 'never';
  readonly because: string;
}

export const onLoadBalancer = <T>(
  apply: (spec: LoadBalancerSpec, value: T) => void,
  ends: Ends<T> = {},
): Effect<T> => ({ on: 'loadBalancer', apply, ends });
export const onListener = <T>(apply: (spec: ListenerSpec, value: T) => void): Effect<T> => ({
  on: 'listener',
  apply,
});
export const onTargetGroup = <T>(apply: (spec: TargetGroupSpec, value: T) => void): Effect<T> => ({
  on: 'targetGroup',
  apply,
});
export const shapes = <T>(of: string, ends: Ends<T> = {}, scope?: Scope): Effect<T> => ({
  on: 'shape',
  of,
  ends,
  ...(scope === undefined ? {} : { scope }),
});
export const later = (because: string): Later => ({ on: 'later', because });
export const never = (because: string): Never => ({ on: 'never', because });

/** What the members of a group say about it is put together for all of them, for each port, or not at all. */
export function scopeOf({ effect }: AnyAnnotation): Scope | undefined {
  if (effect.on === 'loadBalancer') return 'group';
  if (effect.on === 'listener') return 'port';
  return effect.on === 'shape' ? effect.scope : undefined;
}

/** Whether this version does anything with the value. */
export const isApplied = ({ on }: { readonly on: string }): boolean => on !== 'later' && on !== 'never';

/** Nine keys, frozen by a test: a tenth needs a decision page. A name that ends in `.*` is a family: `actions.NAME`. */
export interface Annotation<N extends AnnotationName = AnnotationName> {
  readonly name: N;
  /** Who may say it; the earlier one wins. */
  readonly on: readonly ('Ingress' | 'Service')[];
  readonly schema: Schema;
  readonly unset?: AnnotationValues[N];
  readonly merge: Merge;
  readonly effect: Effect<AnnotationValues[N]>;
  /** It keeps requests away that would be answered without it: where it cannot be had, its routes are closed (hack/decisions/0018). */
  readonly protects?: true;
  readonly doc: string;
  readonly examples: { readonly good: readonly string[]; readonly bad: readonly string[] };
}

/** Any descriptor; a union, so that `name`, `unset` and `effect` of one descriptor stay together. */
export type AnyAnnotation = { [N in AnnotationName]: Annotation<N> }[AnnotationName];

/** When each descriptor was declared: its place in its file, which the namespace of a module does not keep. */
const declared = new WeakMap<object, number>();
let count = 0;

/** Declares a descriptor. The name stands in front so that the type of `effect`'s value follows from it. */
export function annotation<N extends AnnotationName>(
  name: N,
  descriptor: Omit<Annotation<N>, 'name'>,
): Annotation<N> {
  const declaration = { name, ...descriptor };
  declared.set(declaration, count++);
  return declaration;
}

const isDescriptor = (value: unknown): value is AnyAnnotation =>
  typeof value === 'object' && value !== null && declared.has(value);

/** The descriptors that a file of annotations exports, in written order. */
export function descriptorsIn(module: Readonly<Record<string, unknown>>): AnyAnnotation[] {
  const place = (one: AnyAnnotation) => declared.get(one) ?? 0;
  return Object.values(module)
    .filter(isDescriptor)
    .sort((a, b) => place(a) - place(b));
}
