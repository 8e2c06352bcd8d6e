// What a judgement may look at beside the Ingress, kept true by watches: Services, IngressClasses and bindings. The webhook
// configuration is watched here too, for the claim.
import type { IngressClassParams } from '../api/classparams.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import type { IngressClass, Namespace, Service } from '../api/kube.ts';
import { defaultClassOf, ownership } from '../api/ownership.ts';
import type { ControllerDefaults } from '../api/read.ts';
import type { Around } from './admit.ts';
import { CONFIGURATION, CONFIGURATIONS_PATH, keepClaim, type WebhookConfiguration } from './claim.ts';
import type { Locks } from './locks.ts';
import { type Named, type Watched, type WatchOptions, watchAll } from './watch.ts';

export interface SurroundingsOptions extends ControllerDefaults, Locks {
  /** The value of the annotation kubernetes.io/ingress.class that is ours. */
  readonly ingressClass: string;
}

export interface WatchedSurroundings {
  readonly around: Around;
  /** What has not been read for the first time yet, in words. */
  readonly missing: () => readonly string[];
  readonly stop: () => void;
}

type Access = Pick<WatchOptions<Named>, 'config' | 'connection' | 'log'>;

/** Starts the watches and the claim that follows from two of them. */
export function watchSurroundings(access: Access, options: SurroundingsOptions): WatchedSurroundings {
  const missing = new Set([
    'services',
    'ingress classes',
    'class parameters',
    'namespaces',
    'webhook configuration',
  ]);
  const whenSynced = ({ synced }: Watched<unknown>, name: string) =>
    void synced.then(() => missing.delete(name));

  let look = () => {};
  const changed = () => look();
  const services = watchAll<Service>({ ...access, path: '/api/v1/services', keep: slim, changed: () => {} });
  const classes = watchAll<IngressClass>({
    ...access,
    path: '/apis/networking.k8s.io/v1/ingressclasses',
    keep: (each) => each,
    changed,
  });
  const parameters = watchAll<IngressClassParams>({
    ...access,
    path: '/apis/elbv2.k8s.aws/v1beta1/ingressclassparams',
    mayBeMissing: true,
    keep: (each) => each,
    changed: () => {},
  });
  const namespaces = watchAll<Namespace>({
    ...access,
    path: '/api/v1/namespaces',
    keep: ({ metadata: { name, labels = {} } }) => ({ metadata: { name, labels } }),
    changed: () => {},
  });
  const configurations = watchAll<WebhookConfiguration>({
    ...access,
    path: CONFIGURATIONS_PATH,
    fieldSelector: `metadata.name=${CONFIGURATION}`,
    keep: (each) => each,
    changed,
  });
  const members = watchMembers(access);
  // Not waited for: without the other members a conflict is found by the controller, and everything else here.
  whenSynced(services, 'services');
  whenSynced(classes, 'ingress classes');
  whenSynced(parameters, 'class parameters');
  whenSynced(namespaces, 'namespaces');
  whenSynced(configurations, 'webhook configuration');
  const claim = keepClaim({ ...access, classes, configurations, legacyClass: options.ingressClass });
  look = claim.look;

  return {
    around: {
      ...aroundOf(options, services, classes, members.of),
      recorded: (namespace, name) => members.bindings.get(name, namespace),
      classParams: (name) => parameters.get(name),
      namespaceLabels: (name) => namespaces.get(name)?.metadata.labels,
    },
    missing: () => [...missing],
    stop: () => {
      claim.stop();
      for (const each of [services, classes, parameters, namespaces, members.bindings, configurations])
        each.stop();
    },
  };
}

const NONE: readonly LoadBalancerBinding[] = [];

/** Bindings by group; the index is made anew when it is asked for after a change. */
function watchMembers(access: Access): {
  readonly bindings: Watched<LoadBalancerBinding>;
  readonly of: Around['membersOf'];
} {
  let index: Map<string, LoadBalancerBinding[]> | undefined;
  const bindings = watchAll<LoadBalancerBinding>({
    ...access,
    path: '/apis/albatross.dev/v1alpha1/loadbalancerbindings',
    keep: slimBinding,
    changed: () => {
      index = undefined;
    },
  });
  const of = (group: string): readonly LoadBalancerBinding[] => {
    index ??= Map.groupBy(bindings.all(), ({ spec }) => spec.group);
    return index.get(group) ?? NONE;
  };
  return { bindings, of };
}

function aroundOf(
  options: SurroundingsOptions,
  services: Watched<Service>,
  classes: Watched<IngressClass>,
  membersOf: Around['membersOf'],
): Omit<Around, 'recorded'> {
  const ingressClass = (name: string) => classes.get(name);
  return {
    options,
    locks: options,
    membersOf,
    ingressClass,
    defaultClass: () => defaultClassOf(classes.all()),
    service: (namespace, name) => services.get(name, namespace),
    ownershipOf: (ingress) =>
      ownership(ingress, ingressClass, defaultClassOf(classes.all()), options.ingressClass),
  };
}

/** Of a Service only what a judgement reads. */
function slim({ metadata, spec }: Service): Service {
  const { name, namespace, annotations } = metadata;
  return {
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

/** Of a binding what it asks for, and of its status what is there in AWS: a dry run is answered with it. */
function slimBinding({ apiVersion, kind, metadata, spec, status }: LoadBalancerBinding): LoadBalancerBinding {
  const { name, namespace, deletionTimestamp } = metadata;
  const { loadBalancer, listeners, targetGroups } = status ?? {};
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec,
    status: {
      ...(loadBalancer === undefined ? {} : { loadBalancer }),
      ...(listeners === undefined ? {} : { listeners }),
      ...(targetGroups === undefined ? {} : { targetGroups }),
    },
  };
}
