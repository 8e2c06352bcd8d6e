// Facts before AWS is asked. What only AWS knows is a placeholder that is made of the question: the same question gives the same
// placeholder, so two sides differ only where what is asked for differs. What is asked for is taken to be found. Pure.
import { WEB_ACL } from '../../api/aws.ts';
import { readService } from '../../api/ingress/read.ts';
import type { Service } from '../../api/kube.ts';
import type { ClusterSettings, Facts, ServiceFact } from '../desire/facts.ts';
import { UNKNOWN_CLUSTER } from '../desire/names.ts';
import { hostsOf } from '../desire/ports.ts';
import { GATES } from '../feature-gates.ts';
import type { Group } from '../group.ts';
import type { Found } from '../kinds/kind.ts';

/** Begins a placeholder; no annotation can say it (XML and JSON of AWS's protocols cannot carry it either). */
const MARK = '\u0000unknown: ';

/** The placeholder for the answer to one question. */
export const unknown = (question: string): string => MARK + question;

const isUnknown = (value: unknown): value is string => typeof value === 'string' && value.startsWith(MARK);

/** The placeholders in a value. */
function unknownsIn(value: unknown): string[] {
  if (isUnknown(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(unknownsIn) : [];
}

/** Whether AWS's answers decide if two values that are not the same differ: not the same is asked for them. */
export function mayBeSame(a: unknown, b: unknown): boolean {
  const [left, right] = [new Set(unknownsIn(a)), new Set(unknownsIn(b))];
  return left.symmetricDifference(right).size > 0;
}

/** Whether all of a list is unknown: it may turn out to be empty. */
export const allUnknown = (values: readonly string[]): boolean =>
  values.length > 0 && values.every((value) => isUnknown(value));

/** What the bindings and the cluster know; `balancer` is the load balancer that the group has already. */
export interface PreviewFacts {
  readonly cluster: ClusterSettings;
  readonly service: (namespace: string, name: string) => Service | undefined;
  readonly balancer?: Found<'loadBalancer'> | undefined;
}

/** What an operator set for the cluster, as far as it is known beside the controller. */
export const settingsUnasked = (
  defaults: Pick<ClusterSettings, 'defaultScheme' | 'defaultTargetType'>,
): ClusterSettings => ({
  name: UNKNOWN_CLUSTER,
  defaultTags: {},
  externalManagedTags: [],
  defaultSslPolicy: unknown('the default security policy'),
  backendSecurityGroup: 'shared',
  manageBackendRules: false,
  gates: GATES,
  wafv2: true,
  shield: true,
  defaultScheme: defaults.defaultScheme,
  defaultTargetType: defaults.defaultTargetType,
});

/** Ids are known; what is named otherwise is looked up in AWS. */
const idsOf = (prefix: string, what: string, names: readonly string[]): string[] =>
  names.map((name) => (name.startsWith(prefix) ? name : unknown(`${what} ${name}`)));

/** A load balancer that is there keeps its subnets when nobody says a word about them (aws-model 4.1 step 3). */
function subnetsOf({ settings, subnetTags }: Group, { cluster, balancer }: PreviewFacts): string[] {
  const scheme = settings.scheme?.value ?? cluster.defaultScheme;
  const said = settings.subnets?.value;
  if (said !== undefined) return idsOf('subnet-', 'subnet', said);
  if (subnetTags !== undefined) return [unknown(`subnets with the tags ${JSON.stringify(subnetTags)}`)];
  return balancer?.spec.scheme === scheme ? balancer.spec.subnets : [unknown(`subnets for ${scheme}`)];
}

function webAclOf({ webAcl: said }: Group): Pick<Facts, 'webAcl'> {
  if (said === undefined) return {};
  const isKnown = said.by === 'wafv2-acl-arn' || said.value === WEB_ACL.none;
  return { webAcl: { value: isKnown ? said.value : unknown(`web ACL ${said.value}`) } };
}

/** The facts about a group as far as they are known without AWS. */
export function factsUnasked(group: Group, known: PreviewFacts): Facts {
  const groups = group.settings['security-groups']?.value;
  const services = new Map<string, ServiceFact | undefined>();
  const read = (service: Service | undefined): ServiceFact | undefined =>
    service === undefined ? undefined : { service, settings: readService(service).settings };
  return {
    cluster: known.cluster,
    subnets: { value: subnetsOf(group, known) },
    ...(groups === undefined ? {} : { securityGroups: { value: idsOf('sg-', 'security group', groups) } }),
    ...webAclOf(group),
    shield: { value: true },
    certificatesFor(key) {
      const member = group.members.find((one) => one.key === key);
      const hosts = member === undefined ? [] : hostsOf(member);
      return hosts.length === 0 ? undefined : { value: [unknown(`certificates for ${hosts.join(', ')}`)] };
    },
    targetGroupNamed: (name) => ({ value: unknown(`target group ${name}`) }),
    trustStoreNamed: (name) => unknown(`trust store ${name}`),
    service(namespace, name) {
      const key = `${namespace}/${name}`;
      if (!services.has(key)) services.set(key, read(known.service(namespace, name)));
      return services.get(key);
    },
    secret: (namespace, name) => ({
      value: { id: unknown(`client of Secret ${namespace}/${name}`), secret: unknown('its secret') },
    }),
  };
}
