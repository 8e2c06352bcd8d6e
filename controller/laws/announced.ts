// Announced and done: a change of one member is previewed from what the bindings of its group know, and then carried out by whole
// passes on an account.
import { isDeepStrictEqual } from 'node:util';
import { type Applied, CLUSTER } from '../../alb/laws/paper.ts';
import { changesOf, type MemberChange, preview } from '../../alb/preview/preview.ts';
import type { PreviewStep } from '../../alb/preview/steps.ts';
import { bind, bindingFor } from '../../api/binding/bind.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { type Reading, readIngress } from '../../api/ingress/read.ts';
import { type Ingress, keyOf, type Service } from '../../api/kube.ts';
import {
  changesBetween,
  changesIn,
  disagreements,
  lookAt,
  resetsIn,
  rulesOfSeveralPasses,
} from './account-changes.ts';
import { GROUP } from './groups.ts';
import { settleWholly } from './settle-wholly.ts';
import { openPasses, type Passes } from './whole-passes.ts';

const OPTIONS = { defaultTargetType: CLUSTER.defaultTargetType, defaultScheme: CLUSTER.defaultScheme };

const finding =
  (services: readonly Service[]) =>
  (namespace: string, name: string): Service | undefined =>
    services.find((one) => keyOf(one) === `${namespace}/${name}`);

export const readingOf = (one: Ingress, { services, classes }: Applied): Reading =>
  readIngress(one, { options: OPTIONS, service: finding(services), ...classes });

/** Whether an admission would accept it, its group aside. */
export const isAccepted = (one: Ingress, sheet: Applied): boolean =>
  readingOf(one, sheet).problems.every(({ severity }) => severity !== 'refuse');

/** The binding that an admission of the Ingress would record. */
function bindingOf(one: Ingress, sheet: Applied): LoadBalancerBinding {
  const binding = bindingFor(one, bind(one, readingOf(one, sheet)));
  const { creationTimestamp = '' } = one.metadata;
  return { ...binding, metadata: { ...binding.metadata, creationTimestamp } };
}

/** The one Ingress in which two sheets differ, before and after. */
function changedIn(before: Applied, after: Applied): readonly [Ingress | undefined, Ingress | undefined] {
  const [old, next] = [before, after].map(
    ({ ingresses }) => new Map(ingresses.map((one) => [keyOf(one), one])),
  );
  const keys = [...new Set([...(old?.keys() ?? []), ...(next?.keys() ?? [])])];
  const key = keys.find((name) => !isDeepStrictEqual(old?.get(name), next?.get(name))) ?? '';
  return [old?.get(key), next?.get(key)];
}

function announced(before: Applied, after: Applied, bindings: readonly LoadBalancerBinding[]): PreviewStep[] {
  const [old, next] = changedIn(before, after);
  const recorded = bindings.find((one) => old !== undefined && keyOf(one) === keyOf(old));
  const around = { cluster: CLUSTER, service: finding(after.services), existing: 'recorded' } as const;
  const bindingsOf = (group: string) => (group === GROUP ? bindings : []);
  const leaving = (): MemberChange[] =>
    recorded === undefined ? [] : [{ group: GROUP, key: keyOf(recorded), bindings, before: recorded }];
  const changes = next === undefined ? leaving() : changesOf(bindingOf(next, after), recorded, bindingsOf);
  return changes.filter(({ group }) => group === GROUP).flatMap((change) => preview(change, around).steps);
}

export interface Told {
  readonly steps: readonly PreviewStep[];
  /** In which the announcement is not what was done. */
  readonly wrong: readonly string[];
}

/** Announces and does the change from one sheet to the next; undefined when AWS refuses a part of either. */
export async function announceAndDo(
  before: Applied,
  after: Applied,
  furnish: (passes: Passes) => void,
): Promise<Told | undefined> {
  const passes = openPasses();
  furnish(passes);
  if (!(await settleWholly(passes, before))) return undefined;
  const old = await lookAt(passes.account);
  const steps = announced(before, after, passes.bindings());
  const [begun, firstPass] = [passes.outcomes.length, passes.byPass.length];
  if (!(await settleWholly(passes, after))) return undefined;
  const done = passes.outcomes
    .slice(begun)
    .flatMap(({ operation, result }) => (result === 'done' ? [operation] : []));
  const changes = changesBetween(old, await lookAt(passes.account), done);
  const resets = [resetsIn(steps.map(({ operation }) => operation)), resetsIn(done)];
  const wrong = disagreements(
    changesIn(steps),
    changes,
    rulesOfSeveralPasses(passes.byPass.slice(firstPass)),
  );
  if (!isDeepStrictEqual(resets[0], resets[1])) wrong.push(`resets: ${JSON.stringify(resets)}`);
  return { steps, wrong };
}
