// Ports: which listeners the members of a group ask for, and what they agree on for each (spec annotations 6.1, 6.4; aws-model 7.2).

import type { Setting } from '../../api/annotation.ts';
import { effectiveListenPorts } from '../../api/annotations/listener.ts';
import { annotationPath } from '../../api/finding.ts';
import { REGISTRY } from '../../api/registry.ts';
import type { Member, Told } from '../group.ts';
import { mergeSaid, saidBy } from '../group.ts';
import { conflict, type Said, senior } from '../merge.ts';
import { type Desiring, tell } from './desiring.ts';
import type { Looked } from './facts.ts';

export interface Port {
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** Members that listen here, in group order. */
  readonly members: readonly Member[];
}

interface Claim {
  readonly member: Member;
  readonly protocol: 'HTTP' | 'HTTPS';
}

const asSaid = (claim: Claim, port: number): Said<unknown> => ({
  member: claim.member,
  name: 'listen-ports',
  setting: { value: `${claim.protocol}:${port}`, from: 'Ingress' },
});

/** Who gets a port that is asked for with both protocols: the earlier-created member; the others do not listen there. */
function settle(port: number, claims: readonly Claim[], told: Told[]): Port {
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
export function portsOfGroup(members: readonly Member[], told: Told[]): Port[] {
  const claims = new Map<number, Claim[]>();
  for (const member of members) {
    for (const { port, protocol } of effectiveListenPorts(member.intent.settings)) {
      claims.set(port, [...(claims.get(port) ?? []), { member, protocol }]);
    }
  }
  return [...claims].sort(([a], [b]) => a - b).map(([port, of]) => settle(port, of, told));
}

/** What the members on one port say together about one annotation, as its descriptor merges it. */
export function onPort(desiring: Desiring, port: Port, name: string): Setting<unknown> | undefined {
  const descriptor = REGISTRY.find((one) => one.name === name);
  return descriptor === undefined ? undefined : mergeSaid(descriptor, port.members, desiring.problems);
}

/** Hosts of a member, for finding certificates (aws-model 7.1). */
export function hostsOf({ intent }: Member): string[] {
  const hosts = intent.rules.flatMap(({ host }) => (host === undefined || host === '' ? [] : [host]));
  return [...new Set([...hosts, ...(intent.tlsHosts ?? [])])].sort();
}

/** Certificates of one member, or why there are none although it looks for some. */
function certificatesOf(desiring: Desiring, member: Member): Looked<readonly string[]> {
  const named = saidBy([member], 'certificate-arn').flatMap(({ setting }) => setting.value as string[]);
  if (named.length > 0) return { value: named };
  return desiring.facts.certificatesFor(member.key) ?? { value: [] };
}

/** Whether the group was told last that it has this HTTPS port. */
export const isOpen = ({ port, members }: Pick<Port, 'port' | 'members'>): boolean =>
  members.some(({ binding }) =>
    binding.status?.listeners?.some((one) => one.port === port && one.protocol === 'HTTPS'),
  );

/** Whether requests can be sent to an HTTPS port: it has a certificate, or has been opened with one. */
export const isSecured = (desiring: Desiring, port: Port): boolean =>
  port.protocol === 'HTTPS' && (isOpen(port) || certificatesOn(desiring, port).all.length > 0);

export interface Certificates {
  /** The first is the default: the first of the first member that has any. */
  readonly all: string[];
  /** Nobody has one, or a member has none now: what is there must not be taken away. */
  readonly lacking: boolean;
}

/** What becomes of requests while an HTTPS port has no certificate. */
function meanwhile(port: Port, { intent: { settings } }: Member): string {
  if (isOpen(port)) return 'it keeps what it has';
  const plain = effectiveListenPorts(settings).filter(({ protocol }) => protocol === 'HTTP');
  const names = `port${plain.length === 1 ? '' : 's'} ${plain.map((one) => one.port).join(' and ')}`;
  if (plain.length === 0) return 'the port is not opened, and nothing is served there until it has one';
  return settings['ssl-redirect']?.value === port.port
    ? `${names} redirect${plain.length === 1 ? 's' : ''} there, and nothing is served until there is one`
    : `the port is not opened; plain HTTP is served on ${names}`;
}

/** Tells a member why an HTTPS port has no certificate at all. */
function tellBare(desiring: Desiring, port: Port, member: Member, own: Looked<readonly string[]>): void {
  const found = 'value' in own ? undefined : own.problem;
  if (found !== undefined && found.code !== 'CertificateNotFound') tell(desiring, member.key, found);
  const why = found?.because ?? 'none is named, and the Ingress has no host name to find one by';
  tell(desiring, member.key, {
    code: 'CertificateNotFound',
    severity: 'refuse',
    path: annotationPath('certificate-arn'),
    value: `HTTPS:${port.port}`,
    because: `HTTPS port ${port.port} has no certificate: ${why}; ${meanwhile(port, member)}; let ACM issue one for the hosts, or name one with certificate-arn`,
  });
}

/** Certificates of an HTTPS port. */
export function certificatesOn(desiring: Desiring, port: Port): Certificates {
  if (port.protocol === 'HTTP') return { all: [], lacking: false };
  const each = port.members.map((member) => ({ member, own: certificatesOf(desiring, member) }));
  const certificates = new Set(each.flatMap(({ own }) => ('value' in own ? own.value : [])));
  for (const { member, own } of each) {
    if (certificates.size === 0) tellBare(desiring, port, member, own);
    else if (own.problem !== undefined) tell(desiring, member.key, own.problem);
  }
  const lacking = certificates.size === 0 || each.some(({ own }) => !('value' in own));
  return { all: [...certificates], lacking };
}
