// `albatross controller`: flags to options, nothing else.
import { Command, Option } from 'commander';
import { meet } from '../api/problems/unmet-need.ts';
import { awsNeeds } from '../controller/aws/needs.ts';
import { runController } from '../controller/main.ts';
import { type ControllerOptions, DEFAULTS, mistakes } from '../controller/options.ts';
import { rightsOf } from '../controller/rights.ts';
import { kubeConfigOf, ownNamespace } from '../kube/config.ts';
import { apiServer } from './apiserver.ts';
import { withAttempts, withDefaults, withOrphans, withPlace, withPolicy } from './controller-flags.ts';
import { count, limit, pairs, port, seconds, trueOrFalse } from './flags.ts';
import { createLog, type LogLevel, logLevelOption } from './log.ts';
import { type Life, live } from './process.ts';

interface ControllerFlags extends ControllerOptions {
  readonly logLevel: LogLevel;
}

/** Within the 30 seconds that Kubernetes gives a pod (terminationGracePeriodSeconds), in milliseconds. */
const GRACE_MS = 25_000;

/** The command; it runs until the process is asked to end. */
export function controllerCommand(): Command {
  return withUpkeep(withOrphans(withTuning(withDefaults(withPolicy(withPlace(new Command('controller')))))))
    .description('brings AWS in line with the Ingresses of a cluster')
    .action(async ({ logLevel, ...options }: ControllerFlags, command: Command) => {
      const wrong = mistakes(options);
      if (wrong.length > 0) command.error(`error: ${wrong.join(' ')}`);
      const log = createLog(logLevel);
      await live({ name: 'controller', log, graceMs: GRACE_MS }, (life) => start(options, life));
    });
}

/** What it needs, then itself. */
async function start(options: ControllerOptions, life: Life): Promise<0 | 1> {
  const config = async () => kubeConfigOf(options.kubeconfig);
  const [kubeConfig] = await meet([config(), awsNeeds(options.awsRegion)]);
  const leases = options.leaderElectionNamespace ?? ownNamespace(kubeConfig);
  await apiServer({
    kubeConfig,
    rights: rightsOf(options, leases),
    log: life.log,
    granted: 'config/rbac/controller.yaml',
  });
  return runController(options, { ...life, kubeConfig });
}

/** How it runs. */
function withTuning(command: Command): Command {
  return withAttempts(command, DEFAULTS.awsMaxRetries)
    .option(
      '--ingress-max-concurrent-reconciles <number>',
      'groups worked on at once',
      count,
      DEFAULTS.ingressMaxConcurrentReconciles,
    )
    .option(
      '--targetgroupbinding-max-concurrent-reconciles <number>',
      'target groups worked on at once',
      count,
      DEFAULTS.targetgroupbindingMaxConcurrentReconciles,
    )
    .option(
      '--max-targets-per-target-group <number>',
      'most targets registered in one target group; 0: no limit',
      limit,
      DEFAULTS.maxTargetsPerTargetGroup,
    )
    .addOption(
      new Option('--sync-period <time>', 'between two bulk reads of what there is in AWS')
        .argParser(seconds)
        .default(DEFAULTS.syncPeriod, '10m'),
    )
    .addOption(
      new Option('--drift-period <time>', 'in which every group is looked at in AWS in full once')
        .argParser(seconds)
        .default(DEFAULTS.driftPeriod, '1h'),
    )
    .option(
      '--secret-period <time>',
      'between two looks at the Secret of a login, e.g. 1m',
      seconds,
      DEFAULTS.secretPeriod,
    )
    .option(
      '--replacement-grace-period <time>',
      'how long a replaced load balancer serves beside its successor, e.g. 2m',
      seconds,
      DEFAULTS.replacementGracePeriod,
    )
    .option(
      '--disable-restricted-sg-rules [boolean]',
      'open all ports of targets, not only those that are used',
      trueOrFalse,
      DEFAULTS.disableRestrictedSgRules,
    )
    .option(
      '--service-target-eni-security-group-tags <pairs>',
      'tags of the security group for target rules where an interface has several: key=value,…',
      pairs,
      DEFAULTS.serviceTargetEniSecurityGroupTags,
    );
}

/** How it is looked after. */
function withUpkeep(command: Command): Command {
  return command
    .option('--metrics-port <number>', 'plain HTTP port for /metrics', port)
    .option('--health-port <number>', 'plain HTTP port for /healthz and /readyz', port)
    .option(
      '--leader-elect [boolean]',
      'let one of several controllers work',
      trueOrFalse,
      DEFAULTS.leaderElect,
    )
    .option('--leader-election-id <name>', 'name of the Lease', DEFAULTS.leaderElectionId)
    .option(
      '--leader-election-namespace <namespace>',
      'its namespace (default: that of the context or the pod)',
    )
    .addOption(logLevelOption());
}
