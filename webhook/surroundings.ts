// What a judgement may look at beside the Ingress, kept true by watches: Services and IngressClasses. The webhook
// configuration is watched here too, for the claim.
import type { IngressClass, Service } from '../api/kube.ts';
import { defaultClassOf, ownership } from '../api/ownership.ts';
import type { ControllerDefaults } from '../api/read.ts';
import type { Around } from './admit.ts';
import { CONFIGURATION, CONFIGURATIONS_PATH, keepClaim, type WebhookConfiguration } from './claim.ts';
import { type Named, type Watched, type WatchOptions, watchAll } from './watch.ts';

export interface SurroundingsOptions extends ControllerDefaults {
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

/** Starts the three watches and the claim that follows from two of them. */
export function watchSurroundings(access: Access, options: SurroundingsOptions): WatchedSurroundings {
  const missing = new Set(['services', 'ingress classes', 'webhook configuration']);
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
  const configurations = watchAll<WebhookConfiguration>({
    ...access,
    path: CONFIGURATIONS_PATH,
    fieldSelector: `metadata.name=${CONFIGURATION}`,
    keep: (each) => each,
    changed,
  });
  whenSynced(services, 'services');
  whenSynced(classes, 'ingress classes');
  whenSynced(configurations, 'webhook configuration');
  const claim = keepClaim({ ...access, classes, configurations, legacyClass: options.ingressClass });
  look = claim.look;

  return {
    around: aroundOf(options, services, classes),
    missing: () => [...missing],
    stop: () => {
      claim.stop();
      for (const each of [services, classes, configurations]) each.stop();
    },
  };
}

function aroundOf(
  options: SurroundingsOptions,
  services: Watched<Service>,
  classes: Watched<IngressClass>,
): Around {
  const ingressClass = (name: string) => classes.get(name);
  return {
    options,
    ingressClass,
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
