// Offline: objects that lie together, in files or in one answer of the API server, become groups with what they want.
// What only AWS knows (subnets, certificates, security groups) is taken to be there. Pure.
import { bindingFor } from '../api/bind.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import type { Ingress, Service } from '../api/kube.ts';
import { keyOf } from '../api/kube.ts';
import { inputOf, withNamespace } from '../api/lint.ts';
import { ownership } from '../api/ownership.ts';
import { type ControllerDefaults, readIngress, readService, type Surroundings } from '../api/read.ts';
import { servicesOf } from '../api/references.ts';
import { isIngress, isService } from '../api/shape.ts';
import { type Book, finalizerOf, openBook } from './bindings.ts';
import { type Desire, desire } from './desire/desire.ts';
import type { ClusterSettings, Facts } from './desire/facts.ts';
import { type Group, groupOf, type Member, type Told } from './group.ts';

export interface OfflineOptions extends ControllerDefaults {
  /**
   * Whether a Service that is not among the objects does not exist. Else that is known only of namespaces with a Service
   * among them, and others are taken to have what their Ingresses name.
   */
  readonly hasAllServices: boolean;
}

/** A group with what it wants. */
export interface Standing {
  readonly group: Group;
  readonly wanted: Desire;
  /** What admission refuses of Ingresses that would be in this group. */
  readonly refused: readonly Told[];
  /** `namespace/name` of Services that are taken to exist. */
  readonly assumed: ReadonlySet<string>;
}

export interface Offline {
  /** `namespace/name` of every Ingress among the objects. */
  readonly keys: readonly string[];
  /** The group of an Ingress, or why it has none. */
  standing(key: string): Standing | { readonly because: string };
}

/**
 * Puts objects in their groups; those that are nothing of ours are passed over. `recorded` are bindings of a cluster: with
 * them, what admission refuses now leaves in force what it accepted before.
 */
export function offline(
  objects: readonly unknown[],
  options: OfflineOptions,
  recorded: readonly LoadBalancerBinding[] = [],
): Offline {
  const placed = objects.map(withNamespace);
  const { around, classFor, defaultClass } = inputOf(placed, new Map(), options);
  const ingresses = new Map(placed.filter(isIngress).map((one) => [keyOf(one), one]));
  const services = new Map(placed.filter(isService).map((one) => [keyOf(one), one]));
  const book = openBook();
  for (const one of recorded) book.binding(keyOf(one), one);
  for (const one of ingresses.values())
    if (ownership(one, classFor(one), defaultClass).ours) enter(book, one, around);
  return {
    keys: [...ingresses.keys()],
    standing: (key) => {
      const entry = book.entry(key);
      if (entry === undefined)
        return { because: ingresses.has(key) ? 'its class is not ours' : 'it is not there' };
      const { group: id } = entry.spec;
      const group = groupOf(id, book.of(id));
      const assumed = assumedFor(group, ingresses, services, options);
      const facts = factsOf(group, (name) => services.get(name) ?? assumed.get(name), options);
      const refused = book.keys().flatMap((member) => {
        const { spec, refused: problems = [] } = book.entry(member) ?? {};
        return spec?.group === id ? problems.map((problem): Told => ({ member, problem })) : [];
      });
      return { group, wanted: desire(group, facts), refused, assumed: new Set(assumed.keys()) };
    },
  };
}

/** As if webhook and controller had seen it. */
function enter(book: Book, ingress: Ingress, around: Surroundings): void {
  const key = keyOf(ingress);
  book.ingress(key, { ingress, reading: readIngress(ingress, around) });
  const spec = book.entry(key)?.spec;
  if (spec === undefined) return;
  const { metadata, ...binding } = bindingFor(ingress, spec);
  book.binding(key, { ...binding, metadata: { ...metadata, finalizers: [finalizerOf(spec.group)] } });
}

/** A port that a Service of type NodePort may have. */
const NODE_PORT = 30_000;

/** Services that members name and nobody knows to be missing, with the ports that they name. */
function assumedFor(
  { members }: Group,
  ingresses: ReadonlyMap<string, Ingress>,
  services: ReadonlyMap<string, Service>,
  { hasAllServices }: OfflineOptions,
): Map<string, Service> {
  const stocked = new Set([...services.values()].map(({ metadata }) => metadata.namespace ?? ''));
  const assumed = new Map<string, Service>();
  for (const { key, namespace, intent } of members) {
    const ingress = ingresses.get(key);
    if (ingress === undefined || hasAllServices || stocked.has(namespace)) continue;
    for (const { name, port: reference } of servicesOf(ingress, intent.settings.actions)) {
      const number = Number(reference);
      const port = Number.isInteger(number)
        ? { port: number, nodePort: NODE_PORT }
        : { name: String(reference), port: 80, nodePort: NODE_PORT };
      const ports = [...(assumed.get(`${namespace}/${name}`)?.spec?.ports ?? []), port];
      assumed.set(`${namespace}/${name}`, {
        metadata: { name, namespace },
        spec: { type: 'NodePort', ports },
      });
    }
  }
  return assumed;
}

/** Neither names nor tags in AWS are of interest here. */
const CLUSTER: Omit<ClusterSettings, 'defaultScheme' | 'defaultTargetType'> = {
  name: 'offline',
  defaultTags: {},
  defaultSslPolicy: 'ELBSecurityPolicy-2016-08',
  backendSecurityGroup: 'shared',
};

/** Whether certificates would be looked for in ACM: by hosts (aws-model 7.1). */
const hasHosts = ({ intent }: Member): boolean =>
  intent.rules.some(({ host = '' }) => host !== '') || (intent.tlsHosts ?? []).length > 0;

function factsOf(
  group: Group,
  serviceOf: (key: string) => Service | undefined,
  { defaultScheme, defaultTargetType }: ControllerDefaults,
): Facts {
  const { subnets, 'security-groups': securityGroups } = group.settings;
  const certified = new Set(group.members.filter(hasHosts).map(({ key }) => key));
  return {
    cluster: { ...CLUSTER, defaultScheme, defaultTargetType },
    subnets: { value: [...(subnets?.value ?? ['assumed'])] },
    ...(securityGroups === undefined ? {} : { securityGroups: { value: [...securityGroups.value] } }),
    certificatesFor: (member) => (certified.has(member) ? { value: ['assumed'] } : undefined),
    targetGroupNamed: (name) => ({ value: name }),
    service(namespace, name) {
      const service = serviceOf(`${namespace}/${name}`);
      return service === undefined ? undefined : { service, settings: readService(service).settings };
    },
  };
}
