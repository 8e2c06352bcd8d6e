// What AWS accepts, as data: patterns, known attribute keys and their values, known policy names (aws-limits, sections named below).

const REGION = '[a-z]{2,4}(-[a-z]+)+-[0-9]+';
const PARTITION = 'aws(-[a-z]+){0,3}';

/** ACM certificates and IAM server certificates (aws-limits N6). */
export const CERTIFICATE_ARN = `^arn:${PARTITION}:(acm:${REGION}:[0-9]{12}:certificate/[A-Za-z0-9_+=,./@-]+|iam::[0-9]{12}:server-certificate/[!-~]+)$`;

/** Target groups (aws-limits 6). */
export const TARGET_GROUP_ARN = `^arn:${PARTITION}:elasticloadbalancing:${REGION}:[0-9]{12}:targetgroup/[A-Za-z0-9-]{1,32}/[0-9a-f]{8,17}$`;

/** Form of a security policy's name, or empty (aws-limits 2.1; spec annotations 6.5). */
export const SSL_POLICY = '^(ELBSecurityPolicy-[A-Za-z0-9]+(-[A-Za-z0-9]+)*)?$';

/** Predefined security policies without their common prefix (aws-limits 2.1). AWS adds some every year: others draw a warning. */
export const SSL_POLICIES: readonly string[] = [
  'TLS13-1-3-2021-06 TLS13-1-3-PQ-2025-09 TLS13-1-2-2021-06 TLS13-1-2-PQ-2025-09 TLS13-1-2-Res-2021-06',
  'TLS13-1-2-Res-PQ-2025-09 TLS13-1-2-Ext1-2021-06 TLS13-1-2-Ext1-PQ-2025-09 TLS13-1-2-Ext2-2021-06',
  'TLS13-1-2-Ext2-PQ-2025-09 TLS13-1-1-2021-06 TLS13-1-0-2021-06 TLS13-1-0-PQ-2025-09 TLS-1-2-Ext-2018-06',
  'TLS-1-2-2017-01 TLS-1-1-2017-01 2016-08',
  'TLS13-1-3-FIPS-2023-04 TLS13-1-3-FIPS-PQ-2025-09 TLS13-1-2-FIPS-2023-04 TLS13-1-2-FIPS-PQ-2025-09',
  'TLS13-1-2-Res-FIPS-2023-04 TLS13-1-2-Res-FIPS-PQ-2025-09 TLS13-1-2-Ext0-FIPS-2023-04',
  'TLS13-1-2-Ext0-FIPS-PQ-2025-09 TLS13-1-2-Ext1-FIPS-2023-04 TLS13-1-2-Ext1-FIPS-PQ-2025-09',
  'TLS13-1-2-Ext2-FIPS-2023-04 TLS13-1-2-Ext2-FIPS-PQ-2025-09 TLS13-1-1-FIPS-2023-04 TLS13-1-0-FIPS-2023-04',
  'TLS13-1-0-FIPS-PQ-2025-09',
  'TLS13-1-3-RFC9151-FIPS-2023-07 TLS13-1-2-RFC9151-FIPS-2023-07 TLS13-1-2-Ext0-RFC9151-FIPS-2023-07',
  'TLS13-1-2-RFC9151-INTEROP1-FIPS-2023-07 TLS13-1-2-RFC9151-INTEROP2-FIPS-2023-07',
  'TLS13-1-2-RFC9151-INTEROP3-FIPS-2023-07 TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07',
  'FS-1-2-Res-2020-10 FS-1-2-Res-2019-08 FS-1-2-2019-08 FS-1-1-2019-08 FS-2018-06',
]
  .flatMap((line) => line.split(' '))
  .map((name) => `ELBSecurityPolicy-${name}`);

/** What an attribute's value may be. Values are texts on the wire; `warn` marks rules that AWS does not document. */
export type AttributeValue =
  | { readonly kind: 'bool' }
  | { readonly kind: 'oneOf'; readonly values: readonly string[] }
  | {
      readonly kind: 'integer';
      readonly least: number;
      readonly most: number;
      readonly also?: readonly string[];
    }
  | { readonly kind: 'text'; readonly pattern?: RegExp; readonly allowed?: string };

const BOOL: AttributeValue = { kind: 'bool' };
const BUCKET: AttributeValue = {
  kind: 'text',
  pattern: /^$|^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/,
  allowed: 'the name of an S3 bucket',
};
const integer = (least: number, most: number, also?: readonly string[]): AttributeValue => ({
  kind: 'integer',
  least,
  most,
  ...(also === undefined ? {} : { also }),
});
const oneOf = (...values: string[]): AttributeValue => ({ kind: 'oneOf', values });

/** The prefixes of the log attributes: `PREFIX.enabled`, `PREFIX.bucket`, `PREFIX.prefix`. */
export const LOGS = ['access_logs.s3', 'connection_logs.s3', 'health_check_logs.s3'] as const;

/** Load balancer attributes of an Application Load Balancer (aws-limits 1.1). */
export const LOAD_BALANCER_ATTRIBUTES: ReadonlyMap<string, AttributeValue> = new Map([
  ['deletion_protection.enabled', BOOL],
  ['load_balancing.cross_zone.enabled', oneOf('true')],
  ...LOGS.flatMap((log): [string, AttributeValue][] => [
    [`${log}.enabled`, BOOL],
    [`${log}.bucket`, BUCKET],
    [`${log}.prefix`, { kind: 'text' }],
  ]),
  ['ipv6.deny_all_igw_traffic', BOOL],
  ['zonal_shift.config.enabled', BOOL],
  ['idle_timeout.timeout_seconds', integer(1, 4000)],
  ['client_keep_alive.seconds', integer(60, 604800)],
  ['routing.http.desync_mitigation_mode', oneOf('monitor', 'defensive', 'strictest')],
  ['routing.http.drop_invalid_header_fields.enabled', BOOL],
  ['routing.http.preserve_host_header.enabled', BOOL],
  ['routing.http.x_amzn_tls_version_and_cipher_suite.enabled', BOOL],
  ['routing.http.xff_client_port.enabled', BOOL],
  ['routing.http.xff_header_processing.mode', oneOf('append', 'preserve', 'remove')],
  ['routing.http2.enabled', BOOL],
  ['waf.fail_open.enabled', BOOL],
]);

const HEALTH = 'target_group_health';
/** A count that AWS documents no upper end for. */
export const COUNT_MAX = 2 ** 31 - 1;

/** Target group attributes for instance and ip targets (aws-limits 4.2). */
export const TARGET_GROUP_ATTRIBUTES: ReadonlyMap<string, AttributeValue> = new Map([
  ['deregistration_delay.timeout_seconds', integer(0, 3600)],
  ['slow_start.duration_seconds', integer(30, 900, ['0'])],
  ['load_balancing.algorithm.type', oneOf('round_robin', 'least_outstanding_requests', 'weighted_random')],
  ['load_balancing.algorithm.anomaly_mitigation', oneOf('on', 'off')],
  ['load_balancing.cross_zone.enabled', oneOf('true', 'false', 'use_load_balancer_configuration')],
  ['stickiness.enabled', BOOL],
  ['stickiness.type', oneOf('lb_cookie', 'app_cookie')],
  ['stickiness.app_cookie.cookie_name', { kind: 'text' }],
  ['stickiness.app_cookie.duration_seconds', integer(1, 604800)],
  ['stickiness.lb_cookie.duration_seconds', integer(1, 604800)],
  [`${HEALTH}.dns_failover.minimum_healthy_targets.count`, integer(1, COUNT_MAX, ['off'])],
  [`${HEALTH}.dns_failover.minimum_healthy_targets.percentage`, integer(1, 100, ['off'])],
  [`${HEALTH}.unhealthy_state_routing.minimum_healthy_targets.count`, integer(1, COUNT_MAX, ['off'])],
  [`${HEALTH}.unhealthy_state_routing.minimum_healthy_targets.percentage`, integer(1, 100, ['off'])],
]);

/** Keys that belong to other kinds of load balancer or to Lambda targets and that AWS refuses here (aws-limits G4, 4.2). */
export const FOREIGN_ATTRIBUTES: ReadonlySet<string> = new Set([
  'dns_record.client_routing_policy',
  'secondary_ips.auto_assigned.per_subnet',
  'deregistration_delay.connection_termination.enabled',
  'preserve_client_ip.enabled',
  'proxy_protocol_v2.enabled',
  'target_health_state.unhealthy.connection_termination.enabled',
  'target_health_state.unhealthy.draining_interval_seconds',
  'target_failover.on_deregistration',
  'target_failover.on_unhealthy',
  'lambda.multi_value_headers.enabled',
  'send_tcp_reset.on_unhealthy.enabled',
  'send_tcp_reset.on_deregistration.enabled',
]);

/** Tags: longest key and value in characters, allowed characters, most tags on one resource (aws-limits 5). */
export const TAG_KEY_MAX = 128;
export const TAG_VALUE_MAX = 256;
export const TAGS_MAX = 50;
export const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
