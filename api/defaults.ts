// What AWS gives an attribute that nobody sets (aws-limits 1.1, 2.2, 4.2). No other place knows it.
import type { Attributes, Scheme } from './aws.ts';
import { LOGS } from './limits/limits.ts';

/** Of an Application Load Balancer. */
export const loadBalancerDefaults = (scheme: Scheme): Readonly<Attributes> => ({
  'deletion_protection.enabled': 'false',
  'load_balancing.cross_zone.enabled': 'true',
  ...Object.fromEntries(
    LOGS.flatMap((log) => [
      [`${log}.enabled`, 'false'],
      [`${log}.bucket`, ''],
      [`${log}.prefix`, ''],
    ]),
  ),
  'ipv6.deny_all_igw_traffic': scheme === 'internal' ? 'true' : 'false',
  'zonal_shift.config.enabled': 'false',
  'idle_timeout.timeout_seconds': '60',
  'client_keep_alive.seconds': '3600',
  'routing.http.desync_mitigation_mode': 'defensive',
  'routing.http.drop_invalid_header_fields.enabled': 'false',
  'routing.http.preserve_host_header.enabled': 'false',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'false',
  'routing.http.xff_client_port.enabled': 'false',
  'routing.http.xff_header_processing.mode': 'append',
  'routing.http2.enabled': 'true',
  'waf.fail_open.enabled': 'false',
});

/** Names of the headers that only HTTPS listeners have, and can rename. */
const HEADERS: Readonly<Record<string, string>> = {
  x_amzn_mtls_clientcert_serial_number: 'X-Amzn-Mtls-Clientcert-Serial-Number',
  x_amzn_mtls_clientcert_issuer: 'X-Amzn-Mtls-Clientcert-Issuer',
  x_amzn_mtls_clientcert_subject: 'X-Amzn-Mtls-Clientcert-Subject',
  x_amzn_mtls_clientcert_validity: 'X-Amzn-Mtls-Clientcert-Validity',
  x_amzn_mtls_clientcert_leaf: 'X-Amzn-Mtls-Clientcert-Leaf',
  x_amzn_mtls_clientcert: 'X-Amzn-Mtls-Clientcert',
  x_amzn_tls_version: 'X-Amzn-Tls-Version',
  x_amzn_tls_cipher_suite: 'X-Amzn-Tls-Cipher-Suite',
};

/** Response headers that are not sent unless somebody gives them a value. */
const UNSENT: readonly string[] = [
  'strict_transport_security',
  'access_control_allow_origin',
  'access_control_allow_methods',
  'access_control_allow_headers',
  'access_control_allow_credentials',
  'access_control_expose_headers',
  'access_control_max_age',
  'content_security_policy',
  'x_content_type_options',
  'x_frame_options',
];

/** Of a listener. */
export const listenerDefaults = (protocol: 'HTTP' | 'HTTPS'): Readonly<Attributes> => ({
  ...(protocol === 'HTTPS'
    ? Object.fromEntries(
        Object.entries(HEADERS).map(([key, name]) => [`routing.http.request.${key}.header_name`, name]),
      )
    : {}),
  'routing.http.response.server.enabled': 'true',
  ...Object.fromEntries(UNSENT.map((header) => [`routing.http.response.${header}.header_value`, ''])),
});

const HEALTH = 'target_group_health';

/** Of a target group with instances or addresses. */
export const TARGET_GROUP_DEFAULTS: Readonly<Attributes> = {
  'deregistration_delay.timeout_seconds': '300',
  'stickiness.enabled': 'false',
  'stickiness.type': 'lb_cookie',
  'stickiness.app_cookie.cookie_name': '',
  'stickiness.app_cookie.duration_seconds': '86400',
  'stickiness.lb_cookie.duration_seconds': '86400',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  'load_balancing.algorithm.type': 'round_robin',
  'load_balancing.algorithm.anomaly_mitigation': 'off',
  'slow_start.duration_seconds': '0',
  [`${HEALTH}.dns_failover.minimum_healthy_targets.count`]: '1',
  [`${HEALTH}.dns_failover.minimum_healthy_targets.percentage`]: 'off',
  [`${HEALTH}.unhealthy_state_routing.minimum_healthy_targets.count`]: '1',
  [`${HEALTH}.unhealthy_state_routing.minimum_healthy_targets.percentage`]: 'off',
};
