// The claim's loop: looks when told, writes only what differs, tries again, never in a hot loop.
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IngressClass, ValidatingWebhookConfiguration } from '../api/kube.ts';
import { CONTROLLER } from '../api/ownership.ts';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { kubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import { type ConfigurationKeeper, keepClaim } from './webhook-configuration.ts';

let server: ApiServer;
let claim: ConfigurationKeeper | undefined;
beforeEach(async () => {
  server = await ApiServer.start();
});
afterEach(async () => {
  claim?.stop();
  await server.stop();
});

const NAME = { name: 'albatross' };
const configurationOf = (expression: string): ValidatingWebhookConfiguration => ({
  metadata: NAME,
  webhooks: [{ name: 'validate-ingress.albatross.dev', matchConditions: [{ name: 'ours', expression }] }],
});

/** A claim on an API server that fails as often as told. */
function world(failures = 0) {
  const classes: IngressClass[] = [];
  const writes = (): string[] =>
    server.requests.flatMap(
      ({ body }) =>
        (body as ValidatingWebhookConfiguration | undefined)?.webhooks?.[0]?.matchConditions?.[0]
          ?.expression ?? [],
    );
  server.put(KINDS.webhookConfigurations, configurationOf('false'));
  server.bend(() => (failures-- > 0 ? { status: 503, body: {} } : undefined));
  claim = keepClaim({
    classes: { list: () => classes, synced: Promise.resolve() },
    configurations: {
      get: (_, name) => server.read(KINDS.webhookConfigurations, { name }),
      synced: Promise.resolve(),
    },
    client: kubeClient(server.kubeConfig),
    log: pino({ level: 'silent' }),
    legacyClass: 'alb',
    pauseMs: 5,
  });
  return {
    writes,
    addClass: (name: string) => {
      classes.push({ metadata: { name }, spec: { controller: CONTROLLER } });
      claim?.look();
    },
    reset: () => {
      server.put(KINDS.webhookConfigurations, configurationOf('false'));
      claim?.look();
    },
  };
}

test('writes once at the start, then once for each class', async () => {
  const { writes, addClass } = world();
  await expect.poll(() => writes().length).toBe(1);
  addClass('public');
  await expect.poll(() => writes().length).toBe(2);
  expect(writes()[1]).toContain("['public']");
  addClass('private');
  await expect.poll(() => writes().at(-1)).toContain("['private', 'public']");
});

test('says nothing while all is well', async () => {
  const { writes } = world();
  await expect.poll(() => writes().length).toBe(1);
  claim?.look();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(writes()).toHaveLength(1);
});

test('writes again when somebody applied the manifest again', async () => {
  const { writes, reset } = world();
  await expect.poll(() => writes().length).toBe(1);
  reset();
  await expect.poll(() => writes().length).toBe(2);
});

test('tries again after failures', async () => {
  const { writes } = world(2);
  await expect.poll(() => writes().length).toBe(3);
  const stored = () => server.read(KINDS.webhookConfigurations, NAME);
  await expect.poll(stored).toMatchObject(configurationOf(writes()[0] ?? ''));
  expect(stored()?.metadata).toMatchObject({ managedFields: [{ manager: 'albatross-webhook' }] });
});
