// adoption: how far every Ingress is taken over from the LBC, and which of the LBC's objects are left over. Pure.

import { heldGroups } from '../../api/binding/finalizers.ts';
import { defined } from '../../api/defined.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { TargetGroupBinding } from '../../api/generated/target-group-binding.ts';
import { type Ingress, keyOf } from '../../api/kube.ts';
import { groupOfLabels, isPublished } from '../../api/targetgroupbinding/made-by.ts';
import { lbcGroups } from '../bindings/lbc-finalizers.ts';
import type { Survey } from './survey.ts';

/** One Ingress on its way from the LBC to us. */
export interface Adoption {
  /** `namespace/name` */
  readonly ingress: string;
  /** Undefined without a binding. */
  readonly group?: string;
  /** State of the binding, or `none`. */
  readonly binding: string;
  /** Load balancer, listeners and target groups that the binding names. */
  readonly resources: number;
  /** Operations that are planned and not carried out; undefined when it is not known, or not looked at yet. */
  readonly planned?: number;
  /** Who cleans up when it is deleted; `both` while finalizers are exchanged. */
  readonly finalizers: 'LBC' | 'Albatross' | 'both' | 'none';
  /** `namespace/name` of TargetGroupBindings for its target groups. */
  readonly targetGroupBindings: readonly string[];
}

/** A TargetGroupBinding that the LBC made for an Ingress. */
export interface Leftover {
  readonly object: TargetGroupBinding;
  /** The group it was made for. */
  readonly group: string;
  /** Why it must stay for now; undefined when it may be deleted. */
  readonly stays?: string;
}

/** The group that the LBC made it for; undefined for those of users, Services and Gateways (aws-model 2.1), and for ours. */
export const groupOfLeftover = ({ metadata }: TargetGroupBinding): string | undefined =>
  isPublished(metadata) ? undefined : groupOfLabels(metadata);

function finalizersOf(ingress: Ingress, binding: LoadBalancerBinding | undefined): Adoption['finalizers'] {
  const ours = [ingress, ...(binding === undefined ? [] : [binding])].some(
    (one) => heldGroups(one).length > 0,
  );
  const theirs = lbcGroups(ingress).length > 0;
  if (ours && theirs) return 'both';
  if (ours) return 'Albatross';
  return theirs ? 'LBC' : 'none';
}

/** Groups in which something is still to be done: every binding has the hash when a pass ended with everything as it is wanted. */
export const unfinishedGroups = (bindings: readonly LoadBalancerBinding[]): ReadonlySet<string> =>
  new Set(bindings.flatMap(({ spec, status }) => (status?.appliedHash === undefined ? [spec.group] : [])));

/** How many operations are still to be done for a binding; undefined when that is not known. The plan is the last one, done or not. */
export const outstanding = (
  { spec, status }: LoadBalancerBinding,
  unfinished: ReadonlySet<string>,
): number | undefined => (unfinished.has(spec.group) ? status?.plan?.length : 0);

/** Every Ingress with how far it is, in order of namespace and name. */
export function adoptions({ ingresses, bindings, targetGroupBindings = [] }: Survey): Adoption[] {
  const byKey = new Map(bindings.map((binding) => [keyOf(binding), binding]));
  const unfinished = unfinishedGroups(bindings);
  const left = targetGroupBindings.filter((one) => groupOfLeftover(one) !== undefined);
  const all = ingresses.map((ingress): Adoption => {
    const key = keyOf(ingress);
    const binding = byKey.get(key);
    const { status = {} } = binding ?? {};
    const targetGroups = status.targetGroups ?? [];
    const arns = new Set(targetGroups.map(({ arn }) => arn));
    const planned = binding === undefined ? undefined : outstanding(binding, unfinished);
    const balancers = status.loadBalancer === undefined ? 0 : 1;
    return {
      ingress: key,
      ...(binding === undefined ? {} : { group: binding.spec.group }),
      binding: binding === undefined ? 'none' : (status.state ?? 'Pending'),
      resources: balancers + (status.listeners ?? []).length + targetGroups.length,
      ...(planned === undefined ? {} : { planned }),
      finalizers: finalizersOf(ingress, binding),
      targetGroupBindings: left.filter(({ spec }) => arns.has(spec?.targetGroupARN ?? '')).map(keyOf),
    };
  });
  return all.toSorted((a, b) => (a.ingress < b.ingress ? -1 : 1));
}

/**
 * The TargetGroupBindings that the LBC made for Ingresses. One may go when its target group is in our hands: a binding names
 * it, and the finalizers of that binding's Ingress are exchanged.
 */
export function leftovers(seen: Survey): Leftover[] {
  const ingresses = new Map(seen.ingresses.map((one) => [keyOf(one), one]));
  const holders = new Map(
    seen.bindings.flatMap((binding) =>
      (binding.status?.targetGroups ?? []).map(({ arn }) => [arn, binding] as const),
    ),
  );
  const staying = ({ spec }: TargetGroupBinding): string | undefined => {
    const binding = holders.get(spec?.targetGroupARN ?? '');
    if (binding === undefined) return 'no binding names its target group';
    const ingress = ingresses.get(keyOf(binding));
    const exchanged =
      heldGroups(binding).length > 0 && (ingress === undefined || lbcGroups(ingress).length === 0);
    return exchanged ? undefined : `the finalizers of Ingress ${keyOf(binding)} are not exchanged yet`;
  };
  return (seen.targetGroupBindings ?? []).flatMap((object) => {
    const group = groupOfLeftover(object);
    return group === undefined ? [] : [{ object, group, ...defined({ stays: staying(object) }) }];
  });
}
