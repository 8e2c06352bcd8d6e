// report: what `albatross adopt` and `albatross release` say, as text. Pure.
import { keyOf } from '../../api/kube.ts';
import type { Adoption, Leftover } from './adoption.ts';
import type { CleanupResult } from './cleanup.ts';
import type { Release } from './release.ts';

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('   ')
      .trimEnd(),
  );
}

const many = (count: number, what: string): string =>
  count === 0 ? 'nothing' : `${count} ${what}${count === 1 ? '' : 's'}`;

/** Taken over: ready, nothing planned, and its deletion is our business. */
const complete = ({ binding, planned, finalizers }: Adoption): boolean =>
  binding === 'Ready' && planned === 0 && finalizers === 'Albatross';

/** One line for each Ingress, and one that sums up. */
export function adoptionLines(all: readonly Adoption[]): string[] {
  if (all.length === 0) return ['No Ingress is of a class of Albatross.'];
  const head = ['INGRESS', 'GROUP', 'BINDING', 'RESOURCES', 'PLANNED', 'FINALIZERS', 'TARGETGROUPBINDINGS'];
  const rows = all.map((one) => [
    one.ingress,
    one.group ?? '',
    one.binding,
    String(one.resources),
    one.planned === undefined ? 'not known' : many(one.planned, 'operation'),
    one.finalizers,
    String(one.targetGroupBindings.length),
  ]);
  const done = all.filter(complete).length;
  const sum = `${done} of ${all.length} Ingresses taken over: ready, nothing planned, finalizers exchanged.`;
  return [...table([head, ...rows]), '', sum];
}

/** The LBC's leftovers; undefined when their kind is not installed. */
export function leftoverLines(all: readonly Leftover[] | undefined): string[] {
  if (all === undefined)
    return ['TargetGroupBindings are not installed here: nothing of the LBC is left over.'];
  if (all.length === 0) return ['No TargetGroupBinding of an Ingress is left over.'];
  const rows = all.map(({ object, group, stays }) => [
    keyOf(object),
    group,
    stays === undefined ? 'may go' : `stays: ${stays}`,
  ]);
  return table([['TARGETGROUPBINDING', 'GROUP', ''], ...rows]);
}

/** What became of each object, and the number of failures. */
export function resultLines(results: readonly CleanupResult[], done: string): string[] {
  return results.map(({ key, failed }) =>
    failed === undefined ? `${key}: ${done}` : `${key}: failed: ${failed}`,
  );
}

/** What giving back would do. */
export function releaseLines(all: readonly Release[]): string[] {
  const rows = all.map(({ key, finalizers, stays, warning }) => [
    key,
    stays === undefined ? finalizers.join(', ') : '',
    stays === undefined ? (warning ?? '') : `stays: ${stays}`,
  ]);
  return rows.length === 0
    ? ['There is no binding to give back.']
    : table([['INGRESS', 'GETS', ''], ...rows]);
}
