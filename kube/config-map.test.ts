// Tests of config-map, on an API server over HTTP.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { type KubeClient, kubeClient } from './client.ts';
import { type ConfigMap, readConfigMap, writeConfigMap } from './config-map.ts';

let server: ApiServer;
let client: KubeClient;
beforeEach(async () => {
  server = await ApiServer.start();
  client = kubeClient(server.kubeConfig);
});
afterEach(() => server.stop());

const PLACE = { namespace: 'albatross-system', name: 'record' };
async function read(): Promise<ConfigMap> {
  const outcome = await readConfigMap(client, PLACE);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.object;
}
const CONFLICT = { ok: false, reason: 'conflict' };

test('keys are added to what is there', async () => {
  expect(await readConfigMap(client, PLACE)).toMatchObject({ ok: false, reason: 'notFound' });
  await writeConfigMap(client, PLACE, undefined, { a: '1' });
  await writeConfigMap(client, PLACE, await read(), { b: '2' });
  expect(await read()).toMatchObject({ kind: 'ConfigMap', metadata: PLACE, data: { a: '1', b: '2' } });
});

test('of two who write at once the slower one is told', async () => {
  await writeConfigMap(client, PLACE, undefined, { a: '1' });
  expect(await writeConfigMap(client, PLACE, undefined, { a: '2' })).toMatchObject(CONFLICT);
  const before = await read();
  await writeConfigMap(client, PLACE, before, { a: '3' });
  expect(await writeConfigMap(client, PLACE, before, { a: '4' })).toMatchObject(CONFLICT);
  expect((await read()).data).toEqual({ a: '3' });
});
