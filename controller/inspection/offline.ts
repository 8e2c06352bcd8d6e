// Offline: objects that lie together in files, as if a cluster held them. Classes and parameters that the files do not
// hold are taken to exist. Pure.

import type { ControllerDefaults } from '../../api/ingress/read.ts';
import { type IngressClass, keyOf } from '../../api/kube.ts';
import { readManifest } from '../../api/kubernetes/manifest.ts';
import { CONTROLLER } from '../../api/ownership.ts';
import { assumedClass, withNamespace } from '../../api/validate/lint.ts';
import {
  isClassParams,
  isIngress,
  isIngressClass,
  isNamespace,
  isService,
} from '../../api/validate/type-guards.ts';
import { DEFAULTS } from '../options.ts';
import { type ClusterObjects, clusterSeen, NO_OBJECTS } from './cluster.ts';
import { type GroupState, type StandingOptions, standingOf } from './standing.ts';

export interface Offline {
  /** `namespace/name` of every Ingress in the files. */
  readonly keys: readonly string[];
  /** The group of an Ingress, or why it has none. */
  standing(key: string): GroupState | { readonly because: string };
}

/**
 * Puts objects together as the controller would; what is none of the kinds that it reads, or cannot be read, is passed
 * over. Services of namespaces of which the files hold none are taken to exist.
 */
export function offline(found: readonly unknown[], defaults: ControllerDefaults): Offline {
  const objects = objectsOf(found);
  const stocked = new Set(objects.services.map(({ metadata }) => metadata.namespace ?? ''));
  return standings(objects, { ...defaults, knowsServices: (namespace) => stocked.has(namespace) });
}

/** The same of objects that were read. */
export function standings(objects: ClusterObjects, options: StandingOptions): Offline {
  const seen = clusterSeen(objects, {
    defaultTargetType: options.defaultTargetType,
    defaultLoadBalancerScheme: options.defaultScheme,
    ingressClass: DEFAULTS.ingressClass,
  });
  return { keys: objects.ingresses.map(keyOf), standing: (key) => standingOf(key, seen, options) };
}

function objectsOf(found: readonly unknown[]): ClusterObjects {
  const placed = found.map((one) => withNamespace(readManifest(one).object));
  const ingresses = placed.filter(isIngress);
  const classes = new Map(placed.filter(isIngressClass).map((one) => [one.metadata.name, one]));
  const assumed = new Map<string, IngressClass>();
  for (const ingress of ingresses) {
    const name = ingress.spec?.ingressClassName;
    if (name === undefined || classes.has(name)) continue;
    const one = assumedClass(name, ingress);
    // Of several Ingresses of one class it is enough that one speaks our language.
    if (!assumed.has(name) || one.spec?.controller === CONTROLLER) assumed.set(name, one);
  }
  const params = new Map(placed.filter(isClassParams).map((one) => [one.metadata.name, one]));
  for (const { spec } of classes.values()) {
    const name = spec?.parameters?.name;
    if (name !== undefined && !params.has(name)) params.set(name, { metadata: { name } });
  }
  return {
    ...NO_OBJECTS,
    ingresses,
    ingressClasses: [...classes.values(), ...assumed.values()],
    classParams: [...params.values()],
    namespaces: placed.filter(isNamespace),
    services: placed.filter(isService),
  };
}
