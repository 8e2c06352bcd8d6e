// What an Ingress refers to: its backends in written order, the Services and the actions behind them.

import { type ActionValue, targetsOf } from '../annotations/actions.ts';
import type { Settings } from '../generated/binding.ts';
import type { Ingress, IngressBackend, IngressPath, Service, ServicePort } from '../kube.ts';
import { once } from '../once.ts';
import { annotationPath } from '../problems/finding.ts';
import { memberOf } from '../routing/rules.ts';

/** The port name that makes a backend an `actions.NAME` annotation (spec annotations 15.7). */
export const USE_ANNOTATION = 'use-annotation';

export interface BackendReference {
  /** Field path of the backend: `spec.rules[0].http.paths[1].backend`. */
  readonly path: string;
  readonly backend: IngressBackend;
}

/** A path of a rule with its host, empty for every host. */
export interface WrittenPath extends IngressPath {
  readonly host: string;
  /** Its field path: `spec.rules[0].http.paths[1]`. */
  readonly at: string;
}

const writtenIn = once(({ spec }: Ingress) => {
  const paths = (spec?.rules ?? []).flatMap(({ host = '', http }, r) =>
    (http?.paths ?? []).map(
      (path, p): WrittenPath => ({ ...path, host, at: `spec.rules[${r}].http.paths[${p}]` }),
    ),
  );
  const backends = paths.map(({ at, backend }): BackendReference => ({ path: `${at}.backend`, backend }));
  const last = spec?.defaultBackend;
  if (last !== undefined) backends.push({ path: 'spec.defaultBackend', backend: last });
  return { paths, backends };
});

/** The paths of all rules, in written order. */
export const pathsOf = (ingress: Ingress): readonly WrittenPath[] => writtenIn(ingress).paths;

/** All backends of an Ingress: the default one last. */
export const backendsOf = (ingress: Ingress): readonly BackendReference[] => writtenIn(ingress).backends;

/** NAME when a backend says use-annotation. */
export function actionNameOf(backend: IngressBackend): string | undefined {
  return backend.service?.port?.name === USE_ANNOTATION ? backend.service.name : undefined;
}

export interface ServiceReference {
  readonly name: string;
  /** Number or name, as written. */
  readonly port: number | string;
  /** Where it is written. */
  readonly path: string;
}

/** Services that rules forward to, by path backends and by actions that some backend names. */
export function servicesOf(ingress: Ingress, actions: Settings['actions']): ServiceReference[] {
  const found: ServiceReference[] = [];
  const named = new Set<string>();
  for (const { path, backend } of backendsOf(ingress)) {
    const action = actionNameOf(backend);
    if (action !== undefined) named.add(action);
    else if (backend.service !== undefined) {
      const port = backend.service.port?.name ?? backend.service.port?.number ?? 0;
      found.push({ name: backend.service.name, port, path: `${path}.service` });
    }
  }
  for (const name of named) {
    const action = memberOf(actions, name);
    if (action !== undefined) found.push(...ofAction(name, action.value));
  }
  return found;
}

function ofAction(name: string, action: ActionValue): ServiceReference[] {
  const path = annotationPath(`actions.${name}`);
  return targetsOf(action).flatMap((target) => ('service' in target ? [{ ...target.service, path }] : []));
}

/** The port of a Service that a reference names: numbers match `port`, texts match `name` (spec annotations 9.16). */
export function portOf(service: Service, port: number | string): ServicePort | undefined {
  return service.spec?.ports?.find((one) =>
    typeof port === 'number' ? one.port === port : one.name === port,
  );
}

/**
 * Why a Service has no targets, whatever its pods do; undefined when it may have some. Instance targets are nodes: they need
 * no selector. Words that follow the name of the Service.
 */
export function lacksTargets({ spec = {} }: Service, targetType: 'instance' | 'ip'): string | undefined {
  if (spec.type === 'ExternalName') return 'is of type ExternalName, which has no pods and no node ports';
  if (targetType === 'instance' || Object.keys(spec.selector ?? {}).length > 0) return undefined;
  return 'has no selector: pods are registered only when somebody writes them into its EndpointSlices, and other addresses never are';
}
