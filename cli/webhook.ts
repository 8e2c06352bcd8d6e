// `albatross webhook`: flags to options, nothing else.
import { Command } from 'commander';
import { meet } from '../api/problems/unmet-need.ts';
import { kubeClient } from '../kube/client.ts';
import { type KubeConfig, kubeConfigOf, ownNamespace } from '../kube/config.ts';
import {
  type CertificateFiles,
  type CertificateSource,
  fromFiles,
  type KeyAndCertificate,
  readCertificate,
} from '../webhook/certificate.ts';
import { runWebhook, type WebhookOptions } from '../webhook/main.ts';
import { RIGHTS, rightsToCertificate, usefulRights, usefulRightsToCertificate } from '../webhook/rights.ts';
import { CertificateKeeper } from '../webhook/self-managed/keeper.ts';
import { apiServer } from './apiserver.ts';
import { heard, processCommand } from './flags/parse.ts';
import type { LogLevel } from './flags/upkeep.ts';
import type { SecretName } from './flags/values.ts';
import { createLog } from './log.ts';
import { type Life, live } from './process.ts';

interface CertificateFlags {
  readonly tlsCertFile?: string;
  readonly tlsPrivateKeyFile?: string;
  readonly selfManagedCertificate?: readonly string[];
  readonly certificateSecret: SecretName;
}

interface WebhookFlags extends Omit<WebhookOptions, 'defaultScheme'>, CertificateFlags {
  readonly defaultLoadBalancerScheme: WebhookOptions['defaultScheme'];
  readonly logLevel: LogLevel;
}

/** Where the certificate comes from: files, or a Secret that the webhook keeps itself. */
type CertificatePlace = CertificateFiles | { readonly names: readonly string[]; readonly secret: SecretName };

/** After draining, for what is still asked, in milliseconds; in all within the 30 seconds that Kubernetes gives a pod. */
const CLOSING_MS = 15_000;

/** The command; it runs until the process is asked to end. */
export function webhookCommand(): Command {
  return processCommand(new Command('webhook'), 'webhook')
    .description('answers admission reviews of Ingresses over HTTPS')
    .action(async (_flags: unknown, command: Command) => {
      const { options: said, told } = heard<WebhookFlags>(command, 'webhook', (options) => {
        const place = placeOf(options);
        return typeof place === 'string' ? [place] : [];
      });
      const place = placeOf(said);
      if (typeof place === 'string') return;
      const { defaultLoadBalancerScheme: defaultScheme, logLevel, ...rest } = said;
      const options = { ...rest, defaultScheme };
      const log = createLog(logLevel);
      if (told.length > 0) log.warn({ flags: told }, 'flags without effect here');
      const graceMs = options.drainSeconds * 1000 + CLOSING_MS;
      await live({ name: 'webhook', log, graceMs }, (life) => start(options, place, life));
    });
}

/** Which of the two it is, or what is wrong with the flags, in a sentence. */
function placeOf(flags: CertificateFlags): CertificatePlace | string {
  const {
    tlsCertFile: certFile,
    tlsPrivateKeyFile: keyFile,
    selfManagedCertificate,
    certificateSecret,
  } = flags;
  if (selfManagedCertificate === undefined) {
    if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
    return 'give --tls-cert-file and --tls-private-key-file, or --self-managed-certificate.';
  }
  if (certFile !== undefined || keyFile !== undefined)
    return '--self-managed-certificate: it takes the place of --tls-cert-file and --tls-private-key-file.';
  if (selfManagedCertificate.length === 0) return '--self-managed-certificate: it names nothing.';
  return { names: selfManagedCertificate, secret: certificateSecret };
}

/** What it needs, then itself. */
async function start(options: WebhookOptions, place: CertificatePlace, life: Life): Promise<0 | 1> {
  const config = async () => kubeConfigOf(options.kubeconfig);
  const files = 'certFile' in place ? readCertificate(place) : Promise.resolve(undefined);
  const [pair, kubeConfig] = await meet([files, config()]);
  const own = 'secret' in place;
  const namespace = namespaceOf(place, kubeConfig);
  await apiServer({
    kubeConfig,
    rights: [...RIGHTS, ...(own ? rightsToCertificate(namespace, place.secret.name) : [])],
    useful: [...usefulRights(options), ...(own ? usefulRightsToCertificate(namespace) : [])],
    log: life.log,
    granted: own ? 'config/rbac/webhook.yaml and config/self-managed' : 'config/rbac/webhook.yaml',
  });
  return runWebhook(options, {
    ...life,
    kubeConfig,
    ...(await certificatesOf(place, pair, { kubeConfig, life })),
  });
}

/** The pair that is served first, and where the next ones come from. */
async function certificatesOf(
  place: CertificatePlace,
  read: KeyAndCertificate | undefined,
  { kubeConfig, life: { log } }: { readonly kubeConfig: KubeConfig; readonly life: Life },
): Promise<{ certificate: KeyAndCertificate; certificates: CertificateSource }> {
  if ('certFile' in place) {
    const certificate = read ?? (await readCertificate(place));
    return { certificate, certificates: fromFiles(place, certificate) };
  }
  const keeper = new CertificateKeeper({
    ...{ client: kubeClient(kubeConfig), log, namespace: namespaceOf(place, kubeConfig) },
    ...{ secret: place.secret.name, names: place.names },
  });
  return { certificate: await keeper.first(), certificates: keeper };
}

const namespaceOf = (place: CertificatePlace, kubeConfig: KubeConfig): string =>
  ('secret' in place ? place.secret.namespace : undefined) ?? ownNamespace(kubeConfig);
