// Flags that say how a process runs: how much at once, how often, who leads, which ports it opens.
import type { LeaseName } from '../../controller/handover/lease.ts';
import { DEFAULTS } from '../../controller/options.ts';
import type { Flag } from './flag.ts';
import { count, lease, limit, pairs, percent, port, seconds, trueOrFalse } from './values.ts';

/** What becomes of orphans in AWS. */
export const ORPHANS: readonly Flag[] = [
  {
    name: 'orphan-grace-period',
    value: '<time>',
    doc: 'how long nobody must have named something in AWS before it is removed (docs/orphans.md)',
    read: seconds,
    unset: DEFAULTS.orphanGracePeriod,
    unsetWords: '10m',
  },
  {
    name: 'orphan-removal-limit',
    value: '<percent>',
    doc: 'of the groups in AWS that may be orphans for any of them to be removed; 0: none are, 100: however many',
    read: percent,
    unset: DEFAULTS.orphanRemovalLimit,
  },
];

/** Where the controller writes down which groups the cluster has had, for whoever asks about orphans. */
export const RECORD: Flag = {
  name: 'lease',
  value: '<namespace/name>',
  doc: "the controller's Lease: the ConfigMap of the same name says which groups the cluster has had; or none",
  read: lease,
  unset: lease(`albatross-system/${DEFAULTS.leaderElectionId}`),
};

/** What `RECORD` was told. */
export const recordOf = ({ lease }: { readonly lease: LeaseName | 'none' }): LeaseName | undefined =>
  lease === 'none' ? undefined : lease;

const WORKERS: readonly Flag[] = [
  {
    name: 'ingress-max-concurrent-reconciles',
    value: '<number>',
    doc: 'groups worked on at once',
    read: count,
    unset: DEFAULTS.ingressMaxConcurrentReconciles,
    lbc: { unset: '3' },
  },
  {
    name: 'targetgroupbinding-max-concurrent-reconciles',
    value: '<number>',
    doc: 'target groups worked on at once',
    read: count,
    unset: DEFAULTS.targetgroupbindingMaxConcurrentReconciles,
    lbc: { unset: '3' },
  },
  {
    name: 'max-targets-per-target-group',
    value: '<number>',
    doc: 'most targets registered in one target group; 0: no limit',
    read: limit,
    unset: DEFAULTS.maxTargetsPerTargetGroup,
    lbc: { unset: '0' },
  },
];

/** Periods, and how targets are opened. */
export const TUNING: readonly Flag[] = [
  ...WORKERS,
  {
    name: 'sync-period',
    value: '<time>',
    doc: 'between two bulk reads of what there is in AWS',
    read: seconds,
    unset: DEFAULTS.syncPeriod,
    unsetWords: '10m',
    lbc: {
      unset: '10h',
      differs: 'a bulk read finds drift; single groups are looked at by `--drift-period`',
    },
  },
  {
    name: 'drift-period',
    value: '<time>',
    doc: 'in which every group is looked at in AWS in full once',
    read: seconds,
    unset: DEFAULTS.driftPeriod,
    unsetWords: '1h',
  },
  {
    name: 'secret-period',
    value: '<time>',
    doc: 'between two looks at the Secret of a login, e.g. 1m',
    read: seconds,
    unset: DEFAULTS.secretPeriod,
  },
  {
    name: 'replacement-grace-period',
    value: '<time>',
    doc: 'how long a replaced load balancer serves beside its successor, e.g. 2m',
    read: seconds,
    unset: DEFAULTS.replacementGracePeriod,
  },
  {
    name: 'disable-restricted-sg-rules',
    value: '[boolean]',
    doc: 'open all ports of targets, not only those that are used',
    read: trueOrFalse,
    unset: DEFAULTS.disableRestrictedSgRules,
    lbc: { unset: 'false' },
  },
  {
    name: 'service-target-eni-security-group-tags',
    value: '<pairs>',
    doc: 'tags of the security group for target rules where an interface has several: key=value,…',
    read: pairs,
    unset: DEFAULTS.serviceTargetEniSecurityGroupTags,
    lbc: { unset: '' },
  },
];

/** Metrics of either process. */
export const METRICS_PORT: Flag = {
  name: 'metrics-port',
  value: '<number>',
  doc: 'plain HTTP port for /metrics',
  read: port,
};

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Least important lines of the log. */
export const LOG_LEVEL: Flag = {
  name: 'log-level',
  value: '<level>',
  doc: 'least important lines to write',
  choices: LOG_LEVELS,
  unset: 'info',
  lbc: { unset: 'info', differs: '`warn` and `error` can be said, too' },
};

/** How the controller is looked after. */
export const UPKEEP: readonly Flag[] = [
  METRICS_PORT,
  { name: 'health-port', value: '<number>', doc: 'plain HTTP port for /healthz and /readyz', read: port },
  {
    name: 'leader-elect',
    value: '[boolean]',
    doc: 'let one of several controllers work',
    read: trueOrFalse,
    unset: DEFAULTS.leaderElect,
  },
  {
    name: 'leader-election-id',
    value: '<name>',
    doc: 'name of the Lease',
    unset: DEFAULTS.leaderElectionId,
    lbc: {
      unset: 'aws-load-balancer-controller-leader',
      differs: 'not the name of the LBC: both may run at once',
    },
  },
  {
    name: 'leader-election-namespace',
    value: '<namespace>',
    doc: 'its namespace (default: that of the context or the pod)',
    lbc: { unset: 'that of the pod' },
  },
  LOG_LEVEL,
];
