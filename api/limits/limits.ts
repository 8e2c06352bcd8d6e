// What AWS accepts, as data: patterns, known attribute keys and their values, known policy names (aws-limits, sections named below).
import { defined } from '../defined.ts';

const REGION = '[a-z]{2,4}(-[a-z]+)+-[0-9]+';
const PARTITION = 'aws(-[a-z]+){0,3}';

/** ACM certificates and IAM server certificates (aws-limits N6). */
export const CERTIFICATE_ARN = `^arn:${PARTITION}:(acm:${REGION}:[0-9]{12}:certificate/[A-Za-z0-9_+=,./@-]+|iam::[0-9]{12}:server-certificate/[!-~]+)$`;

/** Target groups (aws-limits 6). */
export const TARGET_GROUP_ARN = `^arn:${PARTITION}:elasticloadbalancing:${REGION}:[0-9]{12}:targetgroup/[A-Za-z0-9-]{1,32}/[0-9a-f]{8,17}$`;

/** Regional web ACLs of WAFv2; those of CloudFront are global (aws-limits 6). */
export const WEB_ACL_ARN = `^arn:${PARTITION}:wafv2:${REGION}:[0-9]{12}:regional/webacl/[A-Za-z0-9_-]{1,128}/[A-Za-z0-9_-]+$`;

/** Trust stores of client certificates, by ARN and by name (aws-limits N15, 6). */
export const TRUST_STORE_ARN = `^arn:${PARTITION}:elasticloadbalancing:${REGION}:[0-9]{12}:truststore/[A-Za-z0-9-]{1,32}/[A-Za-z0-9]+$`;
export const TRUST_STORE_NAME = '^(?=.{1,32}$)([a-zA-Z0-9]+-)*[a-zA-Z0-9]+$';

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

/** What an attribute's value may be, and what AWS gives when nobody sets it. Values are texts on the wire. */
export type AttributeValue = AttributeForm & { readonly unset: string };

type AttributeForm =
  | { readonly kind: 'bool' }
  | { readonly kind: 'oneOf'; readonly values: readonly string[] }
  | {
      readonly kind: 'integer';
      readonly least: number;
      readonly most: number;
      readonly also?: readonly string[];
    }
  | {
      readonly kind: 'text';
      readonly pattern?: RegExp;
      readonly allowed?: string;
      /** What AWS documents of it; other values only draw a warning. */
      readonly usual?: { readonly pattern: RegExp; readonly words: string };
    };

const OFF: AttributeValue = { kind: 'bool', unset: 'false' };
const ON: AttributeValue = { kind: 'bool', unset: 'true' };
const TEXT: AttributeValue = { kind: 'text', unset: '' };
const BUCKET: AttributeValue = {
  ...TEXT,
  pattern: /^$|^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/,
  allowed: 'the name of an S3 bucket',
};
const integer = (
  [least, most]: readonly [number, number],
  unset: string,
  also?: readonly string[],
): AttributeValue => ({ kind: 'integer', least, most, unset, ...defined({ also }) });
const oneOf = (values: readonly string[], unset: string): AttributeValue => ({
  kind: 'oneOf',
  values,
  unset,
});

/** The prefixes of the log attributes: `PREFIX.enabled`, `PREFIX.bucket`, `PREFIX.prefix`. */
export const LOGS = ['access_logs.s3', 'connection_logs.s3', 'health_check_logs.s3'] as const;

/** Load balancer attributes of an Application Load Balancer (aws-limits 1.1). */
export const LOAD_BALANCER_ATTRIBUTES: ReadonlyMap<string, AttributeValue> = new Map([
  ['deletion_protection.enabled', OFF],
  ['load_balancing.cross_zone.enabled', oneOf(['true'], 'true')],
  ...LOGS.flatMap((log): [string, AttributeValue][] => [
    [`${log}.enabled`, OFF],
    [`${log}.bucket`, BUCKET],
    [`${log}.prefix`, TEXT],
  ]),
  // On for internal ones (defaults.ts).
  ['ipv6.deny_all_igw_traffic', OFF],
  ['zonal_shift.config.enabled', OFF],
  ['idle_timeout.timeout_seconds', integer([1, 4000], '60')],
  ['client_keep_alive.seconds', integer([60, 604800], '3600')],
  ['routing.http.desync_mitigation_mode', oneOf(['monitor', 'defensive', 'strictest'], 'defensive')],
  ['routing.http.drop_invalid_header_fields.enabled', OFF],
  ['routing.http.preserve_host_header.enabled', OFF],
  ['routing.http.x_amzn_tls_version_and_cipher_suite.enabled', OFF],
  ['routing.http.xff_client_port.enabled', OFF],
  ['routing.http.xff_header_processing.mode', oneOf(['append', 'preserve', 'remove'], 'append')],
  ['routing.http2.enabled', ON],
  ['waf.fail_open.enabled', OFF],
]);

/** `x_amzn_tls_version` renames X-Amzn-Tls-Version. */
const headerName = (key: string): AttributeValue => ({
  kind: 'text',
  pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/,
  allowed: 'the name of a header',
  unset: key.replaceAll('_', '-').replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
});
const headerValue = (usual: RegExp, words: string): AttributeValue => ({
  ...TEXT,
  pattern: /^[ -~]*$/,
  allowed: 'the value of a header: printable ASCII characters',
  usual: { pattern: usual, words },
});
const HEADER_VALUE = headerValue(/^[^"$]*$/, 'AWS documents header values without double quotes and "$"');
const METHOD = '(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|\\*)';

const CLIENT_CERTIFICATE = 'x_amzn_mtls_clientcert';
const RENAMED: readonly [string, AttributeValue][] = [
  ...['_serial_number', '_issuer', '_subject', '_validity', '_leaf', ''].map(
    (part) => `${CLIENT_CERTIFICATE}${part}`,
  ),
  'x_amzn_tls_version',
  'x_amzn_tls_cipher_suite',
].map((header) => [`routing.http.request.${header}.header_name`, headerName(header)]);

/** Request headers that only HTTPS listeners can rename (aws-limits 2.2). */
export const RENAMED_HEADERS: readonly string[] = RENAMED.map(([key]) => key);

/** Response headers that are not sent unless somebody gives them a value (aws-limits 2.2). */
const SENT: Readonly<Record<string, AttributeValue>> = {
  strict_transport_security: HEADER_VALUE,
  access_control_allow_origin: HEADER_VALUE,
  access_control_allow_methods: headerValue(
    new RegExp(`^(${METHOD}( *, *${METHOD})*)?$`),
    'a list of HTTP methods is expected',
  ),
  access_control_allow_headers: HEADER_VALUE,
  access_control_allow_credentials: headerValue(/^(true)?$/, 'only "true" is expected'),
  access_control_expose_headers: HEADER_VALUE,
  access_control_max_age: headerValue(
    /^(0*([0-9]{1,4}|[1-7][0-9]{4}|8[0-5][0-9]{3}|86[0-3][0-9]{2}|86400))?$/,
    'seconds from 0 to 86400 are expected',
  ),
  content_security_policy: HEADER_VALUE,
  x_content_type_options: oneOf(['nosniff', ''], ''),
  x_frame_options: oneOf(['DENY', 'SAMEORIGIN', ''], ''),
};

/** Listener attributes of an Application Load Balancer (aws-limits 2.2). */
export const LISTENER_ATTRIBUTES: ReadonlyMap<string, AttributeValue> = new Map([
  ...RENAMED,
  ['routing.http.response.server.enabled', ON],
  ...Object.entries(SENT).map(([header, rule]): [string, AttributeValue] => [
    `routing.http.response.${header}.header_value`,
    rule,
  ]),
]);

/** Attributes of a network load balancer (AWS: LoadBalancerAttribute; spec annotations 11.15). */
export const NLB_ATTRIBUTES: ReadonlyMap<string, AttributeValue> = new Map([
  [
    'dns_record.client_routing_policy',
    oneOf(
      ['availability_zone_affinity', 'partial_availability_zone_affinity', 'any_availability_zone'],
      'any_availability_zone',
    ),
  ],
  ['deletion_protection.enabled', OFF],
  ['load_balancing.cross_zone.enabled', OFF],
  ['access_logs.s3.enabled', OFF],
  ['access_logs.s3.bucket', BUCKET],
  ['access_logs.s3.prefix', TEXT],
  ['ipv6.deny_all_igw_traffic', OFF],
  ['zonal_shift.config.enabled', OFF],
  ['secondary_ips.auto_assigned.per_subnet', integer([0, 7], '0')],
]);

const OF_BALANCER = 'use_load_balancer_configuration';
/** A count that AWS documents no upper end for. */
export const COUNT_MAX = 2 ** 31 - 1;

/** Target group attributes for instance and ip targets (aws-limits 4.2). */
export const TARGET_GROUP_ATTRIBUTES: ReadonlyMap<string, AttributeValue> = new Map([
  ['deregistration_delay.timeout_seconds', integer([0, 3600], '300')],
  ['slow_start.duration_seconds', integer([30, 900], '0', ['0'])],
  [
    'load_balancing.algorithm.type',
    oneOf(['round_robin', 'least_outstanding_requests', 'weighted_random'], 'round_robin'),
  ],
  ['load_balancing.algorithm.anomaly_mitigation', oneOf(['on', 'off'], 'off')],
  ['load_balancing.cross_zone.enabled', oneOf(['true', 'false', OF_BALANCER], OF_BALANCER)],
  ['stickiness.enabled', OFF],
  ['stickiness.type', oneOf(['lb_cookie', 'app_cookie'], 'lb_cookie')],
  ['stickiness.app_cookie.cookie_name', TEXT],
  ['stickiness.app_cookie.duration_seconds', integer([1, 604800], '86400')],
  ['stickiness.lb_cookie.duration_seconds', integer([1, 604800], '86400')],
  ...['dns_failover', 'unhealthy_state_routing'].flatMap((what): [string, AttributeValue][] => [
    [`target_group_health.${what}.minimum_healthy_targets.count`, integer([1, COUNT_MAX], '1', ['off'])],
    [`target_group_health.${what}.minimum_healthy_targets.percentage`, integer([1, 100], 'off', ['off'])],
  ]),
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
  'tcp.idle_timeout.seconds',
  'send_tcp_reset.on_idle_timeout.enabled',
]);

/** Tags: longest key and value in characters, allowed characters, most tags on one resource (aws-limits 5). */
export const TAG_KEY_MAX = 128;
export const TAG_VALUE_MAX = 256;
export const TAGS_MAX = 50;
export const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
