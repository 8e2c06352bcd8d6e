// `albatross webhook`: flags to options, nothing else.
import { Command, InvalidArgumentError } from 'commander';
import { meet } from '../api/problems/unmet-need.ts';
import { kubeConfigOf } from '../kube/config.ts';
import { readCertificate } from '../webhook/certificate.ts';
import { filesOf, runWebhook, type WebhookOptions } from '../webhook/main.ts';
import { RIGHTS, usefulRights } from '../webhook/rights.ts';
import { apiServer } from './apiserver.ts';
import { INGRESS_CLASS, KUBECONFIG, withReading } from './controller-flags.ts';
import { port, strictChecks, trueOrFalse } from './flags.ts';
import { createLog, type LogLevel, logLevelOption } from './log.ts';
import { type Life, live } from './process.ts';

interface WebhookFlags extends Omit<WebhookOptions, 'defaultScheme'> {
  readonly defaultLoadBalancerScheme: WebhookOptions['defaultScheme'];
  readonly logLevel: LogLevel;
}

/** After draining, for what is still asked, in milliseconds; in all within the 30 seconds that Kubernetes gives a pod. */
const CLOSING_MS = 15_000;

/** The command; it runs until the process is asked to end. */
export function webhookCommand(): Command {
  const command = new Command('webhook')
    .description('answers admission reviews of Ingresses over HTTPS')
    .option(...KUBECONFIG)
    .option('--host <address>', 'address to listen on', '0.0.0.0')
    .requiredOption('--port <number>', 'HTTPS port: /validate-ingress, /mutate-pod, /healthz, /readyz', port)
    .requiredOption('--tls-cert-file <file>', 'certificate (PEM); taken up again when it changes')
    .requiredOption('--tls-private-key-file <file>', 'its private key (PEM)')
    .option(...INGRESS_CLASS);
  return withReading(command)
    .option('--warn-only <checks>', 'checks that warn instead of refusing (docs/problems.md)', strictChecks)
    .option(
      '--disable-ingress-class-annotation [boolean]',
      'refuse new uses of the annotation kubernetes.io/ingress.class',
      trueOrFalse,
      false,
    )
    .option(
      '--disable-ingress-group-name-annotation [boolean]',
      'refuse new uses of the annotation group.name',
      trueOrFalse,
      false,
    )
    .option('--record [boolean]', 'write accepted intents as bindings', trueOrFalse, true)
    .option(
      '--enable-pod-readiness-gate-inject [boolean]',
      'give new pods readiness gates for the health of their targets (docs/readiness-gates.md)',
      trueOrFalse,
      true,
    )
    .option('--metrics-port <number>', 'plain HTTP port for /metrics', port)
    .option('--drain-seconds <number>', 'how long to serve on after SIGTERM', seconds, 5)
    .addOption(logLevelOption())
    .action(async ({ defaultLoadBalancerScheme: defaultScheme, logLevel, ...rest }: WebhookFlags) => {
      const options = { ...rest, defaultScheme };
      const graceMs = options.drainSeconds * 1000 + CLOSING_MS;
      await live({ name: 'webhook', log: createLog(logLevel), graceMs }, (life) => start(options, life));
    });
}

/** What it needs, then itself. */
async function start(options: WebhookOptions, life: Life): Promise<0 | 1> {
  const config = async () => kubeConfigOf(options.kubeconfig);
  const [certificate, kubeConfig] = await meet([readCertificate(filesOf(options)), config()]);
  await apiServer({
    kubeConfig,
    rights: RIGHTS,
    useful: usefulRights(options),
    log: life.log,
    granted: 'config/rbac/webhook.yaml',
  });
  return runWebhook(options, { ...life, kubeConfig, certificate });
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 3600)) {
    throw new InvalidArgumentError('Not a number of seconds from 0 to 3600.');
  }
  return value;
}
