// `albatross controller`: flags to options, nothing else.
import { Command } from 'commander';
import { meet } from '../api/problems/unmet-need.ts';
import { awsNeeds } from '../controller/aws/needs.ts';
import type { UnplacedOptions } from '../controller/aws/place.ts';
import { runController } from '../controller/main.ts';
import { mistakes, noticesOf } from '../controller/options.ts';
import { rightsOf } from '../controller/rights.ts';
import { kubeConfigOf, ownNamespace } from '../kube/config.ts';
import { apiServer } from './apiserver.ts';
import { heard, processCommand } from './flags/parse.ts';
import type { LogLevel } from './flags/upkeep.ts';
import { createLog } from './log.ts';
import { type Life, live } from './process.ts';

type ControllerFlags = UnplacedOptions & { readonly logLevel: LogLevel };

/** Within the 30 seconds that Kubernetes gives a pod (terminationGracePeriodSeconds), in milliseconds. */
const GRACE_MS = 25_000;

/** The command; it runs until the process is asked to end. */
export function controllerCommand(): Command {
  return processCommand(new Command('controller'), 'controller')
    .description('brings AWS in line with the Ingresses of a cluster')
    .action(async (_flags: unknown, command: Command) => {
      const { options: said, told } = heard<ControllerFlags>(command, 'controller', mistakes);
      const { logLevel, ...options } = said;
      const log = createLog(logLevel);
      const notices = [...told, ...noticesOf(options)];
      if (notices.length > 0) log.warn({ flags: notices }, 'flags without effect here');
      await live({ name: 'controller', log, graceMs: GRACE_MS }, (life) => start(options, life));
    });
}

/** What it needs, then itself. */
async function start(unplaced: UnplacedOptions, life: Life): Promise<0 | 1> {
  const config = async () => kubeConfigOf(unplaced.kubeconfig);
  const [kubeConfig, place] = await meet([config(), awsNeeds(unplaced)]);
  const options = { ...unplaced, ...place };
  const leases = options.leaderElectionNamespace ?? ownNamespace(kubeConfig);
  await apiServer({
    kubeConfig,
    rights: rightsOf(options, leases),
    log: life.log,
    granted: 'config/rbac/controller.yaml',
  });
  return runController(options, { ...life, kubeConfig });
}
