// Mutual authentication of an HTTPS listener (aws-limits N14 to N17, L19, L20).
import type { MutualAuthenticationAttributes } from '@aws-sdk/client-elastic-load-balancing-v2';
import { held, trustStoreOf } from './find.ts';
import { invalid, refuse } from './refusal.ts';
import type { CallContext, ElbState } from './state.ts';

/**
 * The settings as they are kept, with the defaults of their mode, or undefined when none are given.
 * @throws AwsRefusal ValidationError, TrustStoreNotFound, TrustStoreNotReady, or InvalidConfigurationRequest in a Local
 * Zone or on an Outpost.
 */
export function checkMutualAuthentication(
  asked: MutualAuthenticationAttributes | undefined,
  listener: { protocol: string; loadBalancerArn: string },
  state: ElbState,
  context: CallContext,
): MutualAuthenticationAttributes | undefined {
  if (asked === undefined) return undefined;
  const mode = asked.Mode ?? 'off';
  if (listener.protocol !== 'HTTPS') invalid('Mutual Authentication cannot be set for non secure listeners'); // N14
  if (!['off', 'passthrough', 'verify'].includes(mode))
    invalid(`Mutual Authentication mode ${mode} not found`); // N14
  const { placement } = held(state.loadBalancers, listener.loadBalancerArn);
  if (mode !== 'off' && placement !== undefined)
    refuse(
      'InvalidConfigurationRequest',
      'Mutual authentication is not supported for load balancers in Local Zones or on Outposts',
    ); // L19, L20
  if (mode === 'verify') return verifying(asked, state, context);
  if (asked.TrustStoreArn) invalid(`Mutual Authentication mode ${mode} does not support a trust store arn`); // N15
  if (asked.IgnoreClientCertificateExpiry === true)
    invalid(`Mutual Authentication mode ${mode} does not support ignoring client certificate expiry`); // N16
  if (asked.AdvertiseTrustStoreCaNames === 'on')
    invalid(`Mutual Authentication mode ${mode} does not support advertise trust store ca names`); // N17
  return { Mode: mode };
}

/** aws-limits N15: the trust store is one of ours, in the same Region, and active. */
function verifying(
  asked: MutualAuthenticationAttributes,
  state: ElbState,
  context: CallContext,
): MutualAuthenticationAttributes {
  const arn = asked.TrustStoreArn;
  if (arn === undefined || arn === '')
    invalid('Mutual Authentication mode verify requires a trust store arn');
  const store = trustStoreOf(state, arn);
  if (context.now < store.activeAt)
    refuse('TrustStoreNotReady', `Trust store '${store.arn}' is not in an active state`);
  return {
    Mode: 'verify',
    TrustStoreArn: store.arn,
    IgnoreClientCertificateExpiry: asked.IgnoreClientCertificateExpiry ?? false,
    TrustStoreAssociationStatus: 'active',
    AdvertiseTrustStoreCaNames: asked.AdvertiseTrustStoreCaNames ?? 'off',
  };
}
