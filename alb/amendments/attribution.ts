// Blame: whose word a refused part is, and how it is told to them. Pure.
import { annotationPath } from '../../api/finding.ts';
import type { Problem } from '../../api/problem.ts';
import { PROTECTING } from '../../api/registry.ts';
import type { Wanted } from '../desire/desiring.ts';
import { answerOf } from '../failures/failure.ts';
import type { Group, Member, Told } from '../group.ts';
import { settingOf } from '../merge.ts';
import type { Part, Refusal } from './parts.ts';

/** Annotations that end in a field of something that members share. */
const SAID_BY: Readonly<Record<string, readonly string[]>> = {
  'loadBalancer.attributes': ['load-balancer-attributes'],
  'loadBalancer.subnets': ['subnets'],
  'loadBalancer.securityGroups': ['security-groups'],
  'loadBalancer.ipAddressType': ['ip-address-type'],
  'loadBalancer.capacityUnits': ['minimum-load-balancer-capacity'],
  'loadBalancer.customerOwnedPool': ['customer-owned-ipv4-pool'],
  'loadBalancer.ipamPool': ['ipam-ipv4-pool-id'],
  'loadBalancer.webAcl': ['wafv2-acl-arn', 'wafv2-acl-name'],
  'loadBalancer.shield': ['shield-advanced-protection'],
  'listener.certificates': ['certificate-arn'],
  'listener.sslPolicy': ['ssl-policy'],
  'listener.mutualAuthentication': ['mutual-authentication'],
  'listener.attributes': ['listener-attributes'],
  'securityGroup.ingress': ['inbound-cidrs', 'security-group-prefix-lists'],
};

const namesOf = ({ kind, field }: Part): readonly string[] =>
  field === 'tags' ? ['tags'] : (SAID_BY[`${kind}.${field}`] ?? []);

/** Whether a value, somewhere inside, is or has the refused one; entries of maps count with their key. */
function says(value: unknown, { entry, value: refused }: Part): boolean {
  if (entry === undefined) return true;
  if (Array.isArray(value)) return value.some((item) => item === refused || entry.includes(String(item)));
  if (typeof value !== 'object' || value === null) return value === refused;
  return Object.entries(value).some(
    ([key, inner]) =>
      (key === entry && inner === refused) ||
      (typeof inner === 'object' && inner !== null && says(inner, { entry, value: refused } as Part)),
  );
}

/** The annotation by which a member says it. */
function saidWith(member: Member, part: Part): string | undefined {
  return namesOf(part).find((name) => {
    const { settings, first = {} } = member.intent;
    const setting: unknown = settingOf(settings, name) ?? settingOf(first, name);
    if (typeof setting !== 'object' || setting === null) return false;
    return says('value' in setting ? setting.value : setting, part);
  });
}

/** `namespace/name` of those who want the part, each with the place where it is said; everybody when nobody does. */
function saying(part: Part, group: Group, wanted: Pick<Wanted, 'origins' | 'backends'>): Map<string, string> {
  const own = [
    ...wanted.origins.filter(
      ({ id }) => id === part.id && (part.kind === 'rule' || part.field === 'defaultActions'),
    ),
    ...wanted.backends.filter(({ id }) => id === part.id),
  ];
  const path = part.field === 'defaultActions' ? 'spec.defaultBackend' : 'spec.rules';
  if (own.length > 0) return new Map(own.map(({ member }) => [member, path]));
  const said = group.members.flatMap((member) => {
    const name = saidWith(member, part);
    return name === undefined ? [] : [[member.key, annotationPath(name)] as const];
  });
  if (said.length > 0) return new Map(said);
  return new Map(group.members.map(({ key }) => [key, 'spec']));
}

const shown = ({ entry, value }: Part): string | undefined => {
  if (entry !== undefined && typeof value === 'string' && value !== entry) return `${entry}=${value}`;
  return entry ?? (typeof value === 'string' ? value : undefined);
};

/** What protects is never left out of what is new: routes that ask for it answer 503 (closing.ts). */
const meanwhile = ({ kind, field }: Part): string =>
  (SAID_BY[`${kind}.${field}`] ?? []).some((name) => PROTECTING.some((one) => one === name)) &&
  field !== 'certificates' &&
  field !== 'ingress'
    ? 'what is served goes on as it is, new routes of those who ask for it answer 503'
    : 'the rest is served without it';

function problemOf({ part, failure }: Refusal, path: string): Problem {
  const value = shown(part);
  return {
    code: 'AwsRefused',
    severity: 'refuse',
    path,
    ...(value === undefined ? {} : { value }),
    because: `${answerOf(failure)}; ${meanwhile(part)}, and AWS is asked again from time to time`,
  };
}

/** The refusals as problems of those who asked for what was refused. */
export function toldOf(
  refusals: readonly Refusal[],
  group: Group,
  wanted: Pick<Wanted, 'origins' | 'backends'>,
): Told[] {
  return refusals.flatMap((refusal) =>
    [...saying(refusal.part, group, wanted)].map(
      ([member, path]): Told => ({ member, problem: problemOf(refusal, path) }),
    ),
  );
}

/** A refusal told to members that lose something for it, whoever wanted most. */
export const toldTo = (refusal: Refusal, members: readonly string[]): Told[] =>
  members.map((member) => ({ member, problem: problemOf(refusal, 'spec.rules') }));
