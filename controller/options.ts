// What an operator tells the controller: names and defaults, those of the LBC where they mean the same (aws-model 12.1).

import type { ClusterSettings } from '../alb/desire/facts.ts';
import { gatesOf } from '../alb/feature-gates.ts';
import type { Policy } from '../alb/plan/policy.ts';
import { CLUSTER_TAG, RESOURCE_TAG, type Scheme, SHARED_TAG, STACK_TAG, type Tags } from '../api/aws.ts';
import { VERSION } from '../api/build.ts';
import { defined } from '../api/defined.ts';
import type { StrictCheck } from '../api/validate/strict.ts';
import { unknownServices } from './aws/services.ts';
import { limitsWith, type ServiceLimits, throttle } from './aws/throttle.ts';
import type { LookupOptions } from './facts/lookups.ts';
import type { Label } from './facts/oidc-secrets.ts';
import type { Rules } from './ownership/orphans/judge.ts';

export interface ControllerOptions {
  /** Path; without it KUBECONFIG, ~/.kube/config, or the ServiceAccount of the pod, in this order. */
  readonly kubeconfig?: string;
  readonly clusterName: string;
  /** Without it the SDK's own search. */
  readonly awsRegion?: string;
  readonly awsVpcId: string;
  /** Tags that tell the VPC where no id is given. */
  readonly awsVpcTags: Tags;
  /** URLs of services, by their ids in the AWS SDK; the SDK's own for the others. */
  readonly awsApiEndpoints: Readonly<Record<string, string>>;
  /** Limits of calls, by ids of services in the AWS SDK; the defaults for the others. */
  readonly awsApiThrottle: ServiceLimits;
  readonly policy: Policy;
  /** Without it all namespaces. */
  readonly watchNamespace?: string;
  /** Tags of everything we make. */
  readonly defaultTags: Tags;
  /** Keys of tags that somebody else writes on what we make: never changed, never taken away. */
  readonly externalManagedTags: readonly string[];
  readonly defaultTargetType: 'instance' | 'ip';
  readonly defaultSslPolicy: string;
  readonly defaultLoadBalancerScheme: Scheme;
  /** Checks that only warn, as given to the webhook; without it none. */
  readonly warnOnly?: ReadonlySet<StrictCheck>;
  /** The value of the annotation kubernetes.io/ingress.class that is ours. */
  readonly ingressClass: string;
  readonly enableBackendSecurityGroup: boolean;
  /** Id of a group that the operator made; without it one is made for the cluster. */
  readonly backendSecurityGroup?: string;
  /** What counts for Ingresses with security groups of their own that do not say it. */
  readonly enableManageBackendSecurityGroupRules: boolean;
  /** Target rules are for all ports of a source. */
  readonly disableRestrictedSgRules: boolean;
  /** Tags that tell the group for target rules, beside the cluster's, where a network interface has several. */
  readonly serviceTargetEniSecurityGroupTags: Tags;
  /** Certificates are found among those of these authorities only; all of them when empty. */
  readonly allowedCertificateAuthorityArns: readonly string[];
  /** Secrets of logins must have this label; any will do without it. */
  readonly requiredSecretsLabel?: Label;
  /** Feature gates of the LBC that are said. */
  readonly featureGates: Readonly<Record<string, boolean>>;
  /** Whether targets of users' TargetGroupBindings are registered. */
  readonly enableTargetGroupBindings: boolean;
  /** Whether an object is published for each target group of a binding. */
  readonly publishTargetGroupBindings: boolean;
  /** Whether web ACLs are set. */
  readonly enableWafv2: boolean;
  /** Whether Shield is asked to protect. */
  readonly enableShield: boolean;
  /** Attempts of one AWS call. */
  readonly awsMaxRetries: number;
  /** Groups worked on at once. */
  readonly ingressMaxConcurrentReconciles: number;
  /** Target groups worked on at once. */
  readonly targetgroupbindingMaxConcurrentReconciles: number;
  /** Most targets that are registered in one target group; 0: no limit. */
  readonly maxTargetsPerTargetGroup: number;
  /** Seconds between two bulk reads that look for drift. */
  readonly syncPeriod: number;
  /** Seconds in which every group is looked at in full once, evenly spread. */
  readonly driftPeriod: number;
  /** Seconds between two looks at a Secret that a login names. */
  readonly secretPeriod: number;
  /** Seconds that a replaced load balancer serves beside its successor: until nobody remembers its address. */
  readonly replacementGracePeriod: number;
  /** Seconds that something in AWS must have been named by nobody before it is removed, seen by two looks. */
  readonly orphanGracePeriod: number;
  /** Percent of the groups in AWS that may be orphans for any of them to be removed. */
  readonly orphanRemovalLimit: number;
  readonly metricsPort?: number;
  /** Without it all addresses. */
  readonly metricsHost?: string;
  readonly healthPort?: number;
  readonly healthHost?: string;
  readonly leaderElect: boolean;
  readonly leaderElectionId: string;
  /** Without it the namespace of the kubeconfig's context or of the pod. */
  readonly leaderElectionNamespace?: string;
}

/** What an operator may leave out; the rest of `ControllerOptions` has no default. */
export const DEFAULTS = {
  awsVpcTags: {},
  awsApiEndpoints: {},
  awsApiThrottle: {},
  policy: 'sync',
  defaultTags: {},
  externalManagedTags: [],
  defaultTargetType: 'instance',
  defaultSslPolicy: 'ELBSecurityPolicy-2016-08',
  defaultLoadBalancerScheme: 'internal',
  ingressClass: 'alb',
  enableBackendSecurityGroup: true,
  enableManageBackendSecurityGroupRules: false,
  disableRestrictedSgRules: false,
  serviceTargetEniSecurityGroupTags: {},
  allowedCertificateAuthorityArns: [],
  featureGates: {},
  enableTargetGroupBindings: true,
  publishTargetGroupBindings: false,
  enableWafv2: true,
  enableShield: true,
  awsMaxRetries: 10,
  ingressMaxConcurrentReconciles: 3,
  targetgroupbindingMaxConcurrentReconciles: 3,
  maxTargetsPerTargetGroup: 0,
  syncPeriod: 600,
  driftPeriod: 3600,
  secretPeriod: 3,
  // The longest time to live of an ALB's address (60 s), and as much again for whoever writes DNS records for it.
  replacementGracePeriod: 120,
  orphanGracePeriod: 600,
  orphanRemovalLimit: 10,
  leaderElect: true,
  leaderElectionId: 'albatross-controller-leader',
} as const satisfies Partial<ControllerOptions>;

/** Keys that say whose a resource is: neither operator nor user may set them (aws-model 2.2). */
const RESERVED = [
  CLUSTER_TAG,
  SHARED_TAG,
  STACK_TAG,
  RESOURCE_TAG,
  'service.k8s.aws/stack',
  'service.k8s.aws/resource',
];

/** What is wrong with options that are each well-formed, in sentences. Pure. */
export function mistakes(options: Omit<ControllerOptions, 'awsVpcId'>): string[] {
  const defaults = Object.keys(options.defaultTags);
  const external = options.externalManagedTags;
  const group = options.backendSecurityGroup;
  const both = external.filter((key) => defaults.includes(key));
  return [
    ...defaults
      .filter((key) => RESERVED.includes(key))
      .map((key) => `--default-tags: the tag ${key} is ours.`),
    ...external
      .filter((key) => RESERVED.includes(key))
      .map((key) => `--external-managed-tags: the tag ${key} is ours.`),
    ...both.map((key) => `--external-managed-tags: the tag ${key} is in --default-tags as well.`),
    ...(group === undefined || group.startsWith('sg-')
      ? []
      : [`--backend-security-group: "${group}" is no id of a security group (sg-…).`]),
    ...(options.enableManageBackendSecurityGroupRules && !options.enableBackendSecurityGroup
      ? ['--enable-manage-backend-security-group-rules: it needs --enable-backend-security-group.']
      : []),
    // Where users' are left to the LBC, it runs, and would serve those that are published.
    ...(options.publishTargetGroupBindings && !options.enableTargetGroupBindings
      ? ['--publish-target-group-bindings: it needs --enable-target-group-bindings.']
      : []),
    ...gatesOf(options.featureGates).mistakes.map((mistake) => `--feature-gates: ${mistake}`),
  ];
}

/** What is to be told of options that count for less than they say, in sentences. Pure. */
export const noticesOf = (options: Omit<ControllerOptions, 'awsVpcId'>): string[] => [
  ...unknownServices('aws-api-endpoints', Object.keys(options.awsApiEndpoints)),
  ...unknownServices('aws-api-throttle', Object.keys(options.awsApiThrottle)),
  ...gatesOf(options.featureGates).notices.map((notice) => `--feature-gates: ${notice}`),
];

/** The part that AWS is asked with. */
export const awsOptions = (options: ControllerOptions) => ({
  clusterName: options.clusterName,
  vpcId: options.awsVpcId,
  ...defined({ region: options.awsRegion }),
  maxAttempts: options.awsMaxRetries,
  endpoints: options.awsApiEndpoints,
  throttle: throttle(limitsWith(options.awsApiThrottle)),
  version: VERSION,
});

/** The part that look-ups are made by. */
export const lookupOptions = (options: ControllerOptions): LookupOptions => ({
  gates: gatesOf(options.featureGates).gates,
  authorities: options.allowedCertificateAuthorityArns,
});

/** The part that orphans are judged by. */
export const orphanRules = (options: ControllerOptions): Rules => ({
  policy: options.policy,
  graceMs: options.orphanGracePeriod * 1000,
  limit: options.orphanRemovalLimit,
  ...defined({ watchNamespace: options.watchNamespace }),
});

/** The part that decisions are made by. */
export function clusterSettings(options: ControllerOptions): ClusterSettings {
  const given = options.backendSecurityGroup;
  const shared = given === undefined ? 'shared' : (`sg-${given.replace(/^sg-/, '')}` as const);
  return {
    name: options.clusterName,
    defaultTags: options.defaultTags,
    externalManagedTags: options.externalManagedTags,
    defaultScheme: options.defaultLoadBalancerScheme,
    defaultTargetType: options.defaultTargetType,
    defaultSslPolicy: options.defaultSslPolicy,
    backendSecurityGroup: options.enableBackendSecurityGroup ? shared : 'none',
    manageBackendRules: options.enableManageBackendSecurityGroupRules,
    gates: gatesOf(options.featureGates).gates,
    wafv2: options.enableWafv2,
    shield: options.enableShield,
  };
}
