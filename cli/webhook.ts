// `albatross webhook`: flags to options, nothing else.
import { Command } from 'commander';
import { meet } from '../api/problems/unmet-need.ts';
import { kubeConfigOf } from '../kube/config.ts';
import { readCertificate } from '../webhook/certificate.ts';
import { filesOf, runWebhook, type WebhookOptions } from '../webhook/main.ts';
import { RIGHTS, usefulRights } from '../webhook/rights.ts';
import { apiServer } from './apiserver.ts';
import { heard, processCommand } from './flags/parse.ts';
import type { LogLevel } from './flags/upkeep.ts';
import { createLog } from './log.ts';
import { type Life, live } from './process.ts';

interface WebhookFlags extends Omit<WebhookOptions, 'defaultScheme'> {
  readonly defaultLoadBalancerScheme: WebhookOptions['defaultScheme'];
  readonly logLevel: LogLevel;
}

/** After draining, for what is still asked, in milliseconds; in all within the 30 seconds that Kubernetes gives a pod. */
const CLOSING_MS = 15_000;

/** The command; it runs until the process is asked to end. */
export function webhookCommand(): Command {
  return processCommand(new Command('webhook'), 'webhook')
    .description('answers admission reviews of Ingresses over HTTPS')
    .action(async (_flags: unknown, command: Command) => {
      const { options: said, told } = heard<WebhookFlags>(command, 'webhook');
      const { defaultLoadBalancerScheme: defaultScheme, logLevel, ...rest } = said;
      const options = { ...rest, defaultScheme };
      const log = createLog(logLevel);
      if (told.length > 0) log.warn({ flags: told }, 'flags without effect here');
      const graceMs = options.drainSeconds * 1000 + CLOSING_MS;
      await live({ name: 'webhook', log, graceMs }, (life) => start(options, life));
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
