// Lost: members whose wish for protection gave way to what an earlier member of the group says. What holds then protects their
// routes less than they ask for, so these are closed, until the members agree. Pure.

import { defined } from '../../api/defined.ts';
import type { Settings } from '../../api/generated/binding.ts';
import { contradicts, webAclWord } from '../../api/ingress/web-acl.ts';
import { containsNetwork } from '../../api/validate/cidr.ts';
import type { Member } from '../group.ts';
import { lostMutual } from './clients.ts';
import type { Desiring, Unmet } from './desiring.ts';
import { type DesiredPort, onPort } from './ports.ts';

/** Whether what holds protects at least as much as what a member asks for. */
type Covers<T> = (holds: T, asked: T) => boolean;

type ProtectingAnnotation = (typeof OF_GROUP)[number] | (typeof OF_PORT)[number];
type ValueOf<N extends ProtectingAnnotation> = NonNullable<Settings[N]>['value'];

const within: Covers<readonly string[]> = (holds, asked) => holds.every((one) => asked.includes(one));

/** The lowest version of TLS 1.x that a security policy takes, by its name; undefined for a name that says none (ALB User Guide: Security policies). */
function lowestTls(policy: string): number | undefined {
  const said = /-1-([0-3])-/.exec(policy)?.[1];
  if (said !== undefined) return Number(said);
  return /^ELBSecurityPolicy-(FS-)?20[0-9]{2}-[0-9]{2}$/.test(policy) ? 0 : undefined;
}

/** Whether clients with TLS as old as `asked` forbids are kept out by `holds`, too. */
export const coversPolicy: Covers<string> = (holds, asked) =>
  asked === '' ||
  holds === asked ||
  (lowestTls(holds) ?? 0) >= (lowestTls(asked) ?? Number.POSITIVE_INFINITY);

const COVERS: { readonly [N in ProtectingAnnotation]: Covers<ValueOf<N>> } = {
  scheme: (holds, asked) => holds === asked || asked === 'internet-facing',
  'security-groups': (holds, asked) => asked.length === 0 || within(holds, asked),
  'inbound-cidrs': (holds, asked) =>
    asked.length === 0 || holds.every((one) => asked.some((other) => containsNetwork(other, one))),
  'security-group-prefix-lists': (holds, asked) => asked.length === 0 || within(holds, asked),
  'ssl-policy': coversPolicy,
  'shield-advanced-protection': (holds, asked) => holds || !asked,
};

const OF_GROUP = ['scheme', 'security-groups', 'shield-advanced-protection'] as const;
const OF_PORT = ['inbound-cidrs', 'security-group-prefix-lists', 'ssl-policy'] as const;

function uncovered<N extends ProtectingAnnotation>(
  name: N,
  holds: ValueOf<N> | undefined,
  { intent }: Member,
): boolean {
  const asked = intent.settings[name]?.value as ValueOf<N> | undefined;
  if (asked === undefined || holds === undefined || holds === asked) return false;
  return !COVERS[name](holds, asked);
}

const lost = ({ key: member }: Member, name: string, listener?: string): Unmet =>
  defined({ member, listener, staysOpen: false, until: `the members of the group agree about ${name}` });

/** Sources of the managed security group mean nothing where groups are named (spec annotations 7.4). */
const isRead = ({ group }: Desiring, { protocol }: DesiredPort, name: (typeof OF_PORT)[number]): boolean =>
  name === 'ssl-policy'
    ? protocol === 'HTTPS'
    : (group.settings['security-groups']?.value ?? []).length === 0;

function lostWebAcl({ group: { members, webAcl } }: Desiring): Unmet[] {
  const words = members.flatMap(({ intent }) => webAclWord(intent.settings) ?? []);
  const held = words.find(({ by, value }) => by === webAcl?.by && value === webAcl.value);
  if (held === undefined) return [];
  return members.flatMap((member) => {
    const mine = webAclWord(member.intent.settings);
    const refused = mine !== undefined && mine.value !== 'none' && contradicts(mine, held, words);
    return refused ? [lost(member, mine.by)] : [];
  });
}

/** Wishes of members for protection that are not met because an earlier one says something else. */
export function lostIn(desiring: Desiring, ports: readonly DesiredPort[]): Unmet[] {
  const { members, settings } = desiring.group;
  const ofGroup = OF_GROUP.flatMap((name) =>
    members.flatMap((one) => (uncovered(name, settings[name]?.value, one) ? [lost(one, name)] : [])),
  );
  const ofPorts = ports.flatMap((port) => {
    const listener = `listener/${port.port}`;
    const named = OF_PORT.filter((name) => isRead(desiring, port, name)).flatMap((name) => {
      if (!port.members.some(({ intent }) => intent.settings[name] !== undefined)) return [];
      const holds = onPort({ ...desiring, problems: [] }, port, name)?.value as
        | ValueOf<typeof name>
        | undefined;
      return port.members.flatMap((one) => (uncovered(name, holds, one) ? [lost(one, name, listener)] : []));
    });
    return [
      ...named,
      ...lostMutual(desiring, port).map((one) => lost(one, 'mutual-authentication', listener)),
    ];
  });
  return [...ofGroup, ...lostWebAcl(desiring), ...ofPorts];
}
