// Attributes as the data plane uses them: read once, and again after every call that may have changed them.
import { listenerAttributes, loadBalancerAttributes, targetGroupAttributes } from '../elb/attributes.ts';
import { held } from '../elb/find.ts';
import type { ElbState, ListenerRecord, TargetGroupRecord } from '../elb/state.ts';
import { listenerHeaders } from './headers.ts';

/** How a listener treats requests and responses. */
export interface ListenerSettings {
  readonly protocol: 'http' | 'https';
  readonly port: number;
  /** As configured, not scaled. */
  readonly idleSeconds: number;
  readonly http2: boolean;
  readonly dropInvalidHeaders: boolean;
  readonly preserveHost: boolean;
  readonly clientPort: boolean;
  readonly forwardedFor: 'append' | 'preserve' | 'remove';
  readonly tlsHeaders: boolean;
  readonly serverHeader: boolean;
  /** Put on every response. */
  readonly responseHeaders: Record<string, string>;
  /** The names of the headers about TLS and client certificates, by the part of the attribute that names them. */
  readonly requestHeader: (what: RequestHeader) => string;
}

export type RequestHeader =
  | `mtls_clientcert${'' | '_serial_number' | '_issuer' | '_subject' | '_validity' | '_leaf'}`
  | 'tls_version'
  | 'tls_cipher_suite';

/** How a target group chooses among its targets. */
export interface GroupSettings {
  readonly algorithm: 'round_robin' | 'least_outstanding_requests' | 'weighted_random';
  readonly slowStartSeconds: number;
  readonly stickiness: 'none' | 'lb_cookie' | 'app_cookie';
  readonly cookieName: string;
  readonly cookieSeconds: number;
  /** With fewer healthy targets than that, requests go to all of them. */
  readonly healthyCount: number;
  readonly healthyPercentage: number;
}

export class DataPlaneSettings {
  readonly #state: ElbState;
  readonly #listeners = new Map<string, ListenerSettings>();
  readonly #groups = new Map<string, GroupSettings>();

  constructor(state: ElbState) {
    this.#state = state;
  }

  /** To be called when an attribute may have changed. */
  forget(): void {
    this.#listeners.clear();
    this.#groups.clear();
  }

  ofListener(listener: ListenerRecord): ListenerSettings {
    const known = this.#listeners.get(listener.arn);
    if (known !== undefined) return known;
    const settings = readListener(this.#state, listener);
    this.#listeners.set(listener.arn, settings);
    return settings;
  }

  ofGroup(group: TargetGroupRecord): GroupSettings {
    const known = this.#groups.get(group.arn);
    if (known !== undefined) return known;
    const settings = readGroup(group);
    this.#groups.set(group.arn, settings);
    return settings;
  }
}

function readListener(state: ElbState, listener: ListenerRecord): ListenerSettings {
  const of = listenerAttributes(listener);
  const balancer = loadBalancerAttributes(held(state.loadBalancers, listener.loadBalancerArn));
  const on = (key: string) => balancer[`routing.${key}.enabled`] === 'true';
  const mode = balancer['routing.http.xff_header_processing.mode'];
  return {
    protocol: listener.protocol === 'HTTPS' ? 'https' : 'http',
    port: listener.port,
    idleSeconds: Number(balancer['idle_timeout.timeout_seconds']),
    http2: on('http2'),
    dropInvalidHeaders: on('http.drop_invalid_header_fields'),
    preserveHost: on('http.preserve_host_header'),
    clientPort: on('http.xff_client_port'),
    forwardedFor: mode === 'preserve' || mode === 'remove' ? mode : 'append',
    tlsHeaders: on('http.x_amzn_tls_version_and_cipher_suite'),
    serverHeader: of['routing.http.response.server.enabled'] !== 'false',
    responseHeaders: listenerHeaders(of),
    requestHeader: (what) =>
      of[`routing.http.request.x_amzn_${what}.header_name`] || `x-amzn-${what.replaceAll('_', '-')}`,
  };
}

/** aws-limits 4.2; `off` never asks for more healthy targets than there are. */
export function readGroup(group: TargetGroupRecord): GroupSettings {
  const of = targetGroupAttributes(group);
  const algorithm = of['load_balancing.algorithm.type'];
  const sticky = of['stickiness.enabled'] === 'true';
  const stickiness = of['stickiness.type'] === 'app_cookie' ? 'app_cookie' : 'lb_cookie';
  const least = (unit: string) =>
    Number(of[`target_group_health.unhealthy_state_routing.minimum_healthy_targets.${unit}`]) || 0;
  return {
    algorithm:
      algorithm === 'least_outstanding_requests' || algorithm === 'weighted_random'
        ? algorithm
        : 'round_robin',
    slowStartSeconds: Number(of['slow_start.duration_seconds'] ?? 0),
    stickiness: sticky ? stickiness : 'none',
    cookieName: of['stickiness.app_cookie.cookie_name'] ?? '',
    cookieSeconds: Number(of[`stickiness.${stickiness}.duration_seconds`]),
    healthyCount: least('count'),
    healthyPercentage: least('percentage'),
  };
}
