// Albatross itself is replaced, killed and given a new certificate while people visit and edit: nothing is refused, nothing is lost,
// and the last edit reaches AWS.
import type { V1Lease, V1PodList } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { takeAccountSnapshot } from '../../harness/account-snapshot.ts';
import { ingress } from '../../harness/fixtures.ts';
import { NAMESPACE } from '../../harness/install.ts';
import { visit } from '../../harness/visits.ts';
import { soon, untilQuiet } from '../../harness/waiters.ts';
import { k, onlyBalancer, ready, startStage, stopStage } from '../../scenarios/life.ts';
import { openShop, SHOP, underLoad } from '../load.ts';
import { type KindStage, setKindStage } from '../stage.ts';

const OF = 'rollouts';

let stage: KindStage;
let host: string;

beforeAll(async () => {
  await startStage();
  stage = await setKindStage();
  host = await openShop(stage, OF);
});
afterAll(stopStage);

const rollOut = async (name: string): Promise<void> => {
  await k(`rollout restart deployment/albatross-${name} -n ${NAMESPACE}`);
  await k(`rollout status deployment/albatross-${name} -n ${NAMESPACE} --timeout=600s`);
};

/** Does something while people visit and edit; the last edit reaches AWS. */
async function unnoticed(work: () => Promise<void>): Promise<void> {
  const { count, last } = await underLoad(stage, { of: OF, host }, work);
  expect(count).toBeGreaterThan(5);
  await vi.waitFor(async () => {
    const { tags } = onlyBalancer(await takeAccountSnapshot(stage));
    expect(tags.edit).toBe(last);
  }, soon);
  await untilQuiet(stage);
}

test('the webhook is rolled out', () => unnoticed(() => rollOut('webhook')));

test('the controller is rolled out', () => unnoticed(() => rollOut('controller')));

const leader = async (): Promise<string> => {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/albatross-controller-leader`;
  return (await stage.cluster.read<V1Lease>(path))?.spec?.holderIdentity ?? '';
};

test('the leader is killed, and the other replica goes on', async () => {
  const before = await leader();
  const pods = await stage.cluster.read<V1PodList>(`/api/v1/namespaces/${NAMESPACE}/pods`);
  const pod = pods?.items.find(({ metadata }) => before.includes(metadata?.name ?? '-'))?.metadata?.name;
  expect(pod).toBeDefined();
  await unnoticed(async () => {
    await k(`delete pod ${pod} -n ${NAMESPACE} --grace-period=0 --force`);
    await vi.waitFor(async () => expect([before, '']).not.toContain(await leader()), soon);
    await k(`rollout status deployment/albatross-controller -n ${NAMESPACE} --timeout=600s`);
  });
});

test('the certificate is renewed', () =>
  unnoticed(async () => {
    const served = () =>
      k(`get secret albatross-webhook-certificate -n ${NAMESPACE} -o jsonpath={.data.tls\\.crt}`);
    const before = await served();
    await stage.certManager.renew();
    expect(await served()).not.toBe(before);
    // A kubelet brings a changed Secret to its pods within a minute or so.
    await vi.waitFor(
      async () => {
        const pods = await stage.cluster.read<V1PodList>(`/api/v1/namespaces/${NAMESPACE}/pods`, {
          labelSelector: 'app.kubernetes.io/name=albatross-webhook',
        });
        for (const { metadata } of pods?.items ?? [])
          expect(await k(`logs ${metadata?.name} -n ${NAMESPACE} --tail=-1`)).toContain(
            'certificate replaced',
          );
      },
      { ...soon, timeout: 300_000 },
    );
  }));

test('the API server is restarted: visitors notice nothing, and edits go on after it', async () => {
  const visits = visit(stage.aws, host);
  await stage.cluster.pauseApiServer();
  await stage.cluster.resumeApiServer();
  const all = await visits.stop();
  expect(visits.wrong).toEqual([]);
  expect(all).toBeGreaterThan(100);
  await vi.waitFor(() => stage.cluster.apply(ingress(OF, 'after', SHOP)), soon);
  await ready(OF, 'after');
});
