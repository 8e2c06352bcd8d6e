// Another version comes and goes under load, and then everything goes: nothing is left in AWS, nor in the cluster.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { takeAccountSnapshot } from '../../harness/account-snapshot.ts';
import { app, namespace } from '../../harness/fixtures.ts';
import { NAMESPACE } from '../../harness/install.ts';
import { bindingNames, soon, untilQuiet } from '../../harness/waiters.ts';
import { bringUp, k, startStage, stopStage } from '../../scenarios/life.ts';
import { albatrossImage, docker, KIND_CLUSTER, kind } from '../engine.ts';
import { openShop, SHOP, underLoad } from '../load.ts';
import { type KindStage, setKindStage } from '../stage.ts';

const SPACES = Array.from({ length: 12 }, (_, at) => `leaving-${at + 1}`);
const [FIRST = ''] = SPACES;

let stage: KindStage;
let host: string;

beforeAll(async () => {
  await startStage();
  stage = await setKindStage();
  host = await openShop(stage, FIRST);
});
afterAll(stopStage);

/** Each Deployment to an image, under visits and edits. */
async function change(image: string): Promise<void> {
  await underLoad(stage, { of: FIRST, host }, async () => {
    for (const name of ['webhook', 'controller']) {
      await k(`set image deployment/albatross-${name} ${name}=${image} -n ${NAMESPACE}`);
      await k(`rollout status deployment/albatross-${name} -n ${NAMESPACE} --timeout=600s`);
    }
  });
  await untilQuiet(stage);
}

test('another version comes and goes under load (PREVIOUS_IMAGE, or this one under another name)', async () => {
  const other = process.env.PREVIOUS_IMAGE || 'albatross:previous';
  if (!process.env.PREVIOUS_IMAGE) await docker('tag', albatrossImage(), other);
  await kind(['load', 'docker-image', other, `--name=${KIND_CLUSTER}`]);
  await change(other);
  await change(albatrossImage());
});

test('twelve namespaces with a load balancer each are deleted at once, and nothing stays in AWS', async () => {
  for (const of of SPACES.slice(1)) {
    await stage.cluster.apply(namespace(of), ...app(of, 'web'));
    await bringUp(of, 'shop', SHOP);
  }
  expect((await takeAccountSnapshot(stage)).loadBalancers).toHaveLength(SPACES.length);
  await k(`delete namespace ${SPACES.join(' ')} --timeout=600s`);
  await vi.waitFor(async () => expect(await bindingNames(stage.cluster)).toEqual([]), soon);
  await untilQuiet(stage);
  const { loadBalancers, targetGroups } = stage.aws.state();
  expect([loadBalancers.size, targetGroups.size]).toEqual([0, 0]);
});

test('uninstalled, nothing of Albatross is left', async () => {
  await k('delete -k config/default --timeout=600s');
  const kinds =
    'namespaces,clusterroles,clusterrolebindings,customresourcedefinitions,ingressclasses,validatingwebhookconfigurations,mutatingwebhookconfigurations,validatingadmissionpolicies,validatingadmissionpolicybindings';
  const left = (await k(`get ${kinds} -o name`)).split('\n').filter((name) => name.includes('albatross'));
  expect(left).toEqual([]);
});
