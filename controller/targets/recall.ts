// Recall: which target groups the process before looked after, and for which Service ports, as their bindings remember it. Their
// endpoints are served by that until a pass over each group says it anew, so that no target waits for the inventory. Pure.
//
//   status of a binding ──complete, of this cluster, its Ingress stays, nobody else names one of them──▶ served
//                                      └──otherwise──▶ not before the pass over its group
import type { Backend } from '../../alb/desire/desiring.ts';
import { type Policy, policyOfGroup } from '../../alb/plan/policy.ts';
import { defined } from '../../api/defined.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { lacksTargets } from '../../api/ingress/references.ts';
import type { Service } from '../../api/kube.ts';
import type { Book } from '../bindings/store.ts';
import type { Serving } from './serving.ts';
import { rememberedHealth, toldDown } from './target-status.ts';

export interface RecallOptions {
  readonly book: Pick<Book, 'keys' | 'entry' | 'bindingOf' | 'awaited' | 'of'>;
  readonly clusterName: string;
  /** Of the controller. */
  readonly policy: Policy;
  service(namespace: string, name: string): Service | undefined;
}

/** The binding of an Ingress that is and stays a member of its group, when its target groups are this cluster's. */
function bindingToTrust(key: string, { book, clusterName }: RecallOptions): LoadBalancerBinding | undefined {
  const [entry, binding] = [book.entry(key), book.bindingOf(key)];
  if (entry === undefined || binding === undefined) return undefined;
  const { group } = entry.spec;
  const isMember = binding.spec.group === group && !book.awaited(group).includes(key);
  const isLeaving = binding.metadata.deletionTimestamp !== undefined;
  return isMember && !isLeaving && binding.status?.cluster === clusterName ? binding : undefined;
}

/** What a binding remembers; undefined when something is missing: an older version wrote it. */
function servingOfMember(
  member: string,
  { metadata: { namespace = '' }, spec: { group }, status }: LoadBalancerBinding,
  { book, policy, service: find }: RecallOptions,
): Serving[] | undefined {
  const all = (status?.targetGroups ?? []).map((told): Serving | undefined => {
    const { arn, name, service, port, targetType, ipAddressType, nodeLabels, shared } = told;
    if (targetType === undefined || ipAddressType === undefined) return undefined;
    const found = find(namespace, service);
    const backend: Backend = {
      ...{ id: arn, member, namespace, service, port, targetType, ipAddressType, reach: [] },
      ...(shared === true ? { shared } : {}),
      ...defined({ nodeLabels, lacks: found === undefined ? undefined : lacksTargets(found, targetType) }),
    };
    return {
      ...{ arn, name, group, backend, made: false, recalled: true },
      policy: policyOfGroup(policy, book.of(group)),
      ...defined({ remembered: rememberedHealth(status, arn), toldDown: toldDown(status, arn) }),
    };
  });
  return all.includes(undefined) ? undefined : all.filter((one) => one !== undefined);
}

/** The target groups that may be served before any group was looked at. */
export function recalledServing(options: RecallOptions): Serving[] {
  const members = options.book.keys().flatMap((key) => {
    const binding = bindingToTrust(key, options);
    return (binding && servingOfMember(key, binding, options)) ?? [];
  });
  const named = options.book
    .keys()
    .flatMap((key) => options.book.bindingOf(key)?.status?.targetGroups ?? [])
    .map(({ arn }) => arn);
  const disputed = new Set(
    [...Map.groupBy(named, (arn) => arn)].flatMap(([arn, { length }]) => (length > 1 ? [arn] : [])),
  );
  const doubtful = new Set(
    members.filter(({ arn }) => disputed.has(arn)).map(({ backend }) => backend.member),
  );
  return members.filter(({ backend }) => !doubtful.has(backend.member));
}
