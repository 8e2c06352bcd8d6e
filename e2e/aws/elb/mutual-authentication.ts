// Mutual authentication of an HTTPS listener (aws-limits N14 to N17).
import type { MutualAuthenticationAttributes } from '@aws-sdk/client-elastic-load-balancing-v2';
import { invalid, refuse } from './refusal.ts';

/** The settings as they are kept, or undefined when none are given. */
export function checkMutualAuthentication(
  asked: MutualAuthenticationAttributes | undefined,
  protocol: string,
): MutualAuthenticationAttributes | undefined {
  if (asked === undefined) return undefined;
  const mode = asked.Mode ?? 'off';
  if (protocol !== 'HTTPS') invalid('Mutual authentication is only supported by HTTPS listeners'); // N14
  if (!['off', 'passthrough', 'verify'].includes(mode))
    invalid(`Mutual Authentication mode '${mode}' must be one of 'off, passthrough, verify'`); // N14
  if (mode === 'verify') {
    const store = asked.TrustStoreArn;
    if (store === undefined || store === '')
      invalid('Mutual Authentication mode verify requires a trust store arn'); // N15
    // Trust stores cannot be created here yet, so none exists.
    return refuse('TrustStoreNotFound', `Trust store '${store}' not found`);
  }
  if (asked.TrustStoreArn) invalid(`Mutual Authentication mode ${mode} does not support a trust store arn`); // N15
  if (asked.IgnoreClientCertificateExpiry === true)
    invalid(`Mutual Authentication mode ${mode} does not support ignoring client certificate expiry`); // N16
  if (asked.AdvertiseTrustStoreCaNames === 'on')
    invalid(`Mutual Authentication mode ${mode} does not support advertise trust store ca names`); // N17
  return { Mode: mode };
}
