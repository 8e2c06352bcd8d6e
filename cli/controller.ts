// `albatross controller`: flags to options, nothing else.
import { Command, Option } from 'commander';
import { runController } from '../controller/main.ts';
import { type ControllerOptions, DEFAULTS, mistakes } from '../controller/options.ts';
import { POLICIES } from '../controller/plan/policy.ts';
import { count, names, pairs, port, seconds, trueOrFalse } from './flags.ts';

/** The command; it runs until the process is asked to end. */
export function controllerCommand(): Command {
  return withTuning(withDefaults(withPlace(new Command('controller'))))
    .description('brings AWS in line with the Ingresses of a cluster')
    .action(async (options: ControllerOptions, command: Command) => {
      const wrong = mistakes(options);
      if (wrong.length > 0) command.error(wrong.join('\n'));
      await runController(options);
    });
}

/** Where it works. */
function withPlace(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'who to be at the API server (default: the usual places, then the pod)')
    .requiredOption('--cluster-name <name>', 'name of the cluster; enters names and tags in AWS')
    .option('--aws-region <region>', "region (default: the AWS SDK's own search)")
    .requiredOption('--aws-vpc-id <id>', 'VPC of the cluster')
    .addOption(
      new Option('--policy <policy>', 'what may be done in AWS').choices(POLICIES).default(DEFAULTS.policy),
    )
    .option('--watch-namespace <namespace>', 'only Ingresses of this namespace')
    .option(
      '--ingress-class <name>',
      'value of the annotation kubernetes.io/ingress.class that is ours',
      DEFAULTS.ingressClass,
    );
}

/** What holds when nobody says otherwise. */
function withDefaults(command: Command): Command {
  return command
    .option(
      '--default-tags <pairs>',
      'tags of everything that is made: key=value,…',
      pairs,
      DEFAULTS.defaultTags,
    )
    .option('--external-managed-tags <keys>', 'keys of tags that others write: key,…', names, [
      ...DEFAULTS.externalManagedTags,
    ])
    .addOption(
      new Option('--default-target-type <type>', 'targets without target-type')
        .choices(['instance', 'ip'])
        .default(DEFAULTS.defaultTargetType),
    )
    .option('--default-ssl-policy <policy>', 'HTTPS listeners without ssl-policy', DEFAULTS.defaultSslPolicy)
    .addOption(
      new Option('--default-load-balancer-scheme <scheme>', 'load balancers without scheme')
        .choices(['internal', 'internet-facing'])
        .default(DEFAULTS.defaultLoadBalancerScheme),
    )
    .option(
      '--enable-backend-security-group [boolean]',
      'one security group for the traffic from all load balancers to their targets',
      trueOrFalse,
      DEFAULTS.enableBackendSecurityGroup,
    )
    .option('--backend-security-group <id>', 'use this one instead of making one');
}

/** How it runs. */
function withTuning(command: Command): Command {
  return command
    .option('--aws-max-retries <number>', 'attempts of one AWS call', count, DEFAULTS.awsMaxRetries)
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
    .addOption(
      new Option('--sync-period <time>', 'between two looks for drift in AWS')
        .argParser(seconds)
        .default(DEFAULTS.syncPeriod, '10m'),
    )
    .option(
      '--replacement-grace-period <time>',
      'how long a replaced load balancer serves beside its successor, e.g. 2m',
      seconds,
      DEFAULTS.replacementGracePeriod,
    )
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
    .addOption(
      new Option('--log-level <level>', 'least important lines to write')
        .choices(['debug', 'info', 'warn', 'error'])
        .default(DEFAULTS.logLevel),
    );
}
