// What a judgement may look at beside the Ingress, kept true by watches: Services, IngressClasses and bindings. The webhook
// configuration is watched here too, for the claim.

import type { Logger } from 'pino';
import { defined } from '../api/defined.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import type { TargetGroupBinding } from '../api/generated/target-group-binding.ts';
import type { ControllerDefaults } from '../api/ingress/read.ts';
import { keyOf, type ObjectMeta, type Service } from '../api/kube.ts';
import { defaultClassOf, ownership } from '../api/ownership.ts';
import type { TargetGroupBindingAround } from '../api/targetgroupbinding/judge.ts';
import type { Occupant } from '../api/targetgroupbinding/references.ts';
import type { KubeClient } from '../kube/client.ts';
import { KINDS, type KubeKind } from '../kube/kinds.ts';
import { Watched, type WatchOptions, type WatchState } from '../kube/watch.ts';
import type { AdmissionContext } from './admit.ts';
import { type PodContext, promisedByBindings, promisedByUsers } from './pods.ts';
import type { Locks } from './restricted-annotations.ts';
import { CONFIGURATION, keepClaim } from './webhook-configuration.ts';

export interface SurroundingsOptions extends ControllerDefaults, Locks {
  /** The value of the annotation kubernetes.io/ingress.class that is ours. */
  readonly ingressClass: string;
}

interface WatchAccess {
  readonly client: KubeClient;
  readonly log: Logger;
}

/** What an answer is made from; until the first list of each is in, nothing is answered. `rights.ts` asks for them. */
export const NEEDED = {
  services: KINDS.services,
  namespaces: KINDS.namespaces,
  ingressClasses: KINDS.ingressClasses,
  classParams: KINDS.classParams,
  webhookConfigurations: KINDS.webhookConfigurations,
} as const;

/**
 * Not waited for: without the other members, and what else has its targets in a target group, a conflict is found by the
 * controller, and everything else here.
 */
export const USEFUL = { bindings: KINDS.bindings, targetGroupBindings: KINDS.targetGroupBindings } as const;

type Special<T> = Pick<WatchOptions<T>, 'trim' | 'onChange' | 'mayBeMissing' | 'fieldSelector'>;

/** Starts the watches and the claim that follows from two of them. */
export function watchSurroundings(access: WatchAccess, options: SurroundingsOptions) {
  const missing = new Set<string>();
  const needed = <T extends { readonly metadata: ObjectMeta }>(
    kind: KubeKind<T>,
    special: Special<T> = {},
  ): Watched<T> => {
    missing.add(kind.plural);
    const watched = watch(access, kind, special);
    void watched.synced.then(() => missing.delete(kind.plural));
    return watched;
  };
  let look = () => {};
  const onChange = () => look();
  const services = needed(NEEDED.services, { trim: slim });
  const classes = needed(NEEDED.ingressClasses, { onChange });
  const parameters = needed(NEEDED.classParams, { mayBeMissing: true });
  const namespaces = needed(NEEDED.namespaces, {
    trim: ({ metadata: { name, labels = {} } }) => ({ metadata: { name, labels } }),
  });
  const configurations = needed(NEEDED.webhookConfigurations, {
    fieldSelector: `metadata.name=${CONFIGURATION}`,
    onChange,
  });
  const members = watchMembers(access);
  const users = watch(access, USEFUL.targetGroupBindings, { trim: slimUsers, mayBeMissing: true });
  const claim = keepClaim({ ...access, classes, configurations, legacyClass: options.ingressClass });
  look = claim.look;
  const ingressClass = (name: string) => classes.get('', name);
  const defaultClass = () => defaultClassOf(classes.list());
  const around: AdmissionContext = {
    options,
    locks: options,
    membersOf: members.of,
    ingressClass,
    defaultClass,
    service: (namespace, name) => services.get(namespace, name),
    ownershipOf: (ingress) => ownership(ingress, ingressClass, defaultClass(), options.ingressClass),
    recorded: (namespace, name) => members.bindings.get(namespace, name),
    classParams: (name) => parameters.get('', name),
    namespaceLabels: (name) => namespaces.get('', name)?.metadata.labels,
  };
  const pods: PodContext = {
    promised: (namespace) => [
      ...promisedByBindings(members.bindings.list(namespace)),
      ...promisedByUsers(users.list(namespace)),
    ],
    service: around.service,
  };
  return {
    around,
    /** The same for pods that are being created. */
    pods,
    targetGroupBindings: {
      service: around.service,
      occupants: (object) => occupantsFor(object, users.list(), members.bindings.list()),
    } satisfies TargetGroupBindingAround,
    /** What has not been read for the first time yet, in words. */
    missing: (): readonly string[] => [...missing],
    stop: (): void => {
      claim.stop();
      for (const each of [services, classes, parameters, namespaces, members.bindings, users, configurations])
        each.stop();
    },
  };
}

function watch<T extends { readonly metadata: ObjectMeta }>(
  { client, log }: WatchAccess,
  kind: KubeKind<T>,
  special: Special<T>,
): Watched<T> {
  const onState = (state: WatchState) =>
    log[state.connected ? 'info' : 'warn']({ kind: kind.plural, ...state }, 'watch');
  return new Watched({ client, kind, ...special, onState });
}

/** What else has its targets in target groups; what is said in other namespaces is not the author's to read. */
export function occupantsFor(
  { metadata: { namespace, name } }: TargetGroupBinding,
  users: readonly TargetGroupBinding[],
  bindings: readonly LoadBalancerBinding[],
): Occupant[] {
  const known = (kind: string, { metadata }: { readonly metadata: ObjectMeta }): string =>
    metadata.namespace === namespace ? `${kind} ${keyOf({ metadata })}` : `${kind} of another namespace`;
  return [
    ...users
      .filter(({ metadata }) => metadata.namespace !== namespace || metadata.name !== name)
      .flatMap((one) =>
        one.spec === undefined ? [] : [{ who: known('TargetGroupBinding', one), spec: one.spec }],
      ),
    ...bindings.flatMap((binding) => {
      const multiClusterTargetGroup =
        binding.spec.intent?.settings['multi-cluster-target-group']?.value === true;
      return (binding.status?.targetGroups ?? []).map(({ arn }) => ({
        who: known('Ingress', binding),
        spec: { targetGroupARN: arn, multiClusterTargetGroup },
      }));
    }),
  ];
}

/** Of a TargetGroupBinding only what the others, and pods, are judged by. */
function slimUsers({ metadata, spec }: TargetGroupBinding): TargetGroupBinding {
  const { name, namespace, labels, finalizers, deletionTimestamp } = metadata;
  return {
    metadata: defined({ name, namespace, labels, finalizers, deletionTimestamp }),
    ...defined({ spec }),
  };
}

const NONE: readonly LoadBalancerBinding[] = [];

/** Bindings by group; the index is made anew when it is asked for after a change. */
function watchMembers(access: WatchAccess) {
  let index: Map<string, LoadBalancerBinding[]> | undefined;
  const bindings = watch(access, USEFUL.bindings, {
    trim: slimBinding,
    onChange: () => {
      index = undefined;
    },
  });
  const of = (group: string): readonly LoadBalancerBinding[] => {
    index ??= Map.groupBy(bindings.list(), ({ spec }) => spec.group);
    return index.get(group) ?? NONE;
  };
  return { bindings, of };
}

/** Of a Service only what a judgement reads. */
function slim({ metadata, spec }: Service): Service {
  const { name, namespace, annotations } = metadata;
  return defined({ metadata: defined({ name, namespace, annotations }), spec });
}

/** Of a binding what it asks for, and of its status what is there in AWS: a dry run is answered with it. */
function slimBinding({ apiVersion, kind, metadata, spec, status }: LoadBalancerBinding): LoadBalancerBinding {
  const { name, namespace, creationTimestamp, deletionTimestamp } = metadata;
  const { loadBalancer, scheme, listeners, targetGroups, set } = status ?? {};
  return {
    apiVersion,
    kind,
    metadata: defined({ name, namespace, creationTimestamp, deletionTimestamp }),
    spec,
    status: defined({ loadBalancer, scheme, listeners, targetGroups, set }),
  };
}
