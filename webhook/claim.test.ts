// The claim's loop: looks when told, writes only what differs, tries again, never in a hot loop.
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import type { IngressClass } from '../api/kube.ts';
import { CONTROLLER } from '../api/ownership.ts';
import { type Claim, keepClaim, type WebhookConfiguration } from './claim.ts';

let claim: Claim | undefined;
afterEach(() => claim?.stop());

/** An API server that holds one expression, and fails as often as told. */
function world(failures = 0) {
  const classes: IngressClass[] = [];
  const writes: string[] = [];
  let expression = 'false';
  const configuration = (): WebhookConfiguration => ({
    metadata: { name: 'albatross' },
    webhooks: [{ name: 'validate-ingress.albatross.dev', matchConditions: [{ name: 'ours', expression }] }],
  });
  claim = keepClaim({
    classes: { all: () => classes, synced: Promise.resolve() },
    configurations: { get: configuration, synced: Promise.resolve() },
    connection: {
      list: () => Promise.reject(new Error('not asked for')),
      apply: async (_path, object) => {
        if (failures-- > 0) throw new Error('unavailable');
        expression = (object as WebhookConfiguration).webhooks?.[0]?.matchConditions?.[0]?.expression ?? '';
        writes.push(expression);
      },
    },
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
      expression = 'false';
      claim?.look();
    },
  };
}

test('writes once at the start, then once for each class', async () => {
  const { writes, addClass } = world();
  await expect.poll(() => writes.length).toBe(1);
  addClass('public');
  await expect.poll(() => writes.length).toBe(2);
  expect(writes[1]).toContain("['public']");
  addClass('private');
  await expect.poll(() => writes.at(-1)).toContain("['private', 'public']");
});

test('says nothing while all is well', async () => {
  const { writes } = world();
  await expect.poll(() => writes.length).toBe(1);
  claim?.look();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(writes).toHaveLength(1);
});

test('writes again when somebody applied the manifest again', async () => {
  const { writes, reset } = world();
  await expect.poll(() => writes.length).toBe(1);
  reset();
  await expect.poll(() => writes.length).toBe(2);
});

test('tries again after a failure', async () => {
  const { writes } = world(2);
  await expect.poll(() => writes.length).toBe(1);
});
