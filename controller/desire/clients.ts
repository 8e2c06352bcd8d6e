// What the members on a port say about its clients and headers: mutual authentication and listener attributes
// (spec annotations 6.3, 6.6; aws-model 3.9).
import { PREFIX } from '../../api/annotation.ts';
import type { MutualAuthenticationEntry } from '../../api/annotations/tls.ts';
import type { Attributes, MutualAuthentication } from '../../api/aws.ts';
import { LISTENER_ATTRIBUTES } from '../../api/limits.ts';
import { asKept } from '../../api/spelling.ts';
import { agree, type Said, unite } from '../merge.ts';
import { type Desiring, tell } from './desiring.ts';
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

/** How clients show a certificate on one port; undefined when nobody says it, or names a trust store that is not known here. */
export function mutualOn(
  desiring: Desiring,
  { port, protocol, members }: Port,
): MutualAuthentication | undefined {
  if (protocol === 'HTTP') return undefined;
  const said = members.flatMap((member): Said<MutualAuthentication>[] => {
    const setting = member.intent.settings['mutual-authentication'];
    const entry = setting?.value.findLast((one) => one.port === port);
    if (setting === undefined || entry === undefined) return [];
    if (entry.mode === 'verify' && entry.trustStore?.startsWith('arn:') !== true) {
      tell(desiring, member.key, {
        code: 'NotYetApplied',
        severity: 'warn',
        path: `metadata.annotations[${PREFIX}mutual-authentication]`,
        value: entry.trustStore ?? '',
        because: `trust stores are not looked up by name in this version, so port ${port} stays as it is: name it by ARN`,
      });
      return [];
    }
    return [{ member, name: 'mutual-authentication', setting: { ...setting, value: wantedBy(entry) } }];
  });
  const agreed = agree(said, desiring.problems)?.value;
  if (agreed !== undefined || !desiring.facts.cluster.gates.EnhancedDefaultBehavior) return agreed;
  return { mode: 'off' };
}

function wantedBy(entry: MutualAuthenticationEntry): MutualAuthentication {
  if (entry.mode !== 'verify') return { mode: entry.mode };
  return {
    mode: entry.mode,
    ...(entry.trustStore === undefined ? {} : { trustStoreArn: entry.trustStore }),
    ignoreExpiry: entry.ignoreClientCertificateExpiry ?? false,
    advertiseCaNames: entry.advertiseTrustStoreCaNames ?? 'off',
  };
}
