// Whom the API server trusts: the authorities in the webhook configurations. Each entry of a configuration has a bundle of its own.
import type { MutatingWebhookConfiguration } from '../../api/kube.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { KINDS, type KubeKind } from '../../kube/kinds.ts';
import { applyObject, FIELD_MANAGERS } from '../../kube/objects.ts';
import type { KeyAndCertificate } from '../certificate.ts';
import { bundleOf, certificatesIn, issuerOf } from './material.ts';

/** As much of either kind as is read here. */
export type Configuration = Pick<MutatingWebhookConfiguration, 'metadata' | 'webhooks'>;

/** The two kinds, each with one object of ours. */
export const CONFIGURATION_KINDS: readonly KubeKind<Configuration>[] = [
  KINDS.webhookConfigurations,
  KINDS.mutatingConfigurations,
];

const bundlesOf = ({ webhooks = [] }: Configuration): string[] =>
  webhooks.map(({ clientConfig }) => Buffer.from(clientConfig?.caBundle ?? '', 'base64').toString('utf8'));

/** PEM of every certificate that any entry of them trusts, each once. Pure. */
export const trustedBy = (configurations: readonly Configuration[]): string[] => [
  ...new Set(configurations.flatMap(bundlesOf).flatMap(certificatesIn)),
];

/** Whether every entry of them trusts what is served. Where there is none, nobody asks. Pure. */
export const isTrusted = (pair: KeyAndCertificate, configurations: readonly Configuration[]): boolean =>
  configurations.flatMap(bundlesOf).every((pem) => issuerOf(pair, certificatesIn(pem)) !== undefined);

/** What has each entry trust exactly these; undefined when it does. Pure. */
export function trusting(
  configuration: Configuration,
  authorities: readonly string[],
): Configuration | undefined {
  const bundle = bundleOf(authorities);
  const { name, resourceVersion } = configuration.metadata;
  if (bundlesOf(configuration).every((pem) => pem === bundle)) return undefined;
  const caBundle = Buffer.from(bundle).toString('base64');
  return {
    // The version says for which entries this was decided: one that is taken away meanwhile is not brought back.
    metadata: { name, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    webhooks: (configuration.webhooks ?? []).map((webhook) => ({
      name: webhook.name,
      clientConfig: { caBundle },
    })),
  };
}

/** Writes the bundles and nothing else: everything else in the configuration belongs to whoever applied the manifest. */
export const writeTrust = (
  client: Pick<KubeClient, 'request'>,
  kind: KubeKind<Configuration>,
  change: Configuration,
): Promise<KubeOutcome> =>
  applyObject<Configuration>(client, kind, change, { fieldManager: FIELD_MANAGERS.webhookAuthority });
