// Reviews of pods: whatever comes, no pod is refused.
import fc from 'fast-check';
import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import { service } from '../alb/laws/paper.ts';
import { readinessGateOf } from '../alb/readiness-gates.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { type PodReview, reviewPod } from './pod-review.ts';
import type { PodContext } from './pods.ts';

const GATE = readinessGateOf('k8s-shop-web-0123456789');
const around: PodContext = {
  promised: (namespace) => (namespace === 'shop' ? [{ service: 'web', gate: GATE }] : []),
  service: () => service('web', 'shop', {}, { selector: { app: 'web' } }),
};
const object = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'web-', labels: { app: 'web' } },
  spec: { nodeName: null },
};
const request = {
  uid: 'u',
  operation: 'CREATE',
  resource: { group: '', version: 'v1', resource: 'pods' },
  namespace: 'shop',
  object,
};
const review = (change: object = {}) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { ...request, ...change },
});

let metrics: Metrics;
let lines: { readonly msg: string; readonly namespace?: string }[];
beforeEach(() => {
  metrics = createMetrics();
  lines = [];
});
const log = () => pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
const judge = (body: unknown, context: PodContext | undefined = around): PodReview =>
  reviewPod(body, { around: context, metrics, log: log() });
const counted = async () =>
  (await metrics.pods.get()).values.map(({ labels, value }) => [labels.outcome, value]);

test.each([false, true])('a pod that a Service selects gets its gate; dry run: %s', async (dryRun) => {
  const judged = judge(review({ dryRun }));
  if ('fault' in judged) throw new Error(judged.fault);
  expect(judged).toMatchObject({ uid: 'u', answer: { allowed: true, patchType: 'JSONPatch' } });
  expect(JSON.parse(Buffer.from(judged.answer.patch ?? '', 'base64').toString())).toEqual([
    { op: 'add', path: '/spec/readinessGates', value: [{ conditionType: GATE }] },
  ]);
  expect(await counted()).toEqual([['gated', 1]]);
});

describe('let in as it is', () => {
  test.each([
    ['of another namespace', { namespace: 'other' }],
    ['without a namespace', { namespace: undefined }],
    ['that no Service selects', { object: { ...object, metadata: { labels: { app: 'api' } } } }],
    ['that changes', { operation: 'UPDATE' }],
    ['that is none', { object: null }],
    ['with gates that are none', { object: { ...object, spec: { readinessGates: [{}] } } }],
  ])('one %s', async (_, change) => {
    expect(judge(review(change))).toEqual({ uid: 'u', answer: { allowed: true } });
    expect(await counted()).toEqual([['unchanged', 1]]);
  });

  test('every one, where gates are switched off', () => {
    expect(reviewPod(review(), { around: undefined, metrics, log: log() })).toEqual({
      uid: 'u',
      answer: { allowed: true },
    });
  });

  test('one about which we make a mistake, and that is in the log', async () => {
    const broken: PodContext = {
      ...around,
      promised: () => {
        throw new TypeError('our own mistake');
      },
    };
    expect(judge(review(), broken)).toEqual({ uid: 'u', answer: { allowed: true } });
    expect(lines).toEqual([
      expect.objectContaining({ msg: 'pod without readiness gates', namespace: 'shop', level: 50 }),
    ]);
    expect(await counted()).toEqual([['failed', 1]]);
  });
});

test('what is no review has no uid to answer to', () => {
  expect(judge({})).toMatchObject({ fault: expect.any(String) });
  expect(judge(review({ resource: { group: 'apps', resource: 'pods' } }))).toEqual({
    fault: 'request.resource is not pods, the only resource judged here',
  });
});

test('law: whatever a pod says, it is let in', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (anything) => {
      expect(judge(review({ object: anything }))).toMatchObject({ answer: { allowed: true } });
      expect(judge(review({ object: { metadata: { labels: anything }, spec: anything } }))).toMatchObject({
        answer: { allowed: true },
      });
    }),
  );
});
