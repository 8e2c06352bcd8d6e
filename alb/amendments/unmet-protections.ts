// unprotected: members whose load balancer does not protect them yet as they ask for: what AWS has is compared with what is
// wanted, so it does not matter why: not found, refused, or simply not done yet. What is new of theirs waits (closing.ts); what
// AWS answers already goes on. Pure.

import { effectiveListenPorts } from '../../api/annotations/listener.ts';
import { type Permission, WEB_ACL } from '../../api/aws.ts';
import { defined } from '../../api/defined.ts';
import { webAclWord } from '../../api/ingress/web-acl.ts';
import { MANAGED_GROUP } from '../desire/access.ts';
import { LOAD_BALANCER } from '../desire/desire.ts';
import type { Unmet, WantedGroup } from '../desire/desiring.ts';
import { type Group, type Member, saidBy } from '../group.ts';
import { arnOf, type Found } from '../kinds/kind.ts';
import { permissionKey } from '../kinds/security-group.ts';
import type { Matching } from '../plan/match.ts';
import { seldomWanted } from './defer-until-active.ts';

const unmet = (member: string, until: string, listener?: string): Unmet =>
  defined({ member, until, listener, staysOpen: true });

/** A binding that was told that all is as its Ingress says. */
const wasDone = ({ binding }: Member): boolean =>
  binding.status?.conditions?.some(({ type, status }) => type === 'Programmed' && status === 'True') === true;

/**
 * Also for members whose ARN a name takes the place of: what they get is the web ACL that is named. One that is not known, because it
 * may not be read, is taken as it was told last.
 */
function withoutWebAcl(group: Group, wanted: WantedGroup, there: Found<'loadBalancer'> | undefined): Unmet[] {
  const { webAcl: said } = group;
  const asked = seldomWanted(wanted.resources).webAcl;
  if (said === undefined || asked === undefined || asked === WEB_ACL.none) return [];
  const has = there?.spec.webAcl;
  // Another one protects as well: routes do not wait for an exchange.
  if (has?.startsWith('arn:') === true) return [];
  const blind = there !== undefined && (has === undefined || has === WEB_ACL.unknown);
  return group.members.flatMap((member) => {
    const word = webAclWord(member.intent.settings);
    if (word === undefined || word.value === WEB_ACL.none || (blind && wasDone(member))) return [];
    return [unmet(member.key, `the web ACL ${said.value} is set`)];
  });
}

function withoutShield(group: Group, wanted: WantedGroup, there: Found<'loadBalancer'> | undefined): Unmet[] {
  if (seldomWanted(wanted.resources).shield !== 'on') return [];
  const has = there?.spec.shield;
  if (has === 'on' || has === 'foreign') return [];
  return saidBy(group.members, 'shield-advanced-protection').flatMap(({ member, setting }) =>
    setting.value === true ? [unmet(member.key, 'Shield protects the load balancer')] : [],
  );
}

type OfAccess = 'security-groups' | 'inbound-cidrs' | 'security-group-prefix-lists';

const SOURCES = ['inbound-cidrs', 'security-group-prefix-lists'] as const;

const saying = ({ members }: Group, names: readonly OfAccess[]): Member[] =>
  members.filter(({ intent: { settings } }) =>
    names.some((name) => (settings[name]?.value ?? []).length > 0),
  );

/** The load balancer still has other security groups than it shall have; where some are named, sources mean nothing (access.ts). */
function withoutGroups(
  group: Group,
  wanted: WantedGroup,
  there: Found<'loadBalancer'> | undefined,
  { resolve }: Matching,
): Unmet[] {
  const balancer = wanted.resources.find((one) => one.kind === 'loadBalancer');
  if (there === undefined || balancer === undefined) return [];
  const asked = balancer.spec.securityGroups.map((one) => (typeof one === 'string' ? one : resolve(one)));
  if (there.spec.securityGroups.map(arnOf).every((one) => asked.includes(one))) return [];
  const named = saying(group, ['security-groups']);
  return (named.length > 0 ? named : saying(group, SOURCES)).map(({ key }) =>
    unmet(
      key,
      `the load balancer has no security groups but ${named.length > 0 ? 'those that are named' : 'its own'}`,
    ),
  );
}

/** Somebody may have opened a range of ports by hand, or all of them: these have no numbers (EC2 API Reference: IpPermission). */
const isOpenOn = ({ protocol, fromPort, toPort }: Permission, port: number): boolean =>
  protocol === '-1' || (fromPort <= port && port <= toPort);

/** The managed security group still lets in more than the sources that are named. */
function withoutSources(group: Group, wanted: WantedGroup, { matched }: Matching): Unmet[] {
  return wanted.resources.flatMap((one): Unmet[] => {
    const there = matched.get(one.id);
    if (one.kind !== 'securityGroup' || one.id !== MANAGED_GROUP || there?.kind !== 'securityGroup')
      return [];
    const asked = new Set(one.spec.ingress.map((each) => permissionKey(each)));
    const more = there.spec.ingress.filter((permission) => !asked.has(permissionKey(permission)));
    return saying(group, SOURCES).flatMap(({ key, intent: { settings } }) =>
      effectiveListenPorts(settings)
        .filter(({ port }) => more.some((permission) => isOpenOn(permission, port)))
        .map(({ port }) => unmet(key, `port ${port} lets in nobody else`, `listener/${port}`)),
    );
  });
}

/** What is asked for of a load balancer and its security groups. Most groups ask for nothing, and nothing is compared. */
const OF_BALANCER = [
  'wafv2-acl-arn',
  'wafv2-acl-name',
  'shield-advanced-protection',
  'security-groups',
  ...SOURCES,
] as const;

/**
 * Wishes for protection that AWS does not meet yet. A load balancer that replaces another one takes over when it is protected
 * (protection.ts), so its routes need not wait.
 */
export function unprotected(
  group: Group,
  wanted: WantedGroup,
  found: readonly Found[],
  matching: Matching,
): Unmet[] {
  const asked = wanted.unmet.filter(({ staysOpen }) => staysOpen);
  if (!OF_BALANCER.some((name) => saidBy(group.members, name).length > 0)) return asked;
  const balancers = found.filter((one) => one.kind === 'loadBalancer' && one.resourceTag !== '');
  const there = matching.matched.get(LOAD_BALANCER);
  const balancer = there?.kind === 'loadBalancer' ? there : undefined;
  if (balancers.some((one) => one !== balancer)) return asked;
  return [
    ...asked,
    ...withoutWebAcl(group, wanted, balancer),
    ...withoutShield(group, wanted, balancer),
    ...withoutGroups(group, wanted, balancer, matching),
    ...withoutSources(group, wanted, matching),
  ];
}
