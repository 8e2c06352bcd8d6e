// What a group has in AWS as its bindings know it: what was wanted last, as far as their statuses name it, with the values that
// AWS gives what nobody says. Pure.
import { type Resource, resourceTagOf, STACK_TAG } from '../../api/aws.ts';
import { listenerDefaults, loadBalancerDefaults, TARGET_GROUP_DEFAULTS } from '../../api/defaults.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import type { WantedGroup } from '../desire/desiring.ts';
import { actionsOf, targetGroupsIn } from '../kinds/action.ts';
import type { Found } from '../kinds/kind.ts';
import { resolved } from '../plan/match.ts';
import { unknown } from './unknown-facts.ts';

type RecordedStatus = NonNullable<LoadBalancerBinding['status']>;
type RecordedLoadBalancer = NonNullable<RecordedStatus['loadBalancer']>;

/** What the statuses of a group's bindings name. */
interface RecordedNames {
  readonly balancer: RecordedLoadBalancer | undefined;
  readonly scheme: string | undefined;
  readonly listeners: ReadonlyMap<number, NonNullable<RecordedStatus['listeners']>[number]>;
  /** ARN of a target group by member, Service and port. */
  readonly targetGroups: ReadonlyMap<string, string>;
  /** `namespace/name` of members that have been served. */
  readonly served: ReadonlySet<string>;
}

const backendKey = (member: string, service: string, port: number | string): string =>
  `${member} ${service}:${port}`;

function namedIn(bindings: readonly LoadBalancerBinding[]): RecordedNames {
  const statuses = bindings.flatMap((binding): [string, RecordedStatus][] =>
    binding.status === undefined ? [] : [[keyOf(binding), binding.status]],
  );
  const first = statuses.find(([, { loadBalancer }]) => loadBalancer !== undefined)?.[1];
  return {
    balancer: first?.loadBalancer,
    scheme: first?.scheme,
    listeners: new Map(
      statuses.flatMap(([, { listeners = [] }]) => listeners.map((one) => [one.port, one] as const)),
    ),
    targetGroups: new Map(
      statuses.flatMap(([key, { targetGroups = [] }]) =>
        targetGroups.map(({ service, port, arn }) => [backendKey(key, service, port), arn] as const),
      ),
    ),
    served: new Set(statuses.flatMap(([key, { loadBalancer }]) => (loadBalancer === undefined ? [] : [key]))),
  };
}

/** What there is of a group: all that was wanted last (`assumed`), or what the statuses name (`recorded`). */
export type Existing = 'recorded' | 'assumed';

/** ARN by desired id of what exists. Rules and security groups are not in a status: they stand in for themselves. */
function arnsOf(
  { resources, backends, origins }: WantedGroup,
  named: RecordedNames,
): ReadonlyMap<string, string> {
  const arns = new Map<string, string>();
  if (named.balancer === undefined) return arns;
  const owners = new Map(origins.map(({ id, member }) => [id, member]));
  const made = new Map(
    backends.map(({ id, member, service, port }) => [
      id,
      named.targetGroups.get(backendKey(member, service, port)),
    ]),
  );
  for (const one of resources) {
    const arn = arnOf(one, named, made, owners, arns);
    if (arn !== undefined) arns.set(one.id, arn);
  }
  return arns;
}

function arnOf(
  one: Resource,
  { balancer, listeners, served }: RecordedNames,
  made: ReadonlyMap<string, string | undefined>,
  owners: ReadonlyMap<string, string>,
  arns: ReadonlyMap<string, string>,
): string | undefined {
  switch (one.kind) {
    case 'loadBalancer':
      return balancer?.arn;
    case 'listener':
      return listeners.get(one.spec.port)?.arn;
    case 'targetGroup':
      return made.get(one.id);
    case 'rule':
      return arns.has(one.spec.listener.ref) && served.has(owners.get(one.id) ?? '') ? one.id : undefined;
    case 'securityGroup':
      return one.id;
  }
}

const assumed = ({ resources }: WantedGroup): ReadonlyMap<string, string> =>
  new Map(resources.map(({ id }) => [id, `existing ${id}`]));

/** What exists of that which was wanted last, by desired id. In AWS what nobody says has its default. */
export function recordedOf(
  wanted: WantedGroup,
  bindings: readonly LoadBalancerBinding[],
  existing: Existing,
): ReadonlyMap<string, Found> {
  if (wanted.resources.length === 0) return new Map();
  const named = namedIn(existing === 'recorded' ? bindings : []);
  const arns = existing === 'recorded' ? arnsOf(wanted, named) : assumed(wanted);
  const balancer = wanted.resources.find(({ kind }) => kind === 'loadBalancer');
  const holder = balancer === undefined ? undefined : arns.get(balancer.id);
  const held = new Set(
    wanted.resources.flatMap((one) => (arns.has(one.id) ? targetGroupsIn(actionsOf(one)) : [])),
  );
  return new Map(
    wanted.resources.flatMap((one): [string, Found][] => {
      const arn = arns.get(one.id);
      if (arn === undefined) return [];
      const there = { ...one, spec: resolved(one.spec, (id) => arns.get(id) ?? id) } as Resource;
      return [[one.id, foundOf(there, arn, named, held.has(one.id) ? holder : undefined)]];
    }),
  );
}

/** `holder`: the load balancer that forwards to a target group, if one does. */
function foundOf(one: Resource, arn: string, named: RecordedNames, holder: string | undefined): Found {
  const { tags } = one.spec;
  const base = { arn, group: tags[STACK_TAG] ?? '', resourceTag: resourceTagOf(tags), extra: {} };
  switch (one.kind) {
    case 'loadBalancer': {
      const extra = { state: named.balancer?.state ?? 'active' };
      return { ...base, kind: one.kind, spec: balancerSpec(one, named), extra };
    }
    case 'listener': {
      const said = named.listeners.get(one.spec.port)?.protocol;
      const protocol = said === 'HTTP' || said === 'HTTPS' ? said : one.spec.protocol;
      const attributes = { ...listenerDefaults(protocol), ...one.spec.attributes };
      const mutual = protocol === 'HTTPS' ? { mutualAuthentication: { mode: 'off' as const } } : {};
      return { ...base, kind: one.kind, spec: { ...mutual, ...one.spec, protocol, attributes } };
    }
    case 'targetGroup': {
      const attributes = { ...TARGET_GROUP_DEFAULTS, ...one.spec.attributes };
      const extra = { loadBalancerArns: holder === undefined ? [] : [holder] };
      return { ...base, kind: one.kind, spec: { ...one.spec, attributes }, extra };
    }
    case 'rule':
      return { ...base, kind: one.kind, spec: one.spec };
    case 'securityGroup':
      return { ...base, kind: one.kind, spec: one.spec };
  }
}

/** A web ACL that nobody speaks of may be somebody else's, and stays. */
function balancerSpec(
  { spec }: Resource<'loadBalancer'>,
  { balancer, scheme: said }: RecordedNames,
): Found<'loadBalancer'>['spec'] {
  const scheme = said === 'internal' || said === 'internet-facing' ? said : spec.scheme;
  return {
    capacityUnits: 0,
    webAcl: unknown('the web ACL that it has'),
    shield: 'off',
    ...spec,
    scheme,
    name: balancer?.name ?? spec.name,
    attributes: { ...loadBalancerDefaults(scheme), ...spec.attributes },
  };
}
