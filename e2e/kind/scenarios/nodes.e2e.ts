// A node is drained under load: pods with readiness gates and a disruption budget move without a lost request, on ip and on instance
// targets, and the load balancer forgets the node.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { namespace, service } from '../../harness/fixtures.ts';
import { visit } from '../../harness/visits.ts';
import { soon } from '../../harness/waiters.ts';
import { bringUp, k, startStage, stopStage } from '../../scenarios/life.ts';
import { type KindStage, setKindStage } from '../stage.ts';

const OF = 'moving';
const HEALTH = { 'healthcheck-interval-seconds': '5', 'healthcheck-timeout-seconds': '2' };

let stage: KindStage;

/** Four pods that go on serving for a while after they were told to end, at most one of which may be missing. */
function app(): object[] {
  const labels = { app: 'web' };
  const container = {
    ...{ name: 'web', image: 'shop:1', ports: [{ containerPort: 8080, name: 'http' }] },
    lifecycle: { preStop: { sleep: { seconds: 10 } } },
  };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const metadata = { name: 'web', namespace: OF };
  const selector = { matchLabels: labels };
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 4, selector, template } },
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { maxUnavailable: 1, selector } },
    service(OF, 'web'),
  ];
}

beforeAll(async () => {
  await startStage();
  stage = await setKindStage();
  const labels = { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' };
  await stage.cluster.apply({ ...namespace(OF), metadata: { name: OF, labels } }, ...app());
});
afterAll(stopStage);

test('pods move to the other node while people visit', async () => {
  const annotations = { 'target-type': 'ip', ...HEALTH };
  const host = await bringUp(OF, 'shop', { annotations, hosts: { '': { '/': 'web:80' } } });
  // From pods that were there before the target group to pods with gates.
  await k(`rollout restart deployment/web -n ${OF}`);
  await k(`rollout status deployment/web -n ${OF} --timeout=600s`);
  const [, node] = stage.nodes.map(({ name }) => name).toSorted();
  const visits = visit(stage.aws, host);
  await k(`drain ${node} --ignore-daemonsets --delete-emptydir-data --timeout=900s`);
  await k(`rollout status deployment/web -n ${OF} --timeout=600s`);
  const all = await visits.stop();
  process.stdout.write(`  ${all} requests while ${node} was drained, ${visits.wrong.length} lost\n`);
  expect(visits.wrong).toEqual([]);
  expect(all).toBeGreaterThan(100);
  expect(await k(`get pods -n ${OF} -o jsonpath={.items[*].spec.nodeName}`)).not.toContain(node);
  await k(`uncordon ${node}`);
  await vi.waitFor(
    async () =>
      expect(await k(`get deployments -A -o jsonpath={.items[*].status.unavailableReplicas}`)).toBe(''),
    soon,
  );
});
