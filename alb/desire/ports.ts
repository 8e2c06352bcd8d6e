// Ports: which listeners the members of a group ask for, and what they agree on for each (spec annotations 6.1, 6.4; aws-model 7.2).

import type { Setting } from '../../api/annotation.ts';
import { effectiveListenPorts } from '../../api/annotations/listener.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { type Problem, refusal } from '../../api/problems/problem.ts';
import { descriptorOf } from '../../api/registry.ts';
import type { Member, Told } from '../group.ts';
import { mergeSaid, saidBy } from '../group.ts';
import { conflict, type MemberSetting, senior } from '../merge.ts';
import { type Desiring, tell } from './desiring.ts';
import type { Looked } from './facts.ts';

export interface DesiredPort {
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** Members that listen here, in group order. */
  readonly members: readonly Member[];
}

interface PortClaim {
  readonly member: Member;
  readonly protocol: 'HTTP' | 'HTTPS';
}

const asSaid = (claim: PortClaim, port: number): MemberSetting<unknown> => ({
  member: claim.member,
  name: 'listen-ports',
  setting: { value: `${claim.protocol}:${port}`, from: 'Ingress' },
});

/** Who gets a port that is asked for with both protocols: the earlier-created member; the others do not listen there. */
function settle(port: number, claims: readonly PortClaim[], told: Told[]): DesiredPort {
  const [first] = senior(claims);
  const protocol = first?.protocol ?? 'HTTP';
  for (const claim of claims) {
    if (first !== undefined && claim.protocol !== protocol)
      told.push(...conflict(asSaid(first, port), asSaid(claim, port), String(port)));
  }
  const members = claims.filter((claim) => claim.protocol === protocol).map(({ member }) => member);
  return { port, protocol, members };
}

/** The listeners of a group, by port. */
export function portsOfGroup(members: readonly Member[], told: Told[]): DesiredPort[] {
  const claims = new Map<number, PortClaim[]>();
  for (const member of members) {
    for (const { port, protocol } of effectiveListenPorts(member.intent.settings)) {
      claims.set(port, [...(claims.get(port) ?? []), { member, protocol }]);
    }
  }
  return [...claims].sort(([a], [b]) => a - b).map(([port, of]) => settle(port, of, told));
}

/** What the members on one port say together about one annotation, as its descriptor merges it. */
export function onPort(desiring: Desiring, port: DesiredPort, name: string): Setting<unknown> | undefined {
  const known = descriptorOf(name);
  return known === undefined ? undefined : mergeSaid(known.descriptor, port.members, desiring.problems);
}

/** Hosts of a member, for finding certificates (aws-model 7.1). */
export function hostsOf({ intent }: Member): string[] {
  const hosts = intent.rules.flatMap(({ host }) => (host === undefined || host === '' ? [] : [host]));
  return [...new Set([...hosts, ...(intent.tlsHosts ?? [])])].sort();
}

/** Why a member has no certificate for a port although it looks for some; without a problem it names none and has no host. */
interface Lacking {
  readonly member: Member;
  readonly problem?: Problem;
}

/** The certificates of a port. The first is the default: the first of the first member that has any. */
export type Certificates =
  /** Plain HTTP has none. */
  | { readonly kind: 'plain'; readonly all: readonly [] }
  | { readonly kind: 'complete'; readonly all: readonly string[] }
  /** Some members have none now: what is there must not be taken away. */
  | { readonly kind: 'partial'; readonly all: readonly string[]; readonly lacking: readonly Lacking[] }
  /** Nobody has one: what is there must not be taken away. */
  | { readonly kind: 'bare'; readonly all: readonly []; readonly lacking: readonly Lacking[] };

/** Certificates of one member, or why there are none although it looks for some. */
function certificatesOf({ facts }: Pick<Desiring, 'facts'>, member: Member): Looked<readonly string[]> {
  const named = saidBy([member], 'certificate-arn').flatMap(({ setting }) => setting.value as string[]);
  return named.length > 0 ? { value: named } : (facts.certificatesFor(member.key) ?? { value: [] });
}

/** What the members on a port have. */
export function certificatesOn(desiring: Pick<Desiring, 'facts'>, port: DesiredPort): Certificates {
  if (port.protocol === 'HTTP') return { kind: 'plain', all: [] };
  const each = port.members.map((member) => ({ member, own: certificatesOf(desiring, member) }));
  const all = [...new Set(each.flatMap(({ own }) => ('value' in own ? own.value : [])))];
  const lacks = ({ member, own: { problem } }: (typeof each)[number]): Lacking =>
    problem === undefined ? { member } : { member, problem };
  if (all.length === 0) return { kind: 'bare', all: [], lacking: each.map(lacks) };
  const lacking = each.filter(({ own }) => !('value' in own)).map(lacks);
  return lacking.length === 0 ? { kind: 'complete', all } : { kind: 'partial', all, lacking };
}

/** Whether the group was told last that it has this HTTPS port. */
export const isOpen = ({ port, members }: Pick<DesiredPort, 'port' | 'members'>): boolean =>
  members.some(({ binding }) =>
    binding.status?.listeners?.some((one) => one.port === port && one.protocol === 'HTTPS'),
  );

/** Whether requests can be sent to an HTTPS port: it has a certificate, or has been opened with one. */
export const isSecured = (desiring: Pick<Desiring, 'facts'>, port: DesiredPort): boolean =>
  port.protocol === 'HTTPS' && (isOpen(port) || certificatesOn(desiring, port).kind !== 'bare');

/** What becomes of requests while an HTTPS port has no certificate. */
function meanwhile(port: DesiredPort, { intent: { settings } }: Member): string {
  if (isOpen(port)) return 'it keeps what it has';
  const plain = effectiveListenPorts(settings).filter(({ protocol }) => protocol === 'HTTP');
  const names = `port${plain.length === 1 ? '' : 's'} ${plain.map((one) => one.port).join(' and ')}`;
  if (plain.length === 0) return 'the port is not opened, and nothing is served there until it has one';
  return settings['ssl-redirect']?.value === port.port
    ? `${names} redirect${plain.length === 1 ? 's' : ''} there, and nothing is served until there is one`
    : `the port is not opened; plain HTTP is served on ${names}`;
}

/** Tells a member why an HTTPS port has no certificate at all. */
function tellBare(desiring: Desiring, port: DesiredPort, { member, problem }: Lacking): void {
  if (problem !== undefined && problem.code !== 'CertificateNotFound') tell(desiring, member.key, problem);
  const why = problem?.because ?? 'none is named, and the Ingress has no host name to find one by';
  const because = `HTTPS port ${port.port} has no certificate: ${why}; ${meanwhile(port, member)}; let ACM issue one for the hosts, or name one with certificate-arn`;
  const about = { value: `HTTPS:${port.port}`, because };
  tell(desiring, member.key, refusal('CertificateNotFound', annotationPath('certificate-arn'), about));
}

/** Tells the members of a port who have no certificate. */
export function tellLacking(desiring: Desiring, port: DesiredPort, certificates: Certificates): void {
  if (certificates.kind !== 'bare' && certificates.kind !== 'partial') return;
  for (const one of certificates.lacking) {
    if (certificates.kind === 'bare') tellBare(desiring, port, one);
    else if (one.problem !== undefined) tell(desiring, one.member.key, one.problem);
  }
}
