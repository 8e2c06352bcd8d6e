// What the members on a port say about its clients and headers: mutual authentication and listener attributes
// (spec annotations 6.3, 6.6; aws-model 3.9).

import type { MutualAuthenticationEntry } from '../../api/annotations/tls.ts';
import type { Attributes, MutualAuthentication } from '../../api/aws.ts';
import { annotationPath } from '../../api/finding.ts';
import { LISTENER_ATTRIBUTES } from '../../api/limits.ts';
import type { Problem } from '../../api/problem.ts';
import { asKept } from '../../api/spelling.ts';
import { agree, type Said, senior, unite } from '../merge.ts';
import { type Desiring, tell } from './desiring.ts';
import type { Facts } from './facts.ts';
import type { Port } from './ports.ts';

/** Attributes of one listener: per key; the class of the first member there has the last word. */
export function attributesOn(desiring: Desiring, { port, protocol, members }: Port): Attributes {
  const name = `${protocol}-${port}`;
  const ofClass = members[0]?.intent.first?.['listener-attributes']?.[name]?.value ?? {};
  const said = members.flatMap((member): Said<Attributes>[] => {
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
  { port, protocol, members }: Port,
  listener: string,
): MutualAuthentication | undefined {
  if (protocol === 'HTTP') return undefined;
  const said = members.flatMap((member): Said<MutualAuthentication>[] => {
    const setting = member.intent.settings['mutual-authentication'];
    const entry = setting?.value.findLast((one) => one.port === port);
    if (setting === undefined || entry === undefined) return [];
    const value = wantedBy(entry, desiring.facts);
    if (isUnfound(value)) tell(desiring, member.key, unfound(entry));
    return [{ member, name: 'mutual-authentication', setting: { ...setting, value } }];
  });
  const lacking = said.filter(({ setting }) => isUnfound(setting.value));
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

const isUnfound = ({ mode, trustStoreArn }: MutualAuthentication): boolean =>
  mode === 'verify' && trustStoreArn === undefined;

const unfound = ({ port, trustStore = '' }: MutualAuthenticationEntry): Problem => ({
  code: 'TrustStoreNotFound',
  severity: 'refuse',
  path: annotationPath('mutual-authentication'),
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
