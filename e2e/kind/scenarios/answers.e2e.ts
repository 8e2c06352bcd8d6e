// What a person meets first, on real nodes: a refusal by kubectl, and a shop answered by pods through the load balancer, over node
// ports and at the pods' own addresses.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { app, ingress, namespace } from '../../harness/fixtures.ts';
import { ask, bindingOf, soon, untilQuiet } from '../../harness/waiters.ts';
import { bringUp, removed, stage, startStage, stopStage } from '../../scenarios/life.ts';

const OF = 'answers';

beforeAll(async () => {
  await startStage();
  await stage.cluster.apply(namespace(OF), ...app(OF, 'shop', { replicas: 3 }));
});
afterAll(stopStage);

/** kubectl applies it, as a person does. */
const applied = (object: object) =>
  stage.cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });

describe('refusals', () => {
  const paths = { '': { '/': 'shop:80' } };

  test.each([
    ['scheme', 'internet-facng', 'Did you mean "internet-facing"?'],
    ['healthcheck-interval-seconds', '30s', 'healthcheck-interval-seconds'],
    ['listen-ports', '[{"HTPS": 443}]', 'listen-ports'],
  ])('%s: %s', async (annotation, value, words) => {
    const { code, stderr } = await applied(
      ingress(OF, 'bad', { annotations: { [annotation]: value }, hosts: paths }),
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain(words);
    await expect(bindingOf(stage.cluster, OF, 'bad')).rejects.toThrow('there is no binding');
  });

  test('several mistakes are one answer', async () => {
    const annotations = { scheme: 'inside', 'target-type': 'pod', 'success-codes': '2oo' };
    const { stderr } = await applied(ingress(OF, 'bad', { annotations, hosts: paths }));
    for (const annotation of Object.keys(annotations)) expect(stderr).toContain(annotation);
  });
});

// Behind a node port kube-proxy chooses a pod for each connection, and connections are kept.
test.each([
  ['instance', 1],
  ['ip', 3],
] as const)(
  'targets of type %s: pods answer through the load balancer, at least %i of three',
  async (type, least) => {
    const host = await bringUp(OF, type, {
      annotations: {
        'target-type': type,
        'healthcheck-interval-seconds': '5',
        'healthcheck-timeout-seconds': '2',
      },
      hosts: { '': { '/': 'shop:80' } },
    });
    const targets = [...stage.aws.state().targetGroups.values()].flatMap((one) => Object.keys(one.targets));
    expect(targets.map((id) => id.startsWith('i-'))).toEqual(Array(targets.length).fill(type === 'instance'));
    const seen = new Set<string>();
    await vi.waitFor(async () => {
      const { status, body } = await ask(stage, host, '/hello');
      expect(status).toBe(200);
      const { pod, path }: { pod: string; path: string } = JSON.parse(body);
      expect(path).toBe('/hello');
      seen.add(pod);
      expect(seen.size).toBeGreaterThanOrEqual(least);
    }, soon);
    await removed(OF, type);
    await untilQuiet(stage);
    expect(stage.aws.state().loadBalancers.size).toBe(0);
  },
);
