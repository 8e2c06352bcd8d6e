// The annotation descriptor: everything known about one annotation, in one place. Decoder, ajv check, binding schema,
// value type, reference page, refusal and tests are derived from it.
import type { ListenerSpec, LoadBalancerSpec, TargetGroupSpec } from './aws.ts';
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

/** What a value does. Field effects are functions on one AWS kind; `shape` effects are carried out by `desire/`. */
export type Effect<T> =
  | { readonly on: 'loadBalancer'; readonly apply: (spec: LoadBalancerSpec, value: T) => void }
  | { readonly on: 'listener'; readonly apply: (spec: ListenerSpec, value: T) => void }
  | { readonly on: 'targetGroup'; readonly apply: (spec: TargetGroupSpec, value: T) => void }
  | Shape
  | Later
  | Never;

/** The value shapes the graph of resources itself; `of` says what it shapes, for the reference page. */
export interface Shape {
  readonly on: 'shape';
  readonly of: string;
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

export const onLoadBalancer = <T>(apply: (spec: LoadBalancerSpec, value: T) => void): Effect<T> => ({
  on: 'loadBalancer',
  apply,
});
export const onListener = <T>(apply: (spec: ListenerSpec, value: T) => void): Effect<T> => ({
  on: 'listener',
  apply,
});
export const onTargetGroup = <T>(apply: (spec: TargetGroupSpec, value: T) => void): Effect<T> => ({
  on: 'targetGroup',
  apply,
});
export const shapes = (of: string): Shape => ({ on: 'shape', of });
export const later = (because: string): Later => ({ on: 'later', because });
export const never = (because: string): Never => ({ on: 'never', because });

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
