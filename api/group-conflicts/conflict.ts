// Conflict: what one member of a group asks for and another excludes, as a problem, and the ways to compare what two say.
import { type AnyAnnotation, type Merge, type Scope, scopeOf } from '../annotation.ts';
import { canonicalText } from '../binding/bind.ts';
import type { Intent, Settings } from '../generated/binding.ts';
import { annotationPath, step } from '../problems/finding.ts';
import { type Problem, refusal } from '../problems/problem.ts';
import { REGISTRY, stemOf } from '../registry.ts';

/** Two members of one group. */
export interface IntentPair {
  /** The member under review. */
  readonly mine: Intent;
  readonly theirs: Intent;
  /** `namespace/name` of the other one's Ingress. */
  readonly key: string;
}

export const shown = (value: unknown): string => {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
};

export const conflict = (path: string, value: unknown, key: string, says: string): Problem =>
  refusal('GroupConflict', path, {
    value: shown(value),
    because: `Ingress ${key} of the same group ${says}`,
  });

/** Settings that are no family. */
export type Single = {
  [N in keyof Settings]-?: Settings[N] extends { readonly value: unknown } | undefined ? N : never;
}[keyof Settings];

type SingleAnnotation = AnyAnnotation & { readonly name: Single };

const isSingle = (one: AnyAnnotation): one is SingleAnnotation => stemOf(one.name) === undefined;

/** Annotations that the members of a group combine in one way, for the load balancer or for each port (spec annotations 2.3). */
export const combined = (scope: Scope, merge: Merge): SingleAnnotation[] =>
  REGISTRY.filter(isSingle).filter((one) => scopeOf(one) === scope && one.merge === merge);

/** Lists of which the order counts: that of the load balancer's security groups. */
const ORDERED: ReadonlySet<string> = new Set(['security-groups', 'frontend-nlb-security-groups']);

/** Lists of which repetition does not count and that say nothing when empty (spec annotations 7.1, 7.2). */
export const SETS: ReadonlySet<string> = new Set(['inbound-cidrs', 'security-group-prefix-lists']);

/** Both say it and say different things. Lists are compared without order, but for security groups. */
export function valueConflict(name: Single, { mine, theirs, key }: IntentPair): Problem[] {
  const [a, b] = [mine.settings[name]?.value, theirs.settings[name]?.value];
  if (a === undefined || b === undefined) return [];
  const isSet = SETS.has(name);
  if (isSet && [a, b].some((value) => Array.isArray(value) && value.length === 0)) return [];
  const comparable = (value: unknown) => {
    if (!Array.isArray(value) || ORDERED.has(name)) return canonicalText(value);
    return canonicalText((isSet ? [...new Set(value)] : value).toSorted());
  };
  return comparable(a) === comparable(b) ? [] : [conflict(annotationPath(name), a, key, `says ${shown(b)}`)];
}

/** Two maps that are merged key by key, of the annotation `suffix`; a key in `settled` needs no agreement. */
export function entryConflicts(
  suffix: string,
  mine: Readonly<Record<string, string>> | undefined,
  theirs: Readonly<Record<string, string>> | undefined,
  key: string,
  settled: Readonly<Record<string, string>> = {},
): Problem[] {
  const held = new Map(Object.entries(theirs ?? {}));
  return Object.entries(mine ?? {}).flatMap(([entry, value]) => {
    const other = held.get(entry);
    if (other === undefined || other === value || Object.hasOwn(settled, entry)) return [];
    return [conflict(`${annotationPath(suffix)}${step(entry)}`, value, key, `says ${other}`)];
  });
}
