// Settings to binding spec: the same pure function in webhook and controller, so that a lost binding can be made again.

import { hash } from 'node:crypto';
import { PREFIX } from '../annotation.ts';
import { defined } from '../defined.ts';
import type {
  BindingSpec,
  Intent,
  IntentBackend,
  IntentPath,
  IntentRule,
  LoadBalancerBinding,
} from '../generated/binding.ts';
import type { Reading } from '../ingress/read.ts';
import { actionNameOf } from '../ingress/references.ts';
import type { Ingress, IngressBackend, IngressPath } from '../kube.ts';
import { keyOf } from '../kube.ts';
import { withoutNulls } from '../kubernetes/schema.ts';
import { once } from '../once.ts';
import { CLASS_ANNOTATION } from '../ownership.ts';
import { OWN_PREFIX } from '../policy.ts';
import { inOrder } from '../routing/rules.ts';

export const API_VERSION = 'albatross.dev/v1alpha1';
export const KIND = 'LoadBalancerBinding';

/** The value as JSON text that does not depend on the order of members; those that are undefined are left out. */
export function canonicalText(value: unknown): string {
  return canonical(value) ?? 'null';
}

/** Names of members as JSON, so many at most: nearly all are fields of the API and annotations that many have. */
const quoted = new Map<string, string>();
const QUOTED_MAX = 1_000;

function quotedName(name: string): string {
  const known = quoted.get(name);
  if (known !== undefined) return known;
  const text = JSON.stringify(name);
  if (quoted.size < QUOTED_MAX) quoted.set(name, text);
  return text;
}

/** Written down at once, without a sorted copy: every admission comes through here several times. */
function canonical(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    let items = '';
    for (const item of value) items += `${items === '' ? '' : ','}${canonical(item) ?? 'null'}`;
    return `[${items}]`;
  }
  const object = value as Readonly<Record<string, unknown>>;
  let members = '';
  for (const name of Object.keys(object).sort()) {
    const text = canonical(object[name]);
    if (text !== undefined) members += `${members === '' ? '' : ','}${quotedName(name)}:${text}`;
  }
  return `{${members}}`;
}

/** Over everything the intent is read from: the spec, the annotations under both prefixes and the old class annotation. 32 hex digits. */
export const hashOf = once((ingress: Ingress): string => {
  const read = Object.entries(ingress.metadata.annotations ?? {}).filter(
    ([name]) => name.startsWith(PREFIX) || name === CLASS_ANNOTATION || name.startsWith(OWN_PREFIX),
  );
  const text = canonicalText({
    annotations: Object.fromEntries(read),
    spec: withoutNulls(ingress.spec ?? {}),
  });
  return hash('sha256', text, 'hex').slice(0, 32);
});

/**
 * What a binding of this Ingress says. With a refused reading the intent, group and order of `previous` stay: what was
 * accepted last keeps being served.
 */
export function bind(ingress: Ingress, reading: Reading, previous?: BindingSpec): BindingSpec {
  const ingressRef = refOf(ingress);
  const group = groupOf(ingress, reading);
  const policy = defined({ policy: reading.policy });
  const refused = reading.problems.some((problem) => problem.severity === 'refuse');
  if (refused) {
    if (previous !== undefined) return { ...previous, ingressRef };
    return { ingressRef, group, order: 0, ...policy };
  }
  const order = reading.settings['group.order']?.value ?? 0;
  return { ingressRef, group, order, ...policy, intent: intentOf(ingress, reading) };
}

/** The hash is made when somebody reads it: a dry run records nothing. */
function refOf(ingress: Ingress): BindingSpec['ingressRef'] {
  const { name, uid } = ingress.metadata;
  const ref: BindingSpec['ingressRef'] = {
    name,
    get hash() {
      return hashOf(ingress);
    },
  };
  return uid === undefined ? ref : Object.assign(ref, { uid });
}

/** The group it names, as far as that can be read: what AWS has of a refused Ingress is found there. */
const groupOf = (ingress: Ingress, reading: Reading): string =>
  reading.settings['group.name']?.value ?? keyOf(ingress);

function intentOf(ingress: Ingress, reading: Reading): Intent {
  const rules = (ingress.spec?.rules ?? []).map((rule): IntentRule => {
    const paths = inOrder(rule.http?.paths ?? []).flatMap(pathOf);
    return rule.host === undefined || rule.host === '' ? { paths } : { host: rule.host, paths };
  });
  const tlsHosts = [...new Set((ingress.spec?.tls ?? []).flatMap((entry) => entry.hosts ?? []))];
  return defined({
    settings: reading.settings,
    first: reading.first,
    classTags: reading.classTags,
    subnetTags: reading.subnetTags,
    rules,
    defaultBackend: backendOf(ingress.spec?.defaultBackend),
    tlsHosts: tlsHosts.length === 0 ? undefined : tlsHosts,
  });
}

function pathOf(path: IngressPath): IntentPath[] {
  const backend = backendOf(path.backend);
  if (backend === undefined) return [];
  const pathType =
    path.pathType === 'Exact' || path.pathType === 'Prefix' ? path.pathType : 'ImplementationSpecific';
  return [{ ...(path.path === undefined || path.path === '' ? {} : { path: path.path }), pathType, backend }];
}

function backendOf(backend: IngressBackend | undefined): IntentBackend | undefined {
  if (backend?.service === undefined) return undefined;
  const action = actionNameOf(backend);
  if (action !== undefined) return { action };
  const { name, port } = backend.service;
  return { service: { name, port: port?.name ?? port?.number ?? 0 } };
}

/** The binding object that records a spec: same namespace and name as the Ingress. */
export function bindingFor(ingress: Ingress, spec: BindingSpec): LoadBalancerBinding {
  const { name, namespace } = ingress.metadata;
  return { apiVersion: API_VERSION, kind: KIND, metadata: defined({ name, namespace }), spec };
}
