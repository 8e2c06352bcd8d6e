// Mutual authentication of a listener: to and from the wire (aws-model 3.9).
import type { MutualAuthenticationAttributes } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { MutualAuthentication } from '../../../api/aws.ts';

export function mutualToAws(wanted: MutualAuthentication): MutualAuthenticationAttributes {
  if (wanted.mode !== 'verify') return { Mode: wanted.mode };
  return {
    Mode: wanted.mode,
    ...(wanted.trustStoreArn === undefined ? {} : { TrustStoreArn: wanted.trustStoreArn }),
    IgnoreClientCertificateExpiry: wanted.ignoreExpiry ?? false,
    AdvertiseTrustStoreCaNames: wanted.advertiseCaNames ?? 'off',
  };
}

/** What AWS does not say, and an empty trust store, are as if absent. */
export function mutualFromAws(wire: MutualAuthenticationAttributes): MutualAuthentication {
  if (wire.Mode !== 'verify') return { mode: wire.Mode === 'passthrough' ? 'passthrough' : 'off' };
  return {
    mode: 'verify',
    ...(wire.TrustStoreArn ? { trustStoreArn: wire.TrustStoreArn } : {}),
    ignoreExpiry: wire.IgnoreClientCertificateExpiry ?? false,
    advertiseCaNames: wire.AdvertiseTrustStoreCaNames === 'on' ? 'on' : 'off',
  };
}
