// Mistakes as their author meets them: all in one answer, the same offline, nobody else bothered, and old ones in nobody's way.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../harness/cluster.ts';
import { render, webhookConfigurations } from '../harness/install.ts';
import type { RunningProcess } from '../harness/process.ts';
import { BAD, ingress, prepareWebhookHost, type Said, type WebhookHost } from '../harness/webhook.ts';

const ALBATROSS = new URL('../../cli/albatross.ts', import.meta.url).pathname;

/** One mistake in each of ten annotations. */
const TEN = {
  scheme: 'internet-facng',
  'target-type': 'pod',
  'ip-address-type': 'dual',
  'listen-ports': '[{"HTPS": 443}]',
  'inbound-cidrs': '10.0.0.0/33',
  'load-balancer-attributes': 'idle_timeout.timeout_seconds=0',
  'healthcheck-interval-seconds': '30s',
  'healthcheck-path': 'healthz',
  'success-codes': '2oo',
  'group.order': '1001',
};

let host: WebhookHost;
let webhook: RunningProcess;

beforeAll(async () => {
  host = await prepareWebhookHost();
  webhook = await host.start();
});

afterAll(async () => {
  await webhook?.stop();
  await host?.cluster.stop();
});

test('kubectl apply prints ten mistakes in one answer, and albatross lint the same ten', async () => {
  const bad = ingress('ten', { annotations: TEN });
  const { code, stderr } = await host.apply(bad);
  const answered = stderr.split('\n').flatMap((line) => (line.startsWith('* ') ? [line.slice(2)] : []));
  expect(code).toBe(1);
  for (const name of Object.keys(TEN)) {
    const own = answered.filter((line) => line.includes(`[alb.ingress.kubernetes.io/${name}]`));
    expect(own, name).toHaveLength(1);
  }
  expect(answered).toHaveLength(10);
  expect(await host.get('ingress', 'ten')).toBeUndefined();

  const linted = await runCommand(process.execPath, [ALBATROSS, 'lint', '-'], { input: JSON.stringify(bad) });
  const found = [...linted.stdout.matchAll(/: refused: (.*) \[\w+\]$/gm)].map(([, words]) => words);
  expect(found.sort()).toEqual(answered.sort());
  expect(linted.code).toBe(1);
  expect(linted.stdout).toContain('10 problems that admission refuses, 0 warnings');
});

describe('a mistake that is stored already', () => {
  const at = (host: string, said: Said = {}) => {
    const made = ingress('old', { ...said, annotations: { ...BAD, ...said.annotations } }) as {
      spec: { rules: object[] };
    };
    return { ...made, spec: { ...made.spec, rules: made.spec.rules.map((rule) => ({ ...rule, host })) } };
  };
  const hostOf = async () =>
    (await host.get<{ spec: { rules: { host: string }[] } }>('ingress', 'old'))?.spec.rules[0]?.host;

  test('is there because nobody was asked when it was applied', async () => {
    await host.cluster.kubectl(['delete', 'validatingwebhookconfiguration', 'albatross']);
    await expect.poll(async () => (await host.apply(at('old.example.com'))).code).toBe(0);
    await host.cluster.apply(...webhookConfigurations(await render(host.cluster, 'default'), host.place));
    const asked = async () =>
      (await host.apply(ingress('new', { annotations: BAD }), '--dry-run=server')).code;
    await expect.poll(asked).toBe(1);
  });

  test('is told and does not keep its host from being edited', async () => {
    const { code, stderr } = await host.apply(at('new.example.com'));
    expect(code, stderr).toBe(0);
    for (const name of Object.keys(BAD)) {
      expect(stderr).toMatch(new RegExp(`^Warning: .*alb\\.ingress\\.kubernetes\\.io/${name}`, 'm'));
    }
    expect(await hostOf()).toBe('new.example.com');
  });

  test('excuses no new one', async () => {
    const { code, stderr } = await host.apply(
      at('new.example.com', { annotations: { 'group.order': '1001' } }),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('alb.ingress.kubernetes.io/group.order');
    expect(stderr).not.toMatch(/^\* .*target-type/m);
  });

  test('goes with the Ingress when that is deleted', async () => {
    const { code, stderr } = await host.cluster.kubectl(['delete', 'ingress', 'old', '-n', 'shop']);
    expect(code, stderr).toBe(0);
    expect(await host.get('ingress', 'old')).toBeUndefined();
  });
});

test('while the webhook is stopped, an Ingress of another class is taken as it is, whatever its annotations', async () => {
  await host.cluster.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  });
  await webhook.stop();
  for (const annotations of [TEN, BAD]) {
    const { code, stderr } = await host.apply(ingress('theirs', { className: 'nginx', annotations }));
    expect([code, stderr]).toEqual([0, '']);
    const stored = await host.get<{ metadata: { annotations: Record<string, string> } }>('ingress', 'theirs');
    const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...kept } =
      stored?.metadata.annotations ?? {};
    const sent = Object.entries(annotations).map(([key, value]) => [
      `alb.ingress.kubernetes.io/${key}`,
      value,
    ]);
    expect(kept).toEqual(Object.fromEntries(sent));
  }
  expect((await host.apply(ingress('ours'))).stderr).toContain('failed calling webhook');
});
