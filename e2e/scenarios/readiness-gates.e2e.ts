// A Deployment rolls over under load: with readiness gates it never outruns the load balancer, without them it does. And pods whose
// gates wait are served by a controller that starts later, or let go when there is nothing left to wait for.
import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { namespace, service } from '../harness/fixtures.ts';
import { visit } from '../harness/visits.ts';
import { bringUp, k, soon, stage, startStage, statusOf, stopStage } from './life.ts';

const [GATED, BARE] = ['gated', 'bare'];
const REPLICAS = 6;
/** For so long a new pod answers 503, although its containers are ready: nothing but the load balancer's health checks notices. */
const WARM_UP_MS = 1_500;

/** Six pods that may warm up, and go on serving for a while after they were told to end, as pods behind a load balancer should. */
function app(of: string, warmUpMs: number): object[] {
  const labels = { app: 'web' };
  const container = {
    ...{ name: 'web', image: 'shop:1', ports: [{ containerPort: 8080, name: 'http' }] },
    env: [{ name: 'WARM_UP_MS', value: String(warmUpMs) }],
    lifecycle: { preStop: { sleep: { seconds: 10 } } },
  };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const spec = { replicas: REPLICAS, selector: { matchLabels: labels }, template };
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: of }, spec },
    service(of, 'web', { type: 'ClusterIP' }),
  ];
}

const podsOf = async (of: string): Promise<V1Pod[]> =>
  (JSON.parse(await k(`get pods -n ${of} -o json`)) as { items: V1Pod[] }).items.filter(
    ({ metadata }) => metadata?.deletionTimestamp === undefined,
  );
const gatesOf = ({ spec }: V1Pod): string[] =>
  (spec?.readinessGates ?? []).map(({ conditionType }) => conditionType);
const conditionOf = ({ status }: V1Pod, type: string) => status?.conditions?.find((one) => one.type === type);
const rollOver = async (of: string): Promise<void> => {
  await k(`rollout restart deployment/web -n ${of}`);
  await k(`rollout status deployment/web -n ${of} --timeout=300s`);
};
/** The gate that the controller promises for the pods of a namespace. */
const promisedIn = async (of: string): Promise<string> =>
  (await statusOf(of, 'web')).targetGroups?.[0]?.readinessGate ?? '';

const hosts: Record<string, string> = {};

beforeAll(async () => {
  await startStage();
  await stage.cluster.apply(
    {
      ...namespace(GATED),
      metadata: { name: GATED, labels: { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' } },
    },
    namespace(BARE),
  );
  for (const of of [GATED, BARE]) {
    await stage.cluster.apply(...app(of, of === GATED ? WARM_UP_MS : 0));
    const annotations = {
      'target-type': 'ip',
      'healthcheck-interval-seconds': '5',
      'healthcheck-timeout-seconds': '2',
    };
    hosts[of] = await bringUp(of, 'web', { annotations, hosts: { '': { '/': 'web:80' } } });
  }
});
afterAll(stopStage);

test('with readiness gates a Deployment of six rolls over twice under load, and no request fails', async () => {
  const visits = visit(stage.aws, hosts[GATED] ?? '');
  // From pods without gates, which were there before the target group, to pods with them; and from those to others.
  await rollOver(GATED);
  await rollOver(GATED);
  const all = await visits.stop();
  expect(visits.wrong).toEqual([]);
  expect(all).toBeGreaterThan(200);
  const gate = await promisedIn(GATED);
  expect(gate).toMatch(/^target-health\.elbv2\.k8s\.aws\/k8s-gated-web-/);
  const pods = await podsOf(GATED);
  expect(pods.map(gatesOf)).toEqual(Array(REPLICAS).fill([gate]));
  expect(pods.map((pod) => conditionOf(pod, gate)?.status)).toEqual(Array(REPLICAS).fill('True'));
});

test('without them it outruns the load balancer, and requests fail', async () => {
  const visits = visit(stage.aws, hosts[BARE] ?? '');
  // Longer than anybody waits here: what fails, fails although every pod is ready.
  await k(`set env deployment/web -n ${BARE} WARM_UP_MS=600000`);
  await k(`rollout status deployment/web -n ${BARE} --timeout=300s`);
  expect((await podsOf(BARE)).flatMap(gatesOf)).toEqual([]);
  await vi.waitFor(() => expect(visits.wrong).toContain(503), soon);
  await visits.stop();
});

/** Waits until a new pod is ready but for its gate. */
const stuck = (gate: string): Promise<void> =>
  vi.waitFor(async () => {
    const waiting = (await podsOf(GATED)).filter((pod) => conditionOf(pod, gate)?.status !== 'True');
    expect(waiting.map((pod) => conditionOf(pod, 'ContainersReady')?.status)).toContain('True');
    expect(waiting.map((pod) => conditionOf(pod, 'Ready')?.status)).not.toContain('True');
  }, soon);

test('gates that wait when a controller starts are served: those of the LBC have the same names', async () => {
  const gate = await promisedIn(GATED);
  await stage.controller().stop();
  await k(`rollout restart deployment/web -n ${GATED}`);
  await stuck(gate);
  await stage.startController();
  await k(`rollout status deployment/web -n ${GATED} --timeout=300s`);
});

test('without a webhook pods are created all the same, without gates', async () => {
  await stage.webhook()?.stop();
  await k(`run lonely --image=shop:1 --labels=app=web -n ${GATED}`);
  const lonely = (await podsOf(GATED)).filter(({ metadata }) => metadata?.name === 'lonely');
  expect(lonely.map(gatesOf)).toEqual([[]]);
  await k(`delete pod lonely -n ${GATED} --now`);
  await stage.startWebhook();
});

test('an Ingress that goes lets go the pods that wait for its target group, and says so', async () => {
  const gate = await promisedIn(GATED);
  await stage.controller().stop();
  await k(`rollout restart deployment/web -n ${GATED}`);
  await stuck(gate);
  await k(`delete ingress web -n ${GATED}`);
  await stage.startController();
  await k(`rollout status deployment/web -n ${GATED} --timeout=300s`);
  const reasons = (await podsOf(GATED)).flatMap((pod) => conditionOf(pod, gate)?.reason ?? []);
  expect(reasons).toContain('TargetGroupGone');
});
