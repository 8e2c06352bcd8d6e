// Passes on paper: a group is decided about, its members remember what is set, and AWS is changed, whole or until it is stopped.

import {
  beginning,
  known,
  type RememberedKeys,
  remaining,
  type SetKeys,
} from '../../alb/amendments/reset-memory.ts';
import { reset, withReasons } from '../../alb/amendments/reset-to-default.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { interpret } from '../../alb/laws/interpret.ts';
import { type Applied, wantedBy } from '../../alb/laws/paper.ts';
import { match } from '../../alb/plan/match.ts';
import type { Outcome } from '../../alb/plan/operation.ts';
import { type Plan, plan } from '../../alb/plan/plan.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import { bookOf } from './book.ts';

/** What AWS has, and what each member remembers. */
export interface Moment {
  readonly found: readonly Found[];
  readonly set: ReadonlyMap<string, SetKeys>;
}

export const NOTHING: Moment = { found: [], set: new Map() };

export interface Passed extends Moment {
  readonly planned: Plan;
}

/** The bindings of a group with what they remember; those of which the sheet has no Ingress any more are on their way out. */
function bindingsOf(sheet: Applied, group: string, set: Moment['set']): LoadBalancerBinding[] {
  const here = bookOf(sheet)
    .of(group)
    .map((binding) => {
      const own = set.get(keyOf(binding));
      return own === undefined ? binding : { ...binding, status: { set: own } };
    });
  const there = new Set(here.map(keyOf));
  const gone = [...set].filter(([key]) => !there.has(key));
  const leaving = gone.map(([key, own]): LoadBalancerBinding => {
    const [namespace = '', name = ''] = key.split('/');
    return {
      apiVersion: 'albatross.dev/v1alpha1',
      kind: 'LoadBalancerBinding',
      metadata: { namespace, name, deletionTimestamp: '2026-03-01T00:00:00Z' },
      spec: { ingressRef: { name, hash: '' }, group, order: 0 },
      status: { set: own },
    };
  });
  return [...here, ...leaving];
}

const written = (before: Moment['set'], more: RememberedKeys): Moment['set'] => new Map([...before, ...more]);

/** One pass; with `stopAfter` it is killed after so many operations, and nothing is told of them. */
export function pass(sheet: Applied, group: string, before: Moment, stopAfter?: number): Passed {
  const { resources, backends } = wantedBy(sheet, group);
  const bindings = bindingsOf(sheet, group, before.set);
  const back = reset(group, resources, known(bindings), match(schemas, resources, before.found));
  const planned = withReasons(plan(schemas, back.resources, before.found), back);
  const toSet = written(before.set, beginning(group, bindings, planned.operations, backends));
  const operations = planned.operations.slice(0, stopAfter);
  const found = interpret({ ...planned, operations }, before.found);
  if (stopAfter !== undefined) return { found, set: toSet, planned };
  const outcomes = operations.map((operation): Outcome => ({ operation, result: 'done' }));
  const became = match(schemas, resources, found).matched;
  const ended = remaining({ group, bindings, outcomes, backends, resources, found, became });
  const staying = new Set(sheet.ingresses.map(keyOf));
  const set = [...written(toSet, ended)].filter(([key]) => staying.has(key));
  return { found, set: new Map(set), planned };
}
