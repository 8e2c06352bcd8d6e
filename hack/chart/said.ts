// What the value sets say, and where it has to be in what is rendered. Pure.
import { isDeepStrictEqual } from 'node:util';
import { nameOf, type Rendered } from './helm.ts';

const CONTROLLER = 'Deployment albatross-system/albatross-controller';
const WEBHOOK = 'Deployment albatross-system/albatross-webhook';
const VALIDATING = 'ValidatingWebhookConfiguration albatross';
const MUTATING = 'MutatingWebhookConfiguration albatross';
const POD = 'spec.template.spec';

type Fact = readonly [object: string, path: string, value: unknown];

/** A list has to contain a flag; everything else has to be equal. */
const FACTS: Readonly<Record<string, readonly Fact[]>> = {
  full: [
    [CONTROLLER, 'spec.replicas', 3],
    [WEBHOOK, 'spec.replicas', 3],
    [CONTROLLER, `${POD}.containers.0.image`, 'registry.example.com/albatross:0.1.0-rc.1'],
    [CONTROLLER, `${POD}.containers.0.args`, '--default-tags=cost-center=1234,team=platform'],
    [CONTROLLER, `${POD}.containers.0.args`, '--external-managed-tags=backup,owner'],
    [CONTROLLER, `${POD}.containers.0.args`, '--max-targets-per-target-group=1000000'],
    [CONTROLLER, `${POD}.containers.0.args`, '--aws-vpc-tags=Name=main,tier=shared'],
    [CONTROLLER, `${POD}.containers.0.args`, '--aws-api-throttle=Elastic Load Balancing v2:.*=10:40'],
    [CONTROLLER, `${POD}.containers.0.args`, '--metrics-port=8080'],
    [CONTROLLER, `${POD}.containers.0.args`, '--drift-period=2h'],
    [WEBHOOK, `${POD}.containers.0.args`, '--default-target-type=ip'],
    [WEBHOOK, `${POD}.containers.0.args`, '--metrics-port=8082'],
    [WEBHOOK, `${POD}.hostNetwork`, true],
    [WEBHOOK, `${POD}.terminationGracePeriodSeconds`, 60],
    [CONTROLLER, `${POD}.nodeSelector`, { 'kubernetes.io/arch': 'arm64' }],
    [
      CONTROLLER,
      `${POD}.containers.0.env.1`,
      { name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' },
    ],
    [CONTROLLER, `${POD}.topologySpreadConstraints`, undefined],
    [VALIDATING, 'webhooks.0.failurePolicy', 'Ignore'],
    [VALIDATING, 'webhooks.0.objectSelector', { matchLabels: { checked: 'true' } }],
    [MUTATING, 'webhooks.0.objectSelector.matchLabels', { gated: 'true' }],
    ['IngressClass internal', 'spec.parameters.name', 'internal-class'],
    ['PodDisruptionBudget albatross-system/albatross-webhook', 'spec.minAvailable', 2],
    ['PodDisruptionBudget albatross-system/albatross-webhook', 'spec.maxUnavailable', undefined],
    ['Service albatross-system/albatross-webhook', 'metadata.labels', { part: 'load-balancing' }],
  ],
  'of-the-lbc': [
    [CONTROLLER, `${POD}.containers.0.image`, 'ghcr.io/albatross-ingress/albatross:0.1.0'],
    [CONTROLLER, `${POD}.serviceAccountName`, 'aws-load-balancer-controller'],
    [
      CONTROLLER,
      `${POD}.containers.0.args`,
      '--feature-gates=ListenerRulesTagging=true,WeightedTargetGroups=true',
    ],
    [CONTROLLER, `${POD}.terminationGracePeriodSeconds`, 30],
    [WEBHOOK, `${POD}.containers.0.args`, '--port=9443'],
    [VALIDATING, 'webhooks.0.failurePolicy', 'Ignore'],
    ['ServiceAccount albatross-system/albatross-controller', '', undefined],
    ['IngressClass alb', '', undefined],
  ],
  'webhook-off': [
    [WEBHOOK, '', undefined],
    [VALIDATING, '', undefined],
    ['ClusterRole albatross-webhook', '', undefined],
    ['Role shop/albatross-controller-secrets-0', 'rules.0.resourceNames', ['login', 'partner-login']],
    ['Role blog/albatross-controller-secrets-1', 'rules.0.resourceNames', undefined],
    [CONTROLLER, `${POD}.containers.0.args`, '--policy=observe'],
  ],
};

const at = (value: unknown, path: string): unknown =>
  path === ''
    ? value
    : path
        .split('.')
        .reduce((below: unknown, key) => (below as Record<string, unknown> | undefined)?.[key], value);

function holds(object: Rendered | undefined, [, path, value]: Fact): boolean {
  const found = at(object, path);
  return Array.isArray(found) && typeof value === 'string'
    ? found.includes(value)
    : isDeepStrictEqual(found, value);
}

/** What was said and is not there, in words. */
export async function missed(rendered: (set: string) => Promise<readonly Rendered[]>): Promise<string[]> {
  const all = Object.entries(FACTS).map(async ([set, facts]) => {
    const objects = new Map((await rendered(set)).map((one) => [nameOf(one), one]));
    return facts
      .filter((fact) => !holds(objects.get(fact[0]), fact))
      .map((fact) => {
        const [name, path, value] = fact;
        const found = JSON.stringify(at(objects.get(name), path));
        return `${set}: ${name}: ${path} is ${found}, not ${JSON.stringify(value)}`;
      });
  });
  return (await Promise.all(all)).flat();
}
