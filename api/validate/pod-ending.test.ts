// Pods that end sooner than the load balancer: what lint says of the files, and what it does not bother anybody with.
import { describe, expect, test } from 'vitest';
import { PREFIX } from '../annotation.ts';
import { sentence } from '../problems/problem.ts';
import { lint } from './lint.ts';

const DELAY = 'deregistration_delay.timeout_seconds';
const attributes = (seconds: number) => ({ [`${PREFIX}target-group-attributes`]: `${DELAY}=${seconds}` });
const ip = { [`${PREFIX}target-type`]: 'ip' };

interface Scene {
  readonly ingress?: object;
  readonly service?: object;
  readonly pod?: object;
  readonly labels?: object;
  readonly kind?: string;
}

function told({
  ingress = {},
  service = {},
  pod = {},
  labels = { app: 'web' },
  kind = 'Deployment',
}: Scene): string[] {
  const metadata = { name: 'web', namespace: 'shop' };
  const spec = { containers: [{ name: 'web', image: 'web:1' }], ...pod };
  const workload =
    kind === 'Pod'
      ? { apiVersion: 'v1', kind, metadata: { ...metadata, labels }, spec }
      : {
          apiVersion: 'apps/v1',
          kind,
          metadata,
          spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
        };
  const objects = [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, annotations: { ...ip, ...ingress } },
      spec: { ingressClassName: 'alb', defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata, annotations: service },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    },
    workload,
  ];
  const { found } = lint(objects, { defaultTargetType: 'instance', defaultScheme: 'internal' });
  return found.flatMap(({ problems }) => problems.filter(({ code }) => code === 'EndsTooSoon').map(sentence));
}

const command = (...words: string[]) => ({
  containers: [{ name: 'web', lifecycle: { preStop: { exec: { command: words } } } }],
});
const sleep = (seconds: number) => ({
  containers: [{ name: 'web', lifecycle: { preStop: { sleep: { seconds } } } }],
});

describe('told, with the numbers', () => {
  test("a delay that is said, and Kubernetes' default", () => {
    expect(told({ ingress: attributes(60) })).toEqual([
      `Deployment shop/web: spec.template.spec.terminationGracePeriodSeconds: "30" is not at least 60: its pods are killed 30 s after they are told to end, Kubernetes' default, and the load balancer lets their last requests run for up to 60 s (${DELAY}, Ingress shop/web): what runs longer is cut off.`,
    ]);
  });
  test.each<[string, Scene, string]>([
    [
      'the Service says the delay',
      { service: attributes(60) },
      '(deregistration_delay.timeout_seconds, Service web)',
    ],
    [
      'a grace period that is said',
      { ingress: attributes(60), pod: { terminationGracePeriodSeconds: 45 } },
      'killed 45 s after they are told to end, and',
    ],
    [
      'less than the default, and a delay that nobody says',
      { pod: { terminationGracePeriodSeconds: 5 } },
      "up to 300 s (deregistration_delay.timeout_seconds, AWS's default)",
    ],
    ['a sleep', { ingress: attributes(20), pod: sleep(10) }, 'told to end after 10 s'],
    [
      'a sleep by a command',
      { ingress: attributes(20), pod: command('sh', '-c', 'sleep 5; nginx -s quit') },
      '"preStop sleep 5"',
    ],
    ['a Pod', { ingress: attributes(60), kind: 'Pod' }, 'Pod shop/web: spec.terminationGracePeriodSeconds'],
    ['a Rollout', { ingress: attributes(60), kind: 'Rollout' }, 'Rollout shop/web: spec.template.spec'],
  ])('%s', (_, scene, words) => {
    const [one, ...more] = told(scene);
    expect(one).toContain(words);
    expect(more).toEqual([]);
  });
});

test.each<[string, Scene]>([
  ['nobody says anything: half a minute and five minutes are how the world lives', {}],
  ['a delay within the default grace period', { ingress: attributes(30) }],
  [
    'a grace period as long as the delay',
    { ingress: attributes(60), pod: { terminationGracePeriodSeconds: 60 } },
  ],
  ['a sleep as long as the delay', { ingress: attributes(20), pod: sleep(20) }],
  ['a sleep, and a delay that nobody says', { pod: sleep(5) }],
  ['a command that does something else', { ingress: attributes(20), pod: command('nginx', '-s', 'quit') }],
  ['targets that are nodes', { ingress: { ...attributes(60), [`${PREFIX}target-type`]: 'instance' } }],
  ['pods of another Service', { ingress: attributes(60), labels: { app: 'api' } }],
])('not told: %s', (_, scene) => {
  expect(told(scene)).toEqual([]);
});
