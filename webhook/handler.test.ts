// From review to answer: what is recorded, counted and logged, and that a failed recording keeps nobody out.
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ingress } from '../api/kube.ts';
import { ApiServer, type Bend } from '../e2e/harness/api-server.ts';
import { kubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import type { AdmissionContext } from './admit.ts';
import { respond } from './handler.ts';
import { createMetrics, type Metrics, serveMetrics } from './metrics.ts';
import { type Recorder, recorder } from './record.ts';
import type { AdmissionRequest } from './review.ts';

const around: AdmissionContext = {
  options: { defaultTargetType: 'instance', defaultScheme: 'internal' },
  membersOf: () => [],
  recorded: () => undefined,
  service: () => undefined,
  ownershipOf: () => ({ ours: true }),
};
const ingress = (scheme: string): Ingress => ({
  metadata: {
    name: 'front',
    namespace: 'shop',
    annotations: { 'alb.ingress.kubernetes.io/scheme': scheme },
  },
  spec: { rules: [] },
});
const review = (scheme: string, dryRun = false): AdmissionRequest => ({
  uid: 'u',
  operation: 'CREATE',
  dryRun,
  object: ingress(scheme),
});

let metrics: Metrics;
let lines: Record<string, unknown>[];
const log = pino({ base: null }, { write: (line) => lines.push(JSON.parse(line)) });
beforeEach(() => {
  metrics = createMetrics();
  lines = [];
});

const counted = async (name: string) => metrics.registry.getSingleMetricAsString(`albatross_webhook_${name}`);

test('a good Ingress is recorded and counted, and the log stays quiet', async () => {
  const names: string[] = [];
  const record: Recorder = async ({ namespace, name }) => {
    names.push(`${namespace}/${name}`);
    return 'recorded';
  };
  expect(await respond(review('internal'), around, { record, metrics, log })).toMatchObject({
    allowed: true,
  });
  expect(names).toEqual(['shop/front']);
  expect(await counted('admissions_total')).toContain('{verdict="allowed"} 1');
  expect(await counted('recordings_total')).toContain('{outcome="recorded"} 1');
  expect(lines).toEqual([]);
});

test('a refusal is one line with its codes, and counted by code', async () => {
  const told = { record: undefined, metrics, log };
  expect(await respond(review('public', true), around, told)).toMatchObject({ allowed: false });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    msg: 'ingress refused',
    namespace: 'shop',
    name: 'front',
    dryRun: true,
    codes: expect.arrayContaining(['NotAllowed']),
  });
  expect(await counted('problems_total')).toContain('{code="NotAllowed",severity="refuse"} 1');
});

describe('on an API server', () => {
  let server: ApiServer;
  beforeEach(async () => {
    server = await ApiServer.start();
  });
  afterEach(() => server.stop());
  const record = () => recorder(kubeClient(server.kubeConfig), log);
  const FRONT = { namespace: 'shop', name: 'front' };

  test('recording is a server-side apply to the name of the Ingress, without an owner', async () => {
    await respond(review('internal'), around, { record: record(), metrics, log });
    const stored = server.read(KINDS.bindings, FRONT);
    expect(stored).toMatchObject({
      kind: 'LoadBalancerBinding',
      metadata: { ...FRONT, managedFields: [{ manager: 'albatross', operation: 'Apply' }] },
      spec: { ingressRef: { name: 'front' } },
    });
    expect(stored?.metadata).not.toHaveProperty('ownerReferences');
  });

  test.each<[string, Bend, string]>([
    ['is refused', () => ({ status: 403, body: { message: 'no right' } }), 'no right'],
    ['is not answered in a second', () => new Promise(() => undefined), 'aborted due to timeout'],
  ])('recording that %s is one line, and the Ingress is admitted', async (_, bend, error) => {
    server.bend(bend);
    expect(await respond(review('internal'), around, { record: record(), metrics, log })).toMatchObject({
      allowed: true,
    });
    expect(lines).toMatchObject([{ msg: 'binding not recorded', error: expect.stringContaining(error) }]);
    expect(await counted('recordings_total')).toContain('{outcome="failed"} 1');
  });

  const BINDING = 'PATCH /apis/albatross.dev/v1alpha1/namespaces/shop/loadbalancerbindings/front';
  const [internal, open] = [review('internal'), review('internet-facing')];
  const from = (old: AdmissionRequest, next: AdmissionRequest): AdmissionRequest => ({
    ...next,
    operation: 'UPDATE',
    oldObject: old.object,
  });

  test.each<[string, AdmissionRequest, string[]]>([
    ['a new Ingress: one', internal, [BINDING]],
    ['an update: one', from(internal, open), [BINDING]],
    ['an update that changes nothing of ours: none', from(internal, internal), []],
    ['a refusal: none', review('public'), []],
    ['a dry run: none', review('internal', true), []],
    ['a dry run of an update: none', { ...from(internal, open), dryRun: true }, []],
  ])('what is written for %s', async (_, request, expected) => {
    await respond(request, around, { record: record(), metrics, log });
    expect(server.lines).toEqual(expected);
  });
});

test('metrics are served on a port of their own', async () => {
  const server = await serveMetrics(metrics, '127.0.0.1', 0);
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(response.headers.get('content-type')).toContain('text/plain');
  expect(await response.text()).toContain('albatross_webhook_admissions_total');
  expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(404);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
