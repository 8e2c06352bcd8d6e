// Standing: the group of one Ingress with what it wants, decided without asking AWS. What only AWS knows (subnets,
// certificates, security groups), and what Secrets say, is taken to be there. Pure.

import { type Desire, desire } from '../../alb/desire/desire.ts';
import type { ClusterSettings, Facts } from '../../alb/desire/facts.ts';
import { GATES } from '../../alb/feature-gates.ts';
import { type Group, groupOf, type Member, type Told } from '../../alb/group.ts';
import type { OidcClient } from '../../api/aws.ts';
import { type ControllerDefaults, readService } from '../../api/ingress/read.ts';
import { servicesOf } from '../../api/ingress/references.ts';
import type { Service } from '../../api/kube.ts';
import type { ClusterSeen } from './cluster.ts';

export interface StandingOptions extends ControllerDefaults {
  /** Whether a Service that was not seen in a namespace does not exist; else it is taken to have what Ingresses name. */
  knowsServices(namespace: string): boolean;
}

export interface GroupState {
  readonly group: Group;
  readonly wanted: Desire;
  /** What admission refuses of Ingresses in this group. */
  readonly refused: readonly Told[];
  /** `namespace/name` of Services that are taken to exist. */
  readonly assumed: ReadonlySet<string>;
}

/** The group of an Ingress, by `namespace/name`, or why it has none. */
export function standingOf(
  key: string,
  {
    book,
    world,
    absent,
  }: Pick<ClusterSeen, 'book' | 'absent'> & {
    readonly world: Pick<ClusterSeen['world'], 'service'>;
  },
  options: StandingOptions,
): GroupState | { readonly because: string } {
  const entry = book.entry(key);
  if (entry === undefined) return { because: absent(key) ?? `Ingress ${key} is being deleted` };
  const { group: id } = entry.spec;
  const group = groupOf(id, book.of(id));
  const assumed = new Map<string, Service>();
  for (const member of group.members) assume(member, { book, world }, options, assumed);
  const serviceOf: ServiceOf = (namespace, name) =>
    world.service(namespace, name) ?? assumed.get(`${namespace}/${name}`);
  const refused = book.keys().flatMap((member) => {
    const { spec, told = [] } = book.entry(member) ?? {};
    const problems = spec?.group === id ? told.filter(({ severity }) => severity === 'refuse') : [];
    return problems.map((problem): Told => ({ member, problem }));
  });
  const wanted = desire(group, factsOf(group, serviceOf, options));
  return { group, wanted, refused, assumed: new Set(assumed.keys()) };
}

type ServiceOf = (namespace: string, name: string) => Service | undefined;

/** A port that a Service of type NodePort may have. */
const NODE_PORT = 30_000;

/** Adds the Services that a member names and nobody knows to be missing, with the ports that it names. */
function assume(
  { key, namespace, intent }: Member,
  { book, world }: Pick<ClusterSeen, 'book'> & { readonly world: Pick<ClusterSeen['world'], 'service'> },
  { knowsServices }: StandingOptions,
  assumed: Map<string, Service>,
): void {
  const ingress = book.entry(key)?.ingress;
  if (ingress === undefined || knowsServices(namespace)) return;
  for (const { name, port: reference } of servicesOf(ingress, intent.settings.actions)) {
    if (world.service(namespace, name) !== undefined) continue;
    const number = Number(reference);
    const port = Number.isInteger(number)
      ? { port: number, nodePort: NODE_PORT }
      : { name: String(reference), port: 80, nodePort: NODE_PORT };
    const ports = [...(assumed.get(`${namespace}/${name}`)?.spec?.ports ?? []), port];
    assumed.set(`${namespace}/${name}`, { metadata: { name, namespace }, spec: { type: 'NodePort', ports } });
  }
}

/** Neither names nor tags in AWS are of interest here. */
const CLUSTER: Omit<ClusterSettings, 'defaultScheme' | 'defaultTargetType'> = {
  name: 'unasked',
  defaultTags: {},
  externalManagedTags: [],
  defaultSslPolicy: 'ELBSecurityPolicy-2016-08',
  backendSecurityGroup: 'shared',
  manageBackendRules: false,
  gates: GATES,
  wafv2: true,
  shield: true,
};

/** Of a login by OpenID Connect, whose Secret is not read. */
const ASSUMED_CLIENT: OidcClient = { id: 'assumed' };

/** Whether certificates would be looked for in ACM: by hosts (aws-model 7.1). */
const hasHosts = ({ intent }: Member): boolean =>
  intent.rules.some(({ host = '' }) => host !== '') || (intent.tlsHosts ?? []).length > 0;

/** Facts about a group when whatever is named, or would be looked for, exists in AWS. */
function factsOf(
  { members, settings }: Group,
  serviceOf: ServiceOf,
  { defaultScheme, defaultTargetType }: ControllerDefaults,
): Facts {
  const { subnets, 'security-groups': securityGroups } = settings;
  const certified = new Set(members.filter(hasHosts).map(({ key }) => key));
  return {
    cluster: { ...CLUSTER, defaultScheme, defaultTargetType },
    subnets: { value: [...(subnets?.value ?? ['assumed'])] },
    ...(securityGroups === undefined ? {} : { securityGroups: { value: [...securityGroups.value] } }),
    certificatesFor: (member) => (certified.has(member) ? { value: ['assumed'] } : undefined),
    targetGroupNamed: (name) => ({ value: name }),
    trustStoreNamed: (name) => name,
    // Who may see a load balancer's rules need not see its secrets.
    secret: () => ({ value: ASSUMED_CLIENT }),
    service(namespace, name) {
      const service = serviceOf(namespace, name);
      return service === undefined ? undefined : { service, settings: readService(service).settings };
    },
  };
}
