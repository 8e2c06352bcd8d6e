// Conditions and transforms of rules: when two of them are the same (aws-model 3.10).
import { isDeepStrictEqual } from 'node:util';
import type { Condition, Transform } from '../../api/aws.ts';

/** One text for each meaning: values are a set, hosts have no letter case, and no key is the same as an empty one. */
function textOf(condition: Condition): string {
  const values =
    condition.field === 'query-string'
      ? condition.values.map(({ key = '', value }) => JSON.stringify([key, value]))
      : condition.values.map((value) => (condition.field === 'host-header' ? value.toLowerCase() : value));
  const name = condition.field === 'http-header' ? condition.name : '';
  const regexValues = 'regexValues' in condition ? (condition.regexValues ?? []) : [];
  const sorted = (list: readonly string[]) => [...new Set(list)].sort();
  return JSON.stringify([condition.field, name, sorted(values), sorted(regexValues)]);
}

/** One text for all condition lists that mean the same: in any order, each condition's values as a set. Pure. */
export const conditionsText = (conditions: readonly Condition[]): string =>
  conditions.map(textOf).sort().join('\n');

/** Same conditions in any order, each condition's values as a set, which can only save calls (aws-model 14.1 item 9). Pure. */
export const sameConditions = (wanted: readonly Condition[], found: readonly Condition[]): boolean =>
  conditionsText(wanted) === conditionsText(found);

/** Same transforms: by type, the rewrites of each in order (aws-model 3.10). Pure. */
export function sameTransforms(wanted: readonly Transform[] = [], found: readonly Transform[] = []): boolean {
  const byType = (list: readonly Transform[]) => list.toSorted((a, b) => (a.type < b.type ? -1 : 1));
  return isDeepStrictEqual(byType(wanted), byType(found));
}
