// How members of a group combine what they say: the earlier-created member wins, the smallest part is left out, both are told.

import type { Setting } from '../api/annotation.ts';
import { SETS } from '../api/group-conflicts/conflict.ts';
import { annotationPath } from '../api/problems/finding.ts';
import { refusal, warning } from '../api/problems/problem.ts';
import { memberOf } from '../api/routing/rules.ts';
import type { Member, Told } from './group.ts';

/** One member's word about one annotation. */
export interface MemberSetting<T> {
  readonly member: Member;
  /** An annotation without its prefix, or a path in the Ingress's `spec`. */
  readonly name: string;
  readonly setting: Setting<T>;
}

/** What settings say about one annotation; families are read by their own builders. */
export const settingOf = (settings: object, name: string): Setting<unknown> | undefined =>
  memberOf(settings as Readonly<Record<string, Setting<unknown>>>, name);

/** Seniority: creation time, then name. It does not change when somebody joins with a lower group order. */
export function senior<T extends { readonly member: Member }>(said: readonly T[]): T[] {
  return said.toSorted(
    (a, b) => a.member.created.localeCompare(b.member.created) || a.member.key.localeCompare(b.member.key),
  );
}

/** A text that is equal for equal values; lists count without order, some without repetition (spec annotations 2.3, X-set). */
function canonical(name: string, value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value);
  const items: string[] = value.map((item) => JSON.stringify(item));
  return JSON.stringify((SETS.has(name) ? [...new Set(items)] : items).sort());
}

/** Whether two values of one annotation mean the same. */
export const saysSame = (name: string, a: unknown, b: unknown): boolean =>
  canonical(name, a) === canonical(name, b);

const shown = (value: unknown): string =>
  Array.isArray(value) ? value.join(',') : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** The two sides of a conflict: the later member's value is left out, the earlier one hears of it. */
export function conflict(winner: MemberSetting<unknown>, loser: MemberSetting<unknown>, part = ''): Told[] {
  const path = winner.name.startsWith('spec.') ? winner.name : annotationPath(winner.name);
  const what = part === '' ? 'value' : `"${part}"`;
  const [first, later] = [winner, loser].map(({ setting }) => shown(setting.value));
  const toLater = `Ingress ${winner.member.key} was first in this group and says ${JSON.stringify(first)}; this ${what} is left out`;
  const toFirst = `Ingress ${loser.member.key} of the same group says ${JSON.stringify(later)}; its ${what} is left out`;
  return [
    {
      member: loser.member.key,
      problem: refusal('GroupConflict', path, { value: later, because: toLater }),
    },
    {
      member: winner.member.key,
      problem: warning('GroupConflict', path, { value: first, because: toFirst }),
    },
  ];
}

/** Merge `same`: one value for all. Absent when nobody says anything. */
export function agree<T>(said: readonly MemberSetting<T>[], leftOut: Told[]): Setting<T> | undefined {
  const [winner, ...others] = senior(said);
  if (winner === undefined) return undefined;
  for (const other of others) {
    if (!saysSame(other.name, other.setting.value, winner.setting.value))
      leftOut.push(...conflict(winner, other));
  }
  return winner.setting;
}

/** Merge `union` of maps: per key; a key with two values is the earlier member's. Absent when nobody says anything. */
export function unite(
  said: readonly MemberSetting<Record<string, string>>[],
  leftOut: Told[],
): Setting<Record<string, string>> | undefined {
  const merged = new Map<string, { value: string; by: MemberSetting<Record<string, string>> }>();
  for (const one of senior(said)) {
    for (const [key, value] of Object.entries(one.setting.value)) {
      const held = merged.get(key);
      if (held === undefined) merged.set(key, { value, by: one });
      else if (held.value !== value) leftOut.push(...conflict(held.by, one, key));
    }
  }
  const [first] = said;
  if (first === undefined) return undefined;
  return {
    value: Object.fromEntries([...merged].map(([key, { value }]) => [key, value])),
    from: first.setting.from,
  };
}
