// The bundle that the image runs: both processes work from it, with nothing of the sources beside, in little memory.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { bundle } from '../../hack/bundle.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { type Stage, setStage } from '../harness/stage.ts';
import { ask, bindingOf, kubectl, soon } from '../harness/waiters.ts';

/** Of the controller, in MiB (the budget is for 300 Ingresses; hack/bench measures that). */
const MOST_MEMORY = 150;

interface Deployment {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly command: string[] }[] } };
  };
}

/** The flags of Node that the Deployment of the controller has. */
function flags(): readonly string[] {
  const path = new URL('../../config/controller/deployment.yaml', import.meta.url);
  const deployment: Deployment = parse(readFileSync(path, 'utf8'));
  const [container] = deployment.spec.template.spec.containers;
  expect(container?.command.at(0)).toBe('node');
  return container?.command.slice(1, -1) ?? [];
}

let directory: string;
let stage: Stage;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'albatross-bundle-'));
  await bundle(directory);
  stage = await setStage({ executable: [...flags(), join(directory, 'albatross.mjs')] });
  await stage.cluster.apply(namespace('packed'), ...app('packed', 'web', { replicas: 2 }));
});
afterAll(async () => {
  await stage?.stop();
  await rm(directory, { recursive: true });
});

const shop = (annotations: Readonly<Record<string, string>> = {}) =>
  ingress('packed', 'shop', {
    annotations: { 'target-type': 'ip', ...annotations },
    hosts: { '': { '/': 'web:80' } },
  });

test('the webhook refuses what is wrong, in the words of the sources', async () => {
  await expect(stage.cluster.apply(shop({ scheme: 'internet-facng' }))).rejects.toThrow(
    'Did you mean "internet-facing"?',
  );
});

test('the controller brings an Ingress up and takes it away', async () => {
  await stage.cluster.apply(shop());
  const { status } = await vi.waitFor(async () => {
    const seen = await bindingOf(stage.cluster, 'packed', 'shop');
    expect(seen.status).toMatchObject({ state: 'Ready', targets: '2/2' });
    return seen;
  }, soon);
  const host = status?.loadBalancer?.dnsName ?? '';
  await vi.waitFor(async () => expect((await ask(stage, host, '/')).status).toBe(200), soon);
  const memory = readFileSync(`/proc/${stage.controller().pid}/status`, 'utf8');
  expect(Number(/^VmHWM:\s+(\d+)/m.exec(memory)?.[1]) / 1024).toBeLessThan(MOST_MEMORY);
  await kubectl(stage.cluster, 'delete ingress shop -n packed');
  await vi.waitFor(
    async () => expect(await kubectl(stage.cluster, 'get lbb -n packed -o name')).toBe(''),
    soon,
  );
});
