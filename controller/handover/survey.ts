// survey: what a handover looks at, listed once: Ingresses of ours, their bindings, and the LBC's TargetGroupBindings.
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { TargetGroupBinding } from '../../api/generated/target-group-binding.ts';
import { type Ingress, keyOf } from '../../api/kube.ts';
import type { KubeClient } from '../../kube/client.ts';
import { KINDS, type KubeKind } from '../../kube/kinds.ts';
import { listAll } from '../../kube/list.ts';
import { lbcGroups } from '../bindings/lbc-finalizers.ts';
import { whoseIs } from '../bindings/read-ingress.ts';

export interface Survey {
  /** Those of our classes, and those that a binding or a finalizer of the LBC says something about. */
  readonly ingresses: readonly Ingress[];
  readonly bindings: readonly LoadBalancerBinding[];
  /** Undefined when the kind is not installed, or when nobody asked. */
  readonly targetGroupBindings: readonly TargetGroupBinding[] | undefined;
}

/** Why a handover cannot go on, for people. */
export class HandoverRefusal extends Error {}

/**
 * All objects of a kind; undefined when the kind is not installed.
 * @throws Refusal with the API server's words when they cannot be listed.
 */
async function list<T>(
  client: KubeClient,
  kind: KubeKind<T>,
  namespace?: string,
): Promise<readonly T[] | undefined> {
  const all = await listAll(client, kind, namespace === undefined ? {} : { namespace });
  if (all.ok) return all.object.items;
  if (all.reason === 'notFound') return undefined;
  throw new HandoverRefusal(`cannot list ${kind.plural}: ${all.message}`);
}

export interface Surveying {
  /** Undefined: all. */
  readonly namespace?: string;
  readonly ingressClass: string;
  /** Whether TargetGroupBindings are looked at. */
  readonly leftovers: boolean;
}

/**
 * Looks at one namespace or at all.
 * @throws Refusal when something cannot be listed; TargetGroupBindings may be missing, for the LBC's kinds may be gone.
 */
export async function survey(
  client: KubeClient,
  { namespace, ingressClass, leftovers }: Surveying,
): Promise<Survey> {
  const [ingresses = [], classes = [], bindings, targetGroupBindings] = await Promise.all([
    list(client, KINDS.ingresses, namespace),
    list(client, KINDS.ingressClasses),
    list(client, KINDS.bindings, namespace),
    leftovers ? list(client, KINDS.targetGroupBindings, namespace) : undefined,
  ]);
  if (bindings === undefined)
    throw new HandoverRefusal('Albatross is not installed here: there are no bindings');
  const byName = new Map(classes.map((one) => [one.metadata.name, one]));
  const bound = new Set(bindings.map(keyOf));
  const around = {
    classes,
    ingressClass: (name: string) => byName.get(name),
    options: { ingressClass, defaultTargetType: 'instance', defaultLoadBalancerScheme: 'internal' },
  } as const;
  return {
    ingresses: ingresses.filter(
      (one) => bound.has(keyOf(one)) || lbcGroups(one).length > 0 || whoseIs(one, around).ours,
    ),
    bindings,
    targetGroupBindings,
  };
}
