// Flags of the AWS Load Balancer Controller (LBC) v3.5 that have another name here, no effect, or no counterpart.
import { trueOrFalse } from './values.ts';

export type ProcessName = 'controller' | 'webhook';

/** What becomes of a flag of the LBC. */
export type Fate =
  /** It is one of ours with another name, of these processes. */
  | { readonly kind: 'renamed'; readonly to: readonly string[]; readonly by: readonly ProcessName[] }
  /** It changes nothing here; that is told. */
  | { readonly kind: 'idle'; readonly because: string }
  /** The process ends when it says anything but this: it would change what is served, or who is let in. */
  | {
      readonly kind: 'fixed';
      readonly is: string;
      readonly because: string;
      readonly remedy: string;
      readonly by: readonly ProcessName[];
    };

export interface LbcFlag {
  readonly name: string;
  readonly value: '[boolean]' | '<text>';
  /** What the LBC takes when nobody says it; '' for nothing. */
  readonly unset: string;
  readonly fate: Fate;
}

const BOTH = ['controller', 'webhook'] as const;

const renamed = (
  name: string,
  unset: string,
  to: readonly string[],
  by: readonly ProcessName[],
): LbcFlag => ({
  ...{ name, unset, value: unset === 'true' ? '[boolean]' : '<text>' },
  fate: { kind: 'renamed', to, by },
});

const idle = (name: string, unset: string, because: string): LbcFlag => ({
  ...{ name, unset, value: unset === 'true' || unset === 'false' ? '[boolean]' : '<text>' },
  fate: { kind: 'idle', because },
});

const SERVICES = 'Services of type LoadBalancer are not served here';
const GATEWAYS = 'Gateways are not served here';
const ACCELERATORS = 'accelerators are not made here';
const TARGETS = 'targets are written when they change, and tried again at a pace of their own';

const RENAMED: readonly LbcFlag[] = [
  renamed('metrics-bind-addr', ':8080', ['metrics-port'], BOTH),
  renamed('health-probe-bind-addr', ':61779', ['health-port'], ['controller']),
  renamed('enable-leader-election', 'true', ['leader-elect'], ['controller']),
  renamed('webhook-bind-port', '9443', ['port'], ['webhook']),
  renamed(
    'webhook-cert-dir',
    '/tmp/k8s-webhook-server/serving-certs',
    ['tls-cert-file', 'tls-private-key-file'],
    ['webhook'],
  ),
  renamed('webhook-cert-file', 'tls.crt', ['tls-cert-file'], ['webhook']),
  renamed('webhook-key-file', 'tls.key', ['tls-private-key-file'], ['webhook']),
];

const IDLE: readonly LbcFlag[] = [
  idle('aws-vpc-tag-key', 'Name', 'all tags of aws-vpc-tags count, as with the LBC'),
  idle('default-pca-arn', '', 'certificates are found or named, not requested'),
  idle('enable-endpoint-slices', 'true', 'EndpointSlices are always used'),
  idle('enable-waf', 'true', 'AWS WAF Classic has ended (hack/decisions/0010)'),
  idle('lb-stabilization-monitor-interval', '2m', 'a new load balancer is looked at until it is active'),
  idle('targetgroupbinding-max-exponential-backoff-delay', '16m40s', TARGETS),
  idle('targetgroupbinding-requeue-duration', '15s', TARGETS),
  idle('service-max-concurrent-reconciles', '3', SERVICES),
  idle('load-balancer-class', 'service.k8s.aws/nlb', SERVICES),
  idle('gateway-class-max-concurrent-reconciles', '3', GATEWAYS),
  idle('alb-gateway-max-concurrent-reconciles', '3', GATEWAYS),
  idle('nlb-gateway-max-concurrent-reconciles', '3', GATEWAYS),
  idle('globalaccelerator-max-concurrent-reconciles', '1', ACCELERATORS),
  idle('globalaccelerator-max-exponential-backoff-delay', '16m40s', ACCELERATORS),
  idle('quic-environment-variable-name', 'AWS_LBC_QUIC_SERVER_ID', 'QUIC is of Network Load Balancers'),
];

const tolerated = (name: string, what: string): LbcFlag => ({
  ...{ name, unset: 'true', value: '[boolean]' },
  fate: {
    ...{ kind: 'fixed', is: 'true', by: ['controller'] },
    because: `a rule whose ${what} does not exist answers 503, and the rest of the Ingress is served`,
    remedy: 'leave it out',
  },
});

const FIXED: readonly LbcFlag[] = [
  tolerated('tolerate-non-existent-backend-service', 'Service'),
  tolerated('tolerate-non-existent-backend-action', 'action'),
  {
    name: 'kube-ca-pem-filepath',
    value: '<text>',
    unset: '',
    fate: {
      ...{ kind: 'fixed', is: '', by: ['webhook'] },
      because: 'certificates of callers are not looked at',
      remedy:
        'leave it out, and let only the API server reach the webhook (config/webhook/networkpolicy.yaml)',
    },
  },
];

/** Every flag of the LBC that is none of ours by its name. */
export const LBC_ONLY: readonly LbcFlag[] = [...RENAMED, ...IDLE, ...FIXED];

/** What the text of such a flag says, in one spelling. */
export const readLbc = ({ value }: LbcFlag, text: string): string =>
  value === '[boolean]' ? String(trueOrFalse(text)) : text;
