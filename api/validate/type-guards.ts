// Whether what came from outside has the types that the Kubernetes API gives its fields; only then is it read as such.

import type { IngressClassParams } from '../ingress/class-parameters.ts';
import type { Ingress, IngressClass, Namespace, Service } from '../kube.ts';
import { memberOf } from '../routing/rules.ts';

/** Whether every part that we read has the type that the API server gives it. */
export function isIngress(value: unknown): value is Ingress {
  if (!isObject(value) || value.apiVersion !== 'networking.k8s.io/v1' || value.kind !== 'Ingress')
    return false;
  const { metadata, spec = {} } = value;
  if (!isObject(metadata) || !isObject(spec)) return false;
  const { annotations = {}, name, namespace } = metadata;
  if (typeof name !== 'string' || typeof namespace !== 'string' || !isObject(annotations)) return false;
  if (!Object.values(annotations).every((text) => typeof text === 'string')) return false;
  const { rules = [], defaultBackend, tls = [], ingressClassName = '' } = spec;
  if (typeof ingressClassName !== 'string' || !Array.isArray(rules) || !Array.isArray(tls)) return false;
  return (
    tls.every(isObject) && rules.every(isRule) && (defaultBackend === undefined || isBackend(defaultBackend))
  );
}

function isRule(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { host = '', http } = value;
  if (typeof host !== 'string') return false;
  if (http === undefined) return true;
  return isObject(http) && Array.isArray(http.paths) && http.paths.every(isPath);
}

function isPath(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { path = '', pathType = '', backend } = value;
  return typeof path === 'string' && typeof pathType === 'string' && isBackend(backend);
}

function isBackend(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { service } = value;
  if (service === undefined) return true;
  if (!isObject(service) || typeof service.name !== 'string') return false;
  const { port = {} } = service;
  return isObject(port);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every object has a name, and annotations that are texts. */
function isNamed(value: unknown, kind: string): value is Readonly<Record<string, unknown>> {
  if (!isObject(value) || value.kind !== kind || !isObject(value.metadata)) return false;
  const { annotations, labels, name } = value.metadata;
  return typeof name === 'string' && areTexts(annotations) && areTexts(labels);
}

const areTexts = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (isObject(value) && Object.values(value).every((one) => typeof one === 'string'));

export function isService(value: unknown): value is Service {
  if (!isNamed(value, 'Service')) return false;
  const { spec = {} } = value;
  return isObject(spec) && Array.isArray(spec.ports ?? []) && [spec.ports ?? []].flat().every(isObject);
}

export const isNamespace = (value: unknown): value is Namespace => isNamed(value, 'Namespace');

export function isIngressClass(value: unknown): value is IngressClass {
  return isNamed(value, 'IngressClass') && isObject(value.spec ?? {});
}

/** Whether it has the types that the definition gives its fields; the API server has seen to it, others may not have. */
export function isClassParams(value: unknown): value is IngressClassParams {
  if (!isObject(value) || !isObject(value.metadata) || typeof value.metadata.name !== 'string') return false;
  const { spec = {} } = value;
  return (
    isObject(spec) && Object.entries(spec).every(([name, field]) => (memberOf(FITS, name) ?? isText)(field))
  );
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isPairs = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => isObject(one) && isText(one.key) && isText(one.value));

const FITS: Readonly<Record<string, (field: unknown) => boolean>> = {
  tags: isPairs,
  loadBalancerAttributes: isPairs,
  certificateArn: isTexts,
  inboundCIDRs: isTexts,
  prefixListsIDs: isTexts,
  PrefixListsIDs: isTexts,
  listeners: (field) =>
    Array.isArray(field) && field.every((one) => isObject(one) && isPairs(one.listenerAttributes ?? [])),
  subnets: (field) =>
    isObject(field) &&
    isTexts(field.ids ?? []) &&
    isObject(field.tags ?? {}) &&
    Object.values(field.tags ?? {}).every(isTexts),
  namespaceSelector: isObject,
  minimumLoadBalancerCapacity: isObject,
  group: (field) => isObject(field) && isText(field.name),
  ipamConfiguration: (field) => isObject(field) && isText(field.ipv4IPAMPoolId ?? ''),
};
