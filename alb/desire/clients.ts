// What the members on a port say about its clients and headers: mutual authentication and listener attributes
// (spec annotations 6.3, 6.6; aws-model 3.9).

import type { MutualAuthenticationEntry } from '../../api/annotations/tls.ts';
import type { Attributes, MutualAuthentication } from '../../api/aws.ts';
import { LISTENER_ATTRIBUTES } from '../../api/limits/limits.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { type Problem, refusal } from '../../api/problems/problem.ts';
import { asKept } from '../../api/validate/spelling.ts';
import type { Member } from '../group.ts';
import { agree, type MemberSetting, senior, unite } from '../merge.ts';
import { type Desiring, tell } from './desiring.ts';
import type { Facts } from './facts.ts';
import type { DesiredPort } from './ports.ts';

/** Attributes of one listener: per key; the class of the first member there has the last word. */
export function attributesOn(desiring: Desiring, { port, protocol, members }: DesiredPort): Attributes {
  const name = `${protocol}-${port}`;
  const ofClass = members[0]?.intent.first?.['listener-attributes']?.[name]?.value ?? {};
  const said = members.flatMap((member): MemberSetting<Attributes>[] => {
    const setting = member.intent.settings['listener-attributes']?.[name];
    if (setting === undefined) return [];
    const open = Object.entries(setting.value).filter(([key]) => !Object.hasOwn(ofClass, key));
    const value = Object.fromEntries(open);
    return [{ member, name: `listener-attributes.${name}`, setting: { ...setting, value } }];
  });
  return asKept({ ...unite(said, desiring.problems)?.value, ...ofClass }, LISTENER_ATTRIBUTES);
}

/**
 * How clients show a certificate on one port, as the members who name no unknown trust store agree; undefined when none says
 * it. What becomes of the others depends on what there is (unverified.ts).
 */
export function mutualOn(
  desiring: Desiring,
  port: DesiredPort,
  listener: string,
): MutualAuthentication | undefined {
  if (port.protocol === 'HTTP') return undefined;
  const said = saidOn(desiring, port);
  const lacking = said.filter(({ setting }) => isUnfound(setting.value));
  for (const { member, entry } of lacking) tell(desiring, member.key, unfound(entry));
  if (lacking.length > 0) {
    const [first] = senior(said);
    const leads = lacking.some((one) => one === first);
    desiring.unfound.push({ listener, members: lacking.map(({ member }) => member.key), leads });
  }
  const known = said.filter((one) => !lacking.includes(one));
  const agreed = agree(known, desiring.problems)?.value;
  const off = lacking.length === 0 && desiring.facts.cluster.gates.EnhancedDefaultBehavior;
  return agreed ?? (off ? { mode: 'off' } : undefined);
}

interface SaidMutual extends MemberSetting<MutualAuthentication> {
  readonly entry: MutualAuthenticationEntry;
}

/** What the members on a port say about the certificates of clients there. */
const saidOn = ({ facts }: Desiring, { port, members }: DesiredPort): SaidMutual[] =>
  members.flatMap((member): SaidMutual[] => {
    const setting = member.intent.settings['mutual-authentication'];
    const entry = setting?.value.findLast((one) => one.port === port);
    if (setting === undefined || entry === undefined) return [];
    const wanted = { ...setting, value: wantedBy(entry, facts) };
    return [{ member, entry, name: 'mutual-authentication', setting: wanted }];
  });

/** Members whose wish gave way to one that lets clients in whom theirs would not. */
export function lostMutual(desiring: Desiring, port: DesiredPort): Member[] {
  if (port.protocol === 'HTTP') return [];
  const said = saidOn(desiring, port).filter(({ setting }) => !isUnfound(setting.value));
  const holds = agree(said, [])?.value;
  return said.flatMap(({ member, setting }) =>
    holds === undefined || coversMutual(holds, setting.value) ? [] : [member],
  );
}

/** Whether clients are seen as closely as it is asked for. With passthrough it is the target that looks at them. */
export function coversMutual(holds: MutualAuthentication, asked: MutualAuthentication): boolean {
  if (asked.mode === 'off') return true;
  if (asked.mode === 'passthrough') return holds.mode !== 'off';
  return (
    holds.mode === 'verify' &&
    holds.trustStoreArn === asked.trustStoreArn &&
    (asked.ignoreExpiry === true || holds.ignoreExpiry !== true)
  );
}

const isUnfound = ({ mode, trustStoreArn }: MutualAuthentication): boolean =>
  mode === 'verify' && trustStoreArn === undefined;

const unfound = ({ port, trustStore = '' }: MutualAuthenticationEntry): Problem =>
  refusal('TrustStoreNotFound', annotationPath('mutual-authentication'), {
    value: trustStore,
    because: `AWS has no trust store of this name in the account and region; what is served on port ${port} stays as it is, and what is new there answers 503, since clients would pass unverified`,
  });

function wantedBy(entry: MutualAuthenticationEntry, facts: Facts): MutualAuthentication {
  const { mode, trustStore = '' } = entry;
  if (mode !== 'verify') return { mode };
  const arn = trustStore.startsWith('arn:') ? trustStore : facts.trustStoreNamed(trustStore);
  return {
    mode,
    ...(arn === undefined ? {} : { trustStoreArn: arn }),
    ignoreExpiry: entry.ignoreClientCertificateExpiry ?? false,
    advertiseCaNames: entry.advertiseTrustStoreCaNames ?? 'off',
  };
}
