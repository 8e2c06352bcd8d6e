// Ports: which listeners the members of a group ask for, and what they agree on for each (spec annotations 6.1, 6.4; aws-model 7.2).

import type { Setting } from '../../api/annotation.ts';
import { effectiveListenPorts } from '../../api/annotations/listener.ts';
import { annotationPath } from '../../api/finding.ts';
import { REGISTRY } from '../../api/registry.ts';
import type { Member, Told } from '../group.ts';
import { mergeSaid, saidBy } from '../group.ts';
import { conflict, type Said, senior } from '../merge.ts';
import { type Desiring, tell } from './desiring.ts';

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

/** Certificates of one member; undefined when it looks for some and there are none. */
function certificatesOf(desiring: Desiring, member: Member): readonly string[] | undefined {
  const named = saidBy([member], 'certificate-arn').flatMap(({ setting }) => setting.value as string[]);
  if (named.length > 0) return named;
  const found = desiring.facts.certificatesFor(member.key);
  if (found === undefined) return [];
  if ('value' in found) return found.value;
  tell(desiring, member.key, found.problem);
  return undefined;
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

/** Certificates of an HTTPS port. */
export function certificatesOn(desiring: Desiring, port: Port): Certificates {
  if (port.protocol === 'HTTP') return { all: [], lacking: false };
  const each = port.members.map((member) => certificatesOf(desiring, member));
  const certificates = new Set(each.flatMap((one) => one ?? []));
  if (certificates.size === 0) {
    for (const member of port.members) {
      tell(desiring, member.key, {
        code: 'CertificateNotFound',
        severity: 'refuse',
        path: annotationPath('certificate-arn'),
        value: `HTTPS:${port.port}`,
        because: `HTTPS port ${port.port} has no certificate: none is named and ACM has none for its hosts; ${isOpen(port) ? 'it keeps what it has' : 'the port is not opened'}`,
      });
    }
  }
  return { all: [...certificates], lacking: certificates.size === 0 || each.includes(undefined) };
}
