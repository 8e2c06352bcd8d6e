// The state of the local AWS as plain data, the facts about the account, and the context of one call.
import type {
  Action,
  MutualAuthenticationAttributes,
  RuleCondition,
  RuleTransform,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AccountFacts } from './account-facts.ts';
import aws from './aws-limits.json' with { type: 'json' };

export { type AccountFacts as World, emptyAccountFacts as emptyWorld } from './account-facts.ts';

export interface LoadBalancerRecord {
  arn: string;
  /** Grows with every resource; pages are cut by it. */
  serial: number;
  name: string;
  dnsName: string;
  scheme: 'internet-facing' | 'internal';
  vpcId: string;
  ipAddressType: string;
  zones: Zone[];
  /** Where it lies when that is not in Availability Zones (aws-limits L9, L10). */
  placement?: 'local-zone' | 'outpost';
  securityGroups: string[];
  customerOwnedIpv4Pool?: string;
  ipv4IpamPoolId?: string;
  /** Milliseconds since the epoch, as every time here. */
  createdAt: number;
  activeAt: number;
  /** Only what was set; defaults are added when it is read. */
  attributes: Record<string, string>;
  tags: Record<string, string>;
  /** Listener ARN by port. */
  listeners: Record<number, string>;
  /** How many rules (default rules too) forward to each target group. */
  targetGroups: Record<string, number>;
  /** Non-default rules over all listeners. */
  ruleCount: number;
  /** Absent when capacity was never reserved. */
  capacity?: CapacityReservation;
}

export interface Zone {
  zone: string;
  subnetId: string;
  outpostArn?: string;
}

export interface CapacityReservation {
  /** Load balancer capacity units; absent after a reset. */
  units?: number;
  modifiedAt: number;
  /** Until then it is pending. */
  provisionedAt: number;
  /** When it was decreased, as far as that still counts. */
  decreasedAt: number[];
}

export interface TrustStore {
  arn: string;
  serial: number;
  name: string;
  /** From then on its status is ACTIVE. */
  activeAt: number;
  /** The CA certificates as PEM. */
  bundle: string;
  caCertificates: number;
  /** By revocation id, which counts from 1 in each store and is not used again. */
  revocations: Record<number, RevocationList>;
  lastRevocationId: number;
  tags: Record<string, string>;
}

export interface RevocationList {
  id: number;
  content: string;
  /** Revoked certificates. */
  entries: number;
}

export interface ListenerRecord {
  arn: string;
  serial: number;
  loadBalancerArn: string;
  port: number;
  protocol: 'HTTP' | 'HTTPS';
  sslPolicy?: string;
  /** The default certificate. */
  certificate?: string;
  /** What AddListenerCertificates added, in order; the default one may be here too. */
  extraCertificates: string[];
  mutualAuthentication?: MutualAuthenticationAttributes;
  attributes: Record<string, string>;
  tags: Record<string, string>;
  defaultRule: string;
  /** Rule ARN by priority, without the default rule. */
  rules: Record<number, string>;
}

export interface RuleRecord {
  arn: string;
  serial: number;
  listenerArn: string;
  /** Undefined for the default rule. */
  priority?: number;
  conditions: RuleCondition[];
  actions: Action[];
  transforms: RuleTransform[];
  tags: Record<string, string>;
}

/** Protocols of target groups of Network Load Balancers, as far as they are played. */
export type NetworkProtocol = 'TCP' | 'TLS' | 'UDP' | 'TCP_UDP';

export interface TargetGroupRecord {
  arn: string;
  serial: number;
  name: string;
  targetType: 'instance' | 'ip' | 'lambda';
  protocol?: 'HTTP' | 'HTTPS' | NetworkProtocol;
  protocolVersion?: 'HTTP1' | 'HTTP2' | 'GRPC';
  port?: number;
  vpcId?: string;
  ipAddressType: 'ipv4' | 'ipv6';
  targetControlPort?: number;
  healthCheck: HealthCheckRecord;
  attributes: Record<string, string>;
  tags: Record<string, string>;
  /** The one load balancer whose rules forward here. */
  loadBalancerArn?: string;
  /** By `id:port`. */
  targets: Record<string, TargetRecord>;
}

export interface HealthCheckRecord {
  enabled: boolean;
  protocol: 'HTTP' | 'HTTPS' | 'TCP';
  port: string;
  path?: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  /** HTTP codes, or gRPC codes when the protocol version is GRPC; none of a check over TCP. */
  matcher?: string;
}

export interface TargetRecord {
  id: string;
  port?: number;
  /** As registered: a zone, or `all`. */
  availabilityZone?: string;
  /** The zone that the target's address or instance lies in, when known. */
  zone?: string;
  health: 'initial' | 'healthy' | 'unhealthy';
  reason?: string;
  description?: string;
  successes: number;
  failures: number;
  registeredAt: number;
  drainingUntil?: number;
}

export interface ElbState {
  serial: number;
  loadBalancers: Map<string, LoadBalancerRecord>;
  listeners: Map<string, ListenerRecord>;
  rules: Map<string, RuleRecord>;
  targetGroups: Map<string, TargetGroupRecord>;
  trustStores: Map<string, TrustStore>;
  /** Indexes: ARN by name, and load balancer ARN by DNS name. */
  loadBalancerNames: Map<string, string>;
  targetGroupNames: Map<string, string>;
  trustStoreNames: Map<string, string>;
  dnsNames: Map<string, string>;
}

export function emptyState(): ElbState {
  return {
    serial: 0,
    loadBalancers: new Map(),
    listeners: new Map(),
    rules: new Map(),
    targetGroups: new Map(),
    trustStores: new Map(),
    loadBalancerNames: new Map(),
    targetGroupNames: new Map(),
    trustStoreNames: new Map(),
    dnsNames: new Map(),
  };
}

/**
 * Quotas (aws-limits 7): those of DescribeAccountLimits by the name that it gives them, the others by a name of the same
 * kind. Reserved capacity per Region is what an account has that asked for it: a new one has 0.
 */
export type Limits = { [name in keyof typeof aws.quotas | keyof typeof aws.unlistedQuotas]: number };

export const DEFAULT_LIMITS: Limits = { ...aws.quotas, ...aws.unlistedQuotas };

/** What an action knows besides state and input. */
export interface CallContext {
  /** Milliseconds since the epoch. */
  now: number;
  region: string;
  account: string;
  provisioningMs: number;
  /** Real seconds per configured second, for draining. */
  timeScale: number;
  limits: Limits;
  world: AccountFacts;
}

/** The partition that a Region lies in. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** An Elastic Load Balancing ARN: `resource` is what follows the account. */
export function arnOf(context: CallContext, resource: string): string {
  const { region, account } = context;
  return `arn:${partitionOf(region)}:elasticloadbalancing:${region}:${account}:${resource}`;
}

/** A new serial and the 16 hex digits that go with it: unique, and looking as unordered as AWS's. */
export function nextId(state: ElbState): { serial: number; hex: string } {
  state.serial += 1;
  // splitmix64: a bijection, so that no two serials share their digits.
  let x = BigInt.asUintN(64, BigInt(state.serial) * 0x9e3779b97f4a7c15n);
  x = BigInt.asUintN(64, (x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n);
  x = BigInt.asUintN(64, (x ^ (x >> 27n)) * 0x94d049bb133111ebn);
  x ^= x >> 31n;
  return { serial: state.serial, hex: x.toString(16).padStart(16, '0') };
}

/** The last path segment of an ARN: its hex id. */
export function hexOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
