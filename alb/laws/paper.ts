// A cluster on paper for tables, stories and laws: Ingresses and Services become a group, facts and desired resources without any IO.

import { PREFIX } from '../../api/annotation.ts';
import { bind, bindingFor } from '../../api/binding/bind.ts';
import { finalizerOf } from '../../api/binding/finalizers.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import {
  type ControllerDefaults,
  type Reading,
  readIngress,
  readService,
  type Surroundings,
} from '../../api/ingress/read.ts';
import type { Ingress, IngressPath, IngressRule, Service } from '../../api/kube.ts';
import { keyOf } from '../../api/kube.ts';
import { type Desire, desire } from '../desire/desire.ts';
import type { ClusterSettings, Facts, Looked } from '../desire/facts.ts';
import { GATES } from '../feature-gates.ts';
import { type Group, groupOf } from '../group.ts';

export const CLUSTER: ClusterSettings = {
  name: 'prod',
  defaultTags: { owner: 'platform' },
  externalManagedTags: [],
  defaultScheme: 'internal',
  defaultTargetType: 'instance',
  defaultSslPolicy: 'ELBSecurityPolicy-2016-08',
  backendSecurityGroup: 'shared',
  manageBackendRules: false,
  gates: GATES,
  wafv2: true,
  shield: true,
};

export const CERTIFICATE = (name: string): string => `arn:aws:acm:us-west-2:123456789012:certificate/${name}`;
export const WEB_ACL_ARN = (name: string): string =>
  `arn:aws:wafv2:us-west-2:123456789012:regional/webacl/${name}/12345678-1234-1234-1234-123456789012`;
export const OUTSIDE =
  'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/outside/0123456789abcdef';

/** The trust store `corp`. */
export const STORE = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:truststore/corp/0123456789abcdef';

/** What was applied to the cluster. */
export interface Applied {
  readonly ingresses: readonly Ingress[];
  readonly services: readonly Service[];
  /** Classes with their parameters; without them no Ingress has a class. */
  readonly classes?: Pick<Surroundings, 'ingressClass' | 'classParams' | 'namespaceLabels'>;
}

export interface Sheet {
  readonly ingress?: string;
  readonly namespace?: string;
  /** Annotations without their prefix. */
  readonly said?: Readonly<Record<string, string>>;
  readonly rules?: readonly IngressRule[];
  readonly spec?: Ingress['spec'];
  /** RFC 3339. */
  readonly created?: string;
}

/** `/cart Exact` → web:80; the type is Prefix unless told, the port a number where it is one. */
export function path(text: string, backend: string): IngressPath {
  const [route = '', pathType = 'Prefix'] = text.split(' ');
  const [name = '', port = '80'] = backend.split(':');
  const reference = /^[0-9]+$/.test(port) ? { number: Number(port) } : { name: port };
  return { path: route, pathType, backend: { service: { name, port: reference } } };
}

export const rule = (host: string, ...paths: readonly IngressPath[]): IngressRule => ({
  ...(host === '' ? {} : { host }),
  http: { paths },
});

/** An Ingress `shop/web` for www.example.com and Service web unless told otherwise. */
export function ingress({
  ingress: name = 'web',
  namespace = 'shop',
  said = {},
  rules,
  spec,
  created,
}: Sheet = {}): Ingress {
  const annotations = Object.fromEntries(
    Object.entries(said).map(([key, value]) => [`${PREFIX}${key}`, value]),
  );
  return {
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      creationTimestamp: created ?? '2026-01-01T00:00:00Z',
      annotations,
    },
    spec: { rules: rules ?? [rule('www.example.com', path('/', 'web'))], ...spec },
  };
}

/** A NodePort Service in `shop` with port http 80 → 8080, node port 30080. */
export function service(
  name = 'web',
  namespace = 'shop',
  said: Readonly<Record<string, string>> = {},
  spec: Service['spec'] = {},
): Service {
  const annotations = Object.fromEntries(
    Object.entries(said).map(([key, value]) => [`${PREFIX}${key}`, value]),
  );
  const ports = [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }];
  return {
    metadata: { name, namespace, uid: `uid-${name}`, annotations },
    spec: { type: 'NodePort', ports, ...spec },
  };
}

export interface Recorded {
  readonly ingress: Ingress;
  readonly reading: Reading;
  readonly binding: LoadBalancerBinding;
}

/** By Services and Ingress. Laws ask for the same ones in many sheets, and to read them is most of what they do. */
const known = new WeakMap<readonly Service[], WeakMap<Ingress, Recorded>>();

/** Every Ingress as it is read, and the binding that is recorded for it. */
export function readingsAndBindings({ ingresses, services, classes }: Applied): Recorded[] {
  const options: ControllerDefaults = { defaultTargetType: 'instance', defaultScheme: 'internal' };
  const find = (namespace: string, name: string): Service | undefined =>
    services.find((one) => keyOf(one) === `${namespace}/${name}`);
  const before = classes === undefined ? known.get(services) : undefined;
  const all = before ?? new WeakMap<Ingress, Recorded>();
  if (classes === undefined) known.set(services, all);
  return ingresses.map((one) => {
    const told = all.get(one);
    if (told !== undefined) return told;
    const reading = readIngress(one, { service: find, options, ...classes });
    const binding = bindingFor(one, bind(one, reading));
    const { creationTimestamp = '' } = one.metadata;
    const finalizers = [finalizerOf(binding.spec.group)];
    const metadata = { ...binding.metadata, creationTimestamp, finalizers };
    const recorded = { ingress: one, reading, binding: { ...binding, metadata } };
    all.set(one, recorded);
    return recorded;
  });
}

/** The bindings of one group. */
export const bindingsOf = (applied: Applied, id: string): LoadBalancerBinding[] =>
  readingsAndBindings(applied).flatMap(({ binding }) => (binding.spec.group === id ? [binding] : []));

/** Every web ACL that is named exists. */
function webAclFact({ webAcl }: Group): Partial<Facts> {
  if (webAcl === undefined) return {};
  const { by, value } = webAcl;
  return { webAcl: { value: by === 'wafv2-acl-arn' || value === 'none' ? value : WEB_ACL_ARN(value) } };
}

const SUBNETS: Looked<string[]> = { value: ['subnet-a', 'subnet-b'] };

/** What a look-up would have found: every named subnet, security group and web ACL, Shield, target group `outside`, trust store `corp`. */
export function factsOf(group: Group, services: readonly Service[], more: Partial<Facts> = {}): Facts {
  const { settings } = group;
  const named = settings['security-groups']?.value;
  const said = settings.subnets?.value;
  return {
    cluster: CLUSTER,
    subnets: said === undefined ? SUBNETS : { value: said },
    ...(named === undefined ? {} : { securityGroups: { value: named } }),
    ...webAclFact(group),
    shield: { value: true },
    certificatesFor: () => undefined,
    targetGroupNamed: (name) => (name === 'outside' ? { value: OUTSIDE } : undefined),
    trustStoreNamed: (name) => (name === 'corp' ? STORE : undefined),
    service(namespace, name) {
      const found = services.find((one) => keyOf(one) === `${namespace}/${name}`);
      return found === undefined ? undefined : { service: found, settings: readService(found).settings };
    },
    secret: (_, name) =>
      name === 'gone' ? undefined : { value: { id: `${name}-id`, secret: `${name}-hash` } },
    ...more,
  };
}

/** The group of the first Ingress on this sheet, or the one named. */
export function groupFrom(applied: Applied, id?: string): Group {
  const name = id ?? readingsAndBindings(applied)[0]?.binding.spec.group ?? '';
  return groupOf(name, bindingsOf(applied, name));
}

/** What the group of the first Ingress on this sheet, or the one named, wants. */
export function wantedBy(applied: Applied, id?: string, more: Partial<Facts> = {}): Desire {
  const group = groupFrom(applied, id);
  return desire(group, factsOf(group, applied.services, more));
}
