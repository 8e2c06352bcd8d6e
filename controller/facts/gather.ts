// gather: every look-up that deciding about one group needs, made before anything is decided.

import { forbids } from '../../alb/amendments/parts.ts';
import type { ClusterSettings, Facts, Looked, ServiceFact } from '../../alb/desire/facts.ts';
import { secretOf } from '../../alb/desire/guard.ts';
import { hostsOf } from '../../alb/desire/ports.ts';
import { answerOf, isFailure } from '../../alb/failures/failure.ts';
import type { Group } from '../../alb/group.ts';
import { arnOf, type Found } from '../../alb/kinds/kind.ts';
import { effectiveListenPorts } from '../../api/annotations/listener.ts';
import { type OidcClient, WEB_ACL } from '../../api/aws.ts';
import { defined } from '../../api/defined.ts';
import { soleService } from '../../api/ingress/authentication.ts';
import { readService } from '../../api/ingress/read.ts';
import { keyOf, type Service } from '../../api/kube.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { refusal, warning } from '../../api/problems/problem.ts';
import type { Lookups } from './lookups.ts';

export interface Gathering {
  readonly cluster: ClusterSettings;
  readonly lookups: Lookups;
  service(namespace: string, name: string): Service | undefined;
  /** The clients that the Secrets of a group's logins hold, by `namespace/name`; from now on only these are looked at for it. */
  secrets(group: string, named: readonly string[]): Promise<ReadonlyMap<string, Looked<OidcClient>>>;
}

/** What was named in vain leaves in place what the load balancer has, so that one member's mistake stops nobody else. */
function orKept(looked: Looked<string[]>, kept: readonly string[] | undefined): Looked<string[]> {
  return 'value' in looked || kept === undefined ? looked : { value: [...kept], problem: looked.problem };
}

const balancersOf = (found: readonly Found[]): Found<'loadBalancer'>[] =>
  found.filter((one) => one.kind === 'loadBalancer');

/**
 * Without a word about subnets an existing load balancer keeps the ones it has (aws-model 4.1 step 3). When a new one is named
 * some in vain, it gets those that are found for the members that name none: their routes do not wait for a neighbour's word.
 */
async function subnets(
  group: Group,
  found: readonly Found[],
  { cluster, lookups }: Gathering,
): Promise<Looked<string[]>> {
  const { settings } = group;
  const said = settings.subnets?.value;
  const scheme = settings.scheme?.value ?? cluster.defaultScheme;
  const present = balancersOf(found).find(({ spec }) => spec.scheme === scheme);
  const request = { scheme, ipAddressType: settings['ip-address-type']?.value ?? 'ipv4' } as const;
  const asked = defined({ named: said, tags: group.subnetTags, current: present?.spec.subnets });
  const looked = await lookups.subnets({ ...request, ...asked });
  const kept = orKept(looked, present?.spec.subnets);
  const silent = group.members.some(
    ({ intent }) => intent.settings.subnets === undefined && intent.subnetTags === undefined,
  );
  if ('value' in kept || !silent || (said === undefined && group.subnetTags === undefined)) return kept;
  const discovered = await lookups.subnets(request);
  return 'value' in discovered ? { value: discovered.value, problem: kept.problem } : kept;
}

/**
 * Those that are named; an empty list stands for the managed one, which then stays managed. A new load balancer has the
 * managed one when some are named in vain and a member names none.
 */
async function securityGroups(
  said: readonly string[],
  { members }: Group,
  found: readonly Found[],
  { lookups }: Gathering,
): Promise<Looked<string[]>> {
  const present = balancersOf(found)[0]?.spec.securityGroups.map(arnOf);
  const silent = members.some(({ intent }) => intent.settings['security-groups'] === undefined);
  const managed =
    present === undefined
      ? silent
      : found.some(({ kind, arn }) => kind === 'securityGroup' && present.includes(arn));
  return orKept(await lookups.securityGroups(said), managed ? [] : present);
}

/** Certificates that AWS does not let us look for are told to the member that needs them; listeners keep what they have. */
async function permitted(looking: Promise<Looked<string[]>>): Promise<Looked<string[]>> {
  try {
    return await looking;
  } catch (thrown) {
    if (!isFailure(thrown, 'denied') || !forbids(thrown)) throw thrown;
    const because = answerOf(thrown);
    return { problem: refusal('AwsRefused', annotationPath('certificate-arn'), { because }) };
  }
}

async function certificates(group: Group, { lookups }: Gathering): Promise<Map<string, Looked<string[]>>> {
  const searching = group.members.filter((member) => {
    const named = member.intent.settings['certificate-arn']?.value ?? [];
    return (
      named.length === 0 &&
      effectiveListenPorts(member.intent.settings).some(({ protocol }) => protocol === 'HTTPS') &&
      hostsOf(member).length > 0
    );
  });
  return new Map(
    await Promise.all(
      searching.map(
        async (member) => [member.key, await permitted(lookups.certificates(hostsOf(member)))] as const,
      ),
    ),
  );
}

const KEPT = 'the load balancer keeps what it has';

function namedTargetGroups(group: Group): string[] {
  const actions = group.members.flatMap(({ intent }) => Object.values(intent.settings.actions ?? {}));
  const names = actions.flatMap(({ value }) => [
    value.targetGroupName,
    ...(value.forwardConfig?.targetGroups ?? []).map(({ targetGroupName }) => targetGroupName),
  ]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

async function targetGroup(name: string, { lookups }: Gathering): Promise<Looked<string>> {
  const value = await lookups.targetGroup(name);
  if (value !== undefined) return { value };
  const because = 'no target group of this name exists; requests for it are answered 503';
  return { problem: warning('TargetGroupNotFound', annotationPath('actions'), { value: name, because }) };
}

/** Trust stores that members name, without those that they name by ARN. */
function namedTrustStores({ members }: Group): string[] {
  const entries = members.flatMap(({ intent }) => intent.settings['mutual-authentication']?.value ?? []);
  const names = entries.flatMap(({ mode, trustStore }) => (mode === 'verify' ? (trustStore ?? []) : []));
  return [...new Set(names.filter((name) => !name.startsWith('arn:')))];
}

/** AWS's answer as a reason: what protects is no reason to stop a group. */
async function orBecause<T>(
  looking: Promise<T>,
): Promise<{ value: T } | { because: string; code: 'AwsUnavailable' | 'AwsRefused' }> {
  try {
    return { value: await looking };
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
    const code =
      thrown.kind === 'throttled' || thrown.kind === 'unavailable' ? 'AwsUnavailable' : 'AwsRefused';
    return { code, because: answerOf(thrown) };
  }
}

/** The web ACL that is named; what is wrong with its name or with WAF leaves the association as it is. */
async function webAcl(
  { webAcl: said }: Group,
  { cluster, lookups }: Gathering,
): Promise<Looked<string> | undefined> {
  if (said === undefined || !cluster.wafv2) return undefined;
  if (said.by === 'wafv2-acl-arn' || said.value === WEB_ACL.none) return { value: said.value };
  const looked = await orBecause(lookups.webAcl(said.value));
  if ('value' in looked && looked.value !== undefined) return { value: looked.value };
  const because = 'because' in looked ? looked.because : 'no regional web ACL of the account has this name';
  const words = { value: said.value, because: `${because}; ${KEPT}` };
  return { problem: refusal('WebAclNotFound', annotationPath(said.by), words) };
}

const UNSUBSCRIBED = {
  code: 'SubscriptionNotFound',
  because: 'the account has no active subscription to Shield Advanced',
} as const;

/** Looked up only when somebody says it (aws-model 8.3). */
async function shield(
  { settings }: Group,
  { cluster, lookups }: Gathering,
): Promise<Looked<true> | undefined> {
  const name = 'shield-advanced-protection';
  const said = settings[name];
  if (said === undefined || !cluster.shield) return undefined;
  const looked = await orBecause(lookups.subscribed());
  if ('value' in looked && looked.value) return { value: true };
  const { code, because } = 'because' in looked ? looked : UNSUBSCRIBED;
  const words = { value: String(said.value), because: `${because}; ${KEPT}` };
  return { problem: warning(code, annotationPath(name), words) };
}

/** `namespace/name` of the Secrets that logins on HTTPS listeners need. */
function namedSecrets({ members }: Group, service: Facts['service']): string[] {
  const named = members.flatMap(({ namespace, intent }) => {
    const { settings, rules, defaultBackend } = intent;
    if (!effectiveListenPorts(settings).some(({ protocol }) => protocol === 'HTTPS')) return [];
    const backends = rules.flatMap(({ paths }) => paths.map(({ backend }) => backend));
    return (defaultBackend === undefined ? backends : [...backends, defaultBackend]).flatMap((backend) => {
      const only = soleService(backend, settings);
      const name = secretOf(settings, only === undefined ? undefined : service(namespace, only));
      return name === undefined || name === '' ? [] : [`${namespace}/${name}`];
    });
  });
  return [...new Set(named)];
}

/** A Service with what its annotations say. One whose annotations were refused counts without them. */
function serviceFact(service: Service | undefined): ServiceFact | undefined {
  return service === undefined ? undefined : { service, settings: readService(service).settings };
}

/** Gathers the facts about one group. Throws `AwsFailure` when AWS cannot be asked. */
export async function gather(group: Group, found: readonly Found[], gathering: Gathering): Promise<Facts> {
  const { cluster } = gathering;
  if (group.members.length === 0) {
    await gathering.secrets(group.id, []);
    return {
      cluster,
      subnets: { problem: refusal('SubnetsNotFound', annotationPath('subnets')) },
      certificatesFor: () => undefined,
      targetGroupNamed: () => undefined,
      trustStoreNamed: () => undefined,
      service: () => undefined,
      secret: () => undefined,
    };
  }
  const said = group.settings['security-groups']?.value;
  const names = namedTargetGroups(group);
  const services = new Map<string, ServiceFact | undefined>();
  const service: Facts['service'] = (namespace, name) =>
    services.getOrInsertComputed(keyOf({ metadata: { namespace, name } }), () =>
      serviceFact(gathering.service(namespace, name)),
    );
  const [ids, groups, certified, targetGroups, trustStores, secrets, acl, subscribed] = await Promise.all([
    subnets(group, found, gathering),
    said === undefined ? undefined : securityGroups(said, group, found, gathering),
    certificates(group, gathering),
    Promise.all(names.map(async (name) => [name, await targetGroup(name, gathering)] as const)),
    gathering.lookups.trustStores(namedTrustStores(group)),
    gathering.secrets(group.id, namedSecrets(group, service)),
    webAcl(group, gathering),
    shield(group, gathering),
  ]);
  const byName = new Map(targetGroups);
  return {
    cluster,
    subnets: ids,
    ...defined({ securityGroups: groups, webAcl: acl, shield: subscribed }),
    certificatesFor: (member) => certified.get(member),
    targetGroupNamed: (name) => byName.get(name),
    trustStoreNamed: (name) => trustStores.get(name),
    service,
    secret: (namespace, name) => secrets.get(`${namespace}/${name}`),
  };
}
