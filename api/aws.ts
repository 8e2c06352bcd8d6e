// AWS resources as plain data: what `desire` builds, what the inventory holds, what the plan compares.
// Resources refer to each other by id ({ ref }), never by ARN; `kinds/` turns ids into ARNs when a call is made.

export type Kind = 'securityGroup' | 'targetGroup' | 'loadBalancer' | 'listener' | 'rule';

/** Points at another desired resource of the same group by its `Resource.id`. */
export interface Ref {
  readonly ref: string;
}

export type Tags = Record<string, string>;
export type Attributes = Record<string, string>;

export type Scheme = 'internal' | 'internet-facing';
export type IpAddressType = 'ipv4' | 'dualstack' | 'dualstack-without-public-ipv4';

export interface LoadBalancerSpec {
  name: string;
  scheme: Scheme;
  ipAddressType: IpAddressType;
  /** Subnet ids; a set, sent in this order. */
  subnets: string[];
  /** Security group ids or references; a set, sent in this order. */
  securityGroups: (string | Ref)[];
  attributes: Attributes;
  /** Id of a pool of customer-owned addresses; at creation only. */
  customerOwnedPool?: string;
  /** Id of the IPAM pool of public IPv4 addresses; absent: none. */
  ipamPool?: string;
  /** Reserved capacity units, 0 to give a reservation back; absent: left as it is. */
  capacityUnits?: number;
  /** ARN of the web ACL, `none` for no web ACL, or one of the words below; absent: left as it is. */
  webAcl?: string;
  /** Shield Advanced: `foreign` and `unknown` are only found, never wanted; absent: left as it is. */
  shield?: 'on' | 'off' | 'foreign' | 'unknown';
  tags: Tags;
}

/** What few load balancers want, so that it is read only for those. */
export type Seldom = Pick<LoadBalancerSpec, 'capacityUnits' | 'webAcl' | 'shield'>;

/** Fields that are maps or lists of entries which are independent of each other. */
export type Parted = 'attributes' | 'tags' | 'certificates' | 'ingress';

/** In the place of a web ACL's ARN. `kept`: what there is, since what is wanted leads nowhere. `unknown`: it could not be read. */
export const WEB_ACL = { none: 'none', kept: 'kept', unknown: 'unknown' } as const;

/** Names are unique in an account and Region, and an ARN ends in /NAME/ID. */
export const webAclName = (arn: string): string => arn.split('/').at(-2) ?? arn;

export interface HealthCheck {
  /** `traffic-port` or a decimal number. */
  port: string;
  protocol: 'HTTP' | 'HTTPS';
  path: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  /** HTTP codes, or gRPC codes when the protocol version is GRPC. */
  matcher: string;
}

export interface TargetGroupSpec {
  name: string;
  targetType: 'instance' | 'ip';
  port: number;
  protocol: 'HTTP' | 'HTTPS';
  protocolVersion: 'HTTP1' | 'HTTP2' | 'GRPC';
  ipAddressType: 'ipv4' | 'ipv6';
  /** Port on which targets tell the load balancer how much they can take; at creation only. */
  targetControlPort?: number;
  healthCheck: HealthCheck;
  attributes: Attributes;
  tags: Tags;
}

export interface ForwardTarget {
  targetGroup: string | Ref;
  weight?: number;
}

/** Who the load balancer is to an OpenID Connect provider. */
export interface OidcClient {
  id: string;
  /** Stands for the client secret, which is in no plain data: a salted hash. Absent where nothing is known of it. */
  secret?: string;
}

/** What is the same for all logins. */
interface LoginSession {
  onUnauthenticatedRequest: string;
  scope: string;
  sessionCookie: string;
  sessionSeconds: number;
  extraParams?: Record<string, string>;
}

export type Action =
  /** `stickinessSeconds` 0: said to be off. */
  | { type: 'forward'; targets: ForwardTarget[]; stickinessSeconds?: number }
  | {
      type: 'redirect';
      statusCode: string;
      protocol?: string;
      host?: string;
      port?: string;
      path?: string;
      query?: string;
    }
  | { type: 'fixed-response'; statusCode: string; contentType?: string; messageBody?: string }
  | (LoginSession & { type: 'authenticate-cognito'; userPoolArn: string; clientId: string; domain: string })
  | (LoginSession & {
      type: 'authenticate-oidc';
      issuer: string;
      authorizationEndpoint: string;
      tokenEndpoint: string;
      userInfoEndpoint: string;
      /** From the Secret; absent while that cannot be had: then the rule is kept as it is, or closed. */
      client?: OidcClient;
    })
  | {
      type: 'jwt-validation';
      jwksEndpoint: string;
      issuer: string;
      claims?: { format: string; name: string; values: string[] }[];
    };

/** A value of a query, or of any parameter when there is no key. */
interface QueryPair {
  key?: string;
  value: string;
}

/** One condition of a rule: any of its values is enough. Of plain values and regular expressions a rule has one kind. */
export type Condition =
  | { field: 'host-header'; values: string[]; regexValues?: string[] }
  | { field: 'path-pattern'; values: string[]; regexValues?: string[] }
  | { field: 'http-header'; name: string; values: string[]; regexValues?: string[] }
  | { field: 'http-request-method'; values: string[] }
  | { field: 'query-string'; values: QueryPair[] }
  | { field: 'source-ip'; values: string[] };

/** A rewrite before the request goes on to a target. `$1` in the replacement is the first group of the expression. */
export interface Transform {
  type: 'url-rewrite' | 'host-header-rewrite';
  rewrites: { regex: string; replace: string }[];
}

/** How clients show a certificate on an HTTPS listener. Only mode `verify` has more than the mode. */
export interface MutualAuthentication {
  mode: 'off' | 'passthrough' | 'verify';
  trustStoreArn?: string;
  ignoreExpiry?: boolean;
  advertiseCaNames?: 'on' | 'off';
}

export interface ListenerSpec {
  loadBalancer: Ref;
  port: number;
  protocol: 'HTTP' | 'HTTPS';
  /** The default action: what must be passed first, if anything, and then one routing action. */
  defaultActions: Action[];
  /** Certificate ARNs; the first one is the listener's default. Empty on HTTP. */
  certificates: string[];
  sslPolicy?: string;
  /** Absent: left as it is. */
  mutualAuthentication?: MutualAuthentication;
  attributes: Attributes;
  tags: Tags;
}

export interface RuleSpec {
  listener: Ref;
  priority: number;
  conditions: readonly Condition[];
  /** What must be passed first, if anything, and then the routing action. */
  actions: Action[];
  transforms?: readonly Transform[];
  tags: Tags;
}

/** One inbound permission with one source. Ports are inclusive. */
export interface Permission {
  protocol: string;
  fromPort: number;
  toPort: number;
  source: { cidr: string } | { cidr6: string } | { prefixList: string } | { group: string | Ref };
  description?: string;
}

/** Who is let in, as annotations write it. */
export function sourceText(source: Permission['source']): string {
  if ('cidr' in source) return source.cidr;
  if ('cidr6' in source) return source.cidr6;
  if ('prefixList' in source) return source.prefixList;
  return typeof source.group === 'string' ? source.group : source.group.ref;
}

export interface SecurityGroupSpec {
  name: string;
  description: string;
  ingress: Permission[];
  tags: Tags;
}

export interface SpecOf {
  securityGroup: SecurityGroupSpec;
  targetGroup: TargetGroupSpec;
  loadBalancer: LoadBalancerSpec;
  listener: ListenerSpec;
  rule: RuleSpec;
}

/** A desired resource. `id` is unique in its group and is what `{ ref }` names. */
export type Resource<K extends Kind = Kind> = { [P in K]: { kind: P; id: string; spec: SpecOf[P] } }[K];

/** Tag keys that say whose a resource is (aws-model 2.1). */
export const CLUSTER_TAG = 'elbv2.k8s.aws/cluster';
/** What version 1 of the LBC wrote for the cluster (aws-model 2.4). */
export const LEGACY_CLUSTER_TAG = 'ingress.k8s.aws/cluster';
export const STACK_TAG = 'ingress.k8s.aws/stack';
export const RESOURCE_TAG = 'ingress.k8s.aws/resource';
/** Stands instead of stack and resource on what all groups of a cluster share (aws-model 2.1). */
export const SHARED_TAG = 'elbv2.k8s.aws/resource';

/** Which resource of its group this is; empty for what is not ours. */
export const resourceTagOf = (tags: Readonly<Tags>): string => tags[RESOURCE_TAG] ?? tags[SHARED_TAG] ?? '';
