// Flags of the controller that other commands have as well, with the same names and defaults.
import { type Command, Option } from 'commander';
import { POLICIES } from '../alb/plan/policy.ts';
import type { LeaseName } from '../controller/handover/lease.ts';
import { DEFAULTS } from '../controller/options.ts';
import { count, gates, lease, names, pairs, percent, seconds, strictChecks, trueOrFalse } from './flags.ts';

/** Who to be at the API server. */
export const KUBECONFIG = [
  '--kubeconfig <file>',
  'who to be at the API server (default: the usual places, then the pod)',
] as const;

/** Which Ingresses without ingressClassName are ours. */
export const INGRESS_CLASS = [
  '--ingress-class <name>',
  'value of the annotation kubernetes.io/ingress.class that is ours',
  DEFAULTS.ingressClass,
] as const;

const targetType = (words: string): Option =>
  new Option('--default-target-type <type>', words)
    .choices(['instance', 'ip'])
    .default(DEFAULTS.defaultTargetType);

const scheme = (words: string): Option =>
  new Option('--default-load-balancer-scheme <scheme>', words)
    .choices(['internal', 'internet-facing'])
    .default(DEFAULTS.defaultLoadBalancerScheme);

/** What Ingresses are read with, for who reads them as the controller does. */
export const withReading = (command: Command): Command =>
  command.addOption(targetType('as given to the controller')).addOption(scheme('as given to the controller'));

/** Where it works. */
export function withPlace(command: Command): Command {
  return command
    .option(...KUBECONFIG)
    .requiredOption('--cluster-name <name>', 'name of the cluster; enters names and tags in AWS')
    .option('--aws-region <region>', "region (default: the AWS SDK's own search)")
    .requiredOption('--aws-vpc-id <id>', 'VPC of the cluster')
    .option('--watch-namespace <namespace>', 'only Ingresses of this namespace')
    .option(...INGRESS_CLASS);
}

/** What it may do. */
export function withPolicy(command: Command): Command {
  return command.addOption(
    new Option('--policy <policy>', 'what may be done in AWS').choices(POLICIES).default(DEFAULTS.policy),
  );
}

/** What becomes of orphans in AWS. */
export function withOrphans(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--orphan-grace-period <time>',
        'how long nobody must have named something in AWS before it is removed (docs/orphans.md)',
      )
        .argParser(seconds)
        .default(DEFAULTS.orphanGracePeriod, '10m'),
    )
    .option(
      '--orphan-removal-limit <percent>',
      'of the groups in AWS that may be orphans for any of them to be removed; 0: none are, 100: however many',
      percent,
      DEFAULTS.orphanRemovalLimit,
    );
}

/** Where the controller writes down which groups the cluster has had, for whoever asks about orphans. */
export function withRecord(command: Command): Command {
  return command.option(
    '--lease <namespace/name>',
    "the controller's Lease: the ConfigMap of the same name says which groups the cluster has had; or none",
    lease,
    lease(`albatross-system/${DEFAULTS.leaderElectionId}`),
  );
}

/** What `withRecord` was told. */
export const recordOf = ({ lease }: { readonly lease: LeaseName | 'none' }): LeaseName | undefined =>
  lease === 'none' ? undefined : lease;

/** What holds when nobody says otherwise. */
export function withDefaults(command: Command): Command {
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
    .addOption(targetType('targets without target-type'))
    .option('--default-ssl-policy <policy>', 'HTTPS listeners without ssl-policy', DEFAULTS.defaultSslPolicy)
    .addOption(scheme('load balancers without scheme'))
    .option('--warn-only <checks>', 'checks that warn instead of refusing (docs/problems.md)', strictChecks)
    .option(
      '--enable-backend-security-group [boolean]',
      'one security group for the traffic from all load balancers to their targets',
      trueOrFalse,
      DEFAULTS.enableBackendSecurityGroup,
    )
    .option('--backend-security-group <id>', 'use this one instead of making one')
    .option(
      '--enable-manage-backend-security-group-rules [boolean]',
      'open targets for load balancers with security groups of their own',
      trueOrFalse,
      DEFAULTS.enableManageBackendSecurityGroupRules,
    )
    .option(
      '--allowed-certificate-authority-arns <arns>',
      'find certificates of these private authorities only: arn,…',
      names,
      [...DEFAULTS.allowedCertificateAuthorityArns],
    )
    .option('--feature-gates <gates>', 'those of the LBC: Name=true,…', gates, DEFAULTS.featureGates)
    .option(
      '--enable-target-group-bindings [boolean]',
      'register the targets of TargetGroupBindings that people made (docs/targetgroupbindings.md)',
      trueOrFalse,
      DEFAULTS.enableTargetGroupBindings,
    )
    .option('--enable-wafv2 [boolean]', 'set web ACLs of load balancers', trueOrFalse, DEFAULTS.enableWafv2)
    .option(
      '--enable-shield [boolean]',
      'have Shield Advanced protect load balancers',
      trueOrFalse,
      DEFAULTS.enableShield,
    );
}

/** How often a call is tried; `attempts` is what is taken unless said. */
export function withAttempts(command: Command, attempts: number): Command {
  return command.option('--aws-max-retries <number>', 'attempts of one AWS call', count, attempts);
}
