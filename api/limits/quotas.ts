// Quotas: how much AWS lets one load balancer have (aws-limits 7), how it is counted, and what to do about it. What may work
// with a raised quota is never refused.

import type { Intent, Settings } from '../generated/binding.ts';
import { annotationPath } from '../problems/finding.ts';
import type { Problem } from '../problems/problem.ts';
import type { GroupMember } from '../routing/routes.ts';
import { VERIFY_MAX } from '../validate/checks/mutual.ts';
import { type Footprint, footprintOf } from './footprint.ts';
import { footprintWith } from './shares.ts';

/** Whether AWS raises a quota, in words for people. */
const raised = (code: string): string => `AWS raises it on request (Service Quotas, ${code})`;
const FIXED = 'AWS does not raise it';

export interface Quota {
  /** As AWS's page of quotas calls it. */
  readonly name: string;
  readonly most: number;
  /** Nothing works beyond: it is refused. */
  readonly isCertain?: true;
  readonly raise: string;
  count(footprint: Footprint): number;
  /** What is counted, behind the number. */
  what(footprint: Footprint): string;
  /** Field of a member that has a part in it; undefined where the member adds nothing. */
  field(mine: Intent): string | undefined;
  readonly advice: string;
}

const says = (name: keyof Settings) => (intent: Intent) =>
  intent.settings[name] === undefined ? undefined : annotationPath(name);
const rulesOf = (intent: Intent) =>
  intent.rules.length > 0 || intent.defaultBackend !== undefined ? 'spec.rules' : undefined;
const sourcesOf = (intent: Intent) =>
  says('inbound-cidrs')(intent) ?? says('security-group-prefix-lists')(intent);

const FEWER_SOURCES =
  'listen on fewer ports, put the networks together into wider ones, or name security groups of your own in security-groups';

/**
 * Quotas of one load balancer and of its security group. Those of single rules and actions are in the schemas and in
 * checks/rules.ts; targets are not known before there are endpoints, so AWS's answer tells (`TooManyTargets`).
 */
export const QUOTAS: readonly Quota[] = [
  {
    name: 'Listeners per Application Load Balancer',
    most: 50,
    raise: raised('L-B6DF7632'),
    count: ({ listeners }) => listeners,
    what: () => 'listeners',
    field: () => annotationPath('listen-ports'),
    advice: 'spread the ports over several groups (group.name)',
  },
  {
    name: 'Rules per Application Load Balancer',
    most: 100,
    raise: raised('L-7EED9B64'),
    count: ({ rules }) => rules,
    what: ({ listeners }) =>
      listeners > 1 ? 'rules, one for each path on each of its listeners,' : 'rules, one for each path,',
    field: rulesOf,
    advice:
      'spread the hosts over several Ingresses or groups (group.name), or take several hosts together in one rule (a wildcard, or a conditions annotation)',
  },
  {
    name: 'Certificates per Application Load Balancer',
    most: 25,
    raise: raised('L-9365A611'),
    count: ({ certificates }) => certificates,
    what: () => 'certificates beside the default ones of its listeners',
    field: says('certificate-arn'),
    advice:
      'use certificates for several hosts or with a wildcard, or spread the hosts over several groups (group.name)',
  },
  {
    name: 'Target groups per Application Load Balancer',
    most: 100,
    raise: FIXED,
    count: ({ targetGroups }) => targetGroups,
    what: () => 'target groups, one for each Service and port of each Ingress,',
    field: rulesOf,
    advice: 'spread the Ingresses over several groups (group.name)',
  },
  {
    name: 'Inbound rules per security group, IPv4',
    most: 60,
    raise: raised('L-0EA8095F'),
    count: ({ sources }) => sources.ipv4,
    what: ({ sources: { unsized } }) => `IPv4 rules, one for each network and port${unsizedWords(unsized)},`,
    field: sourcesOf,
    advice: `${FEWER_SOURCES}; a prefix list of your own counts as its maximum number of entries, so it saves none`,
  },
  {
    name: 'Inbound rules per security group, IPv6',
    most: 60,
    raise: raised('L-0EA8095F'),
    count: ({ sources }) => sources.ipv6,
    what: () => 'IPv6 rules, one for each network and port,',
    field: sourcesOf,
    advice: FEWER_SOURCES,
  },
  {
    name: 'Security groups per network interface',
    most: 5,
    raise: `${raised('L-2AFB9258')} to 16 at the most`,
    count: ({ securityGroups }) => securityGroups,
    what: () => 'security groups, the one included by which targets let it in where that is asked for,',
    field: says('security-groups'),
    advice: 'put their rules together into fewer security groups',
  },
  {
    name: 'Listeners with mutual TLS in mode verify per Application Load Balancer',
    most: VERIFY_MAX,
    isCertain: true,
    raise: FIXED,
    count: ({ verifying }) => verifying.length,
    what: ({ verifying }) => `listeners in mode verify (ports ${verifying.join(', ')})`,
    field: ({ settings }) =>
      settings['mutual-authentication']?.value.some(({ mode }) => mode === 'verify') === true
        ? annotationPath('mutual-authentication')
        : undefined,
    advice: 'use other modes on the others, or another group (group.name)',
  },
  {
    name: 'Reserved Application Load Balancer Capacity Units per load balancer',
    most: 15_000,
    raise: 'AWS raises it on request',
    count: ({ capacityUnits }) => capacityUnits,
    what: () => 'capacity units',
    field: says('minimum-load-balancer-capacity'),
    advice: 'reserve fewer',
  },
];

const unsizedWords = (lists: readonly string[]): string =>
  lists.length === 0
    ? ''
    : `, at the least: AWS counts a prefix list as its maximum number of entries, and that of ${lists.join(', ')} is not known here`;

function problemOf(quota: Quota, footprint: Footprint, path: string, isAlone: boolean): Problem {
  const whose = isAlone ? 'the Ingress has' : 'all members of the group together have';
  const [count, what] = [quota.count(footprint), quota.what(footprint)];
  return {
    code: quota.isCertain === true ? 'GroupConflict' : 'OutOfRange',
    severity: quota.isCertain === true ? 'refuse' : 'warn',
    path,
    value: String(count),
    because: `${whose} ${count} ${what} and the quota "${quota.name}" is ${quota.most}; ${quota.raise}, and otherwise refuses what is beyond: ${quota.advice}`,
  };
}

function exceeded(member: GroupMember, others: readonly GroupMember[], quotas: readonly Quota[]): Problem[] {
  const { intent } = member.spec;
  if (intent === undefined) return [];
  const { footprint, isAlone } = footprintWith(member, others);
  return quotas.flatMap((quota) => {
    const path = quota.count(footprint) > quota.most ? quota.field(intent) : undefined;
    return path === undefined ? [] : [problemOf(quota, footprint, path, isAlone)];
  });
}

const CERTAIN = QUOTAS.filter(({ isCertain }) => isCertain === true);
const RAISABLE = QUOTAS.filter(({ isCertain }) => isCertain !== true);

/** Warnings about what a member and the others of its group, which are in group order, exceed together. */
export const quotaProblems = (member: GroupMember, others: readonly GroupMember[]): Problem[] =>
  exceeded(member, others, RAISABLE);

/** What certainly works for nobody, which is refused; looked at only for who has a part in it. */
export const certainProblems = (member: GroupMember, others: readonly GroupMember[]): Problem[] =>
  CERTAIN.some(({ field }) => member.spec.intent !== undefined && field(member.spec.intent) !== undefined)
    ? exceeded(member, others, CERTAIN)
    : [];

/**
 * The same for a whole group, told once: to the member with which the count goes beyond, as members come in group order.
 */
export function quotasOfGroup(
  members: readonly GroupMember[],
): { readonly member: string; readonly problem: Problem }[] {
  const intents = members.flatMap(({ spec }) => spec.intent ?? []);
  const footprint = footprintOf(intents);
  return RAISABLE.flatMap((quota) => {
    if (quota.count(footprint) <= quota.most) return [];
    const over = firstBeyond(quota, members);
    const path = over?.spec.intent === undefined ? undefined : quota.field(over.spec.intent);
    if (over === undefined || path === undefined) return [];
    return [{ member: over.key, problem: problemOf(quota, footprint, path, intents.length === 1) }];
  });
}

/** Counts only grow with members, so the first one that is beyond is found by halves. */
function firstBeyond(quota: Quota, members: readonly GroupMember[]): GroupMember | undefined {
  let [low, high] = [1, members.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const intents = members.slice(0, middle).flatMap(({ spec }) => spec.intent ?? []);
    if (quota.count(footprintOf(intents)) > quota.most) high = middle;
    else low = middle + 1;
  }
  return members[low - 1];
}
