// What a process needs of the API server, on one over HTTP: each need that is missing is one line, and nothing else stops a start.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Right } from '../api/rights.ts';
import { type Answer, ApiServer, type Asked } from '../e2e/harness/api-server.ts';
import { type ApiServerNeeds, apiServer } from './apiserver.ts';

const KINDS = 'GET /apis/albatross.dev/v1alpha1';
const REVIEW = 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const watchServices: Right[] = [
  { verb: 'list', group: '', resource: 'services' },
  { verb: 'watch', group: '', resource: 'services' },
];
const patchStatus: Right = {
  verb: 'patch',
  group: 'networking.k8s.io',
  resource: 'ingresses/status',
  namespace: 'shop',
  name: 'web',
};

let server: ApiServer;
let lines: object[];
/** What it answers to the question for our kinds. */
let kinds: (asked: Asked) => Answer | Promise<Answer>;
/** Verb and resource that nobody granted. */
let refused: Set<string>;
let review: (asked: Asked) => Answer;

interface Attributes {
  readonly verb: string;
  readonly resource: string;
}
const attributesOf = ({ body }: Asked): Attributes =>
  (body as object as { readonly spec: { readonly resourceAttributes: Attributes } }).spec.resourceAttributes;

beforeEach(async () => {
  server = await ApiServer.start();
  [lines, refused] = [[], new Set()];
  kinds = () => ({ status: 200, body: { resources: [] } });
  review = (asked) => {
    const { verb, resource } = attributesOf(asked);
    return { status: 201, body: { status: { allowed: !refused.has(`${verb} ${resource}`) } } };
  };
  server.bend((asked) => (asked.path.endsWith('reviews') ? review(asked) : kinds(asked)));
});
afterEach(() => server.stop());

const needs = (more: Partial<ApiServerNeeds> = {}): Promise<void> =>
  apiServer({
    kubeConfig: server.kubeConfig,
    rights: watchServices,
    log: pino({}, { write: (line) => void lines.push(JSON.parse(line)) }),
    granted: 'config/rbac/webhook.yaml',
    ...more,
  });
const missing = async (more: Partial<ApiServerNeeds> = {}): Promise<string> =>
  needs(more).then(
    () => 'nothing',
    (thrown: Error) => (thrown.name === 'Unmet' ? thrown.message : String(thrown)),
  );
const address = () => server.kubeConfig.getCurrentCluster()?.server;

test('where all is granted it is asked once for our kinds and once for each right, and the log is silent', async () => {
  expect(await missing({ useful: [patchStatus] })).toBe('nothing');
  expect([server.lines, lines]).toEqual([[KINDS, REVIEW, REVIEW, REVIEW], []]);
  expect(server.requests.slice(1).map(attributesOf)).toEqual([
    { verb: 'list', group: '', resource: 'services' },
    { verb: 'watch', group: '', resource: 'services' },
    {
      verb: 'patch',
      group: 'networking.k8s.io',
      resource: 'ingresses',
      subresource: 'status',
      namespace: 'shop',
      name: 'web',
    },
  ]);
});

test('our kind is not installed', async () => {
  kinds = () => ({ status: 404, body: { message: '404 page not found' } });
  expect(await missing()).toBe(
    'the CRD loadbalancerbindings.albatross.dev: it is not installed; run: kubectl apply -k config/crd',
  );
  expect(server.lines).toEqual([KINDS]);
});

test('the credentials are not accepted', async () => {
  kinds = () => ({ status: 401, body: { message: 'Unauthorized' } });
  expect(await missing()).toBe(
    `the API server ${address()}: it does not accept the credentials of the kubeconfig (Unauthorized); give --kubeconfig with a user that it knows`,
  );
});

describe('rights', () => {
  test('all that are missing are in one line', async () => {
    refused = new Set(['list services', 'patch ingresses']);
    expect(await missing({ rights: [...watchServices, patchStatus] })).toBe(
      'RBAC: not allowed: services (list), ingresses/status.networking.k8s.io in shop (patch); grant it as config/rbac/webhook.yaml does',
    );
  });

  test('those that are only useful are a warning', async () => {
    refused = new Set(['patch ingresses']);
    expect(await missing({ useful: [patchStatus] })).toBe('nothing');
    const rights = 'ingresses/status.networking.k8s.io in shop (patch)';
    expect(lines).toEqual([
      expect.objectContaining({
        level: 40,
        ...{ rights, granted: 'config/rbac/webhook.yaml', msg: 'not allowed, and done without' },
      }),
    ]);
  });

  test.each([403, 404, 500])('who may not even ask (HTTP %i) finds out by trying', async (status) => {
    review = () => ({ status, body: { message: 'no' } });
    expect(await missing()).toBe('nothing');
  });

  test('who may not look for our kinds is asked for the rights all the same', async () => {
    kinds = () => ({ status: 403, body: { message: 'forbidden' } });
    refused = new Set(['watch services']);
    expect(await missing()).toContain('RBAC: not allowed: services (watch); ');
  });
});

describe('an API server that does not answer', () => {
  test('is asked again, for a restart of it may be in between', async () => {
    kinds = () => (server.requests.length < 2 ? { status: 503, body: {} } : { status: 200, body: {} });
    expect(await missing({ patienceMs: 60_000 })).toBe('nothing');
    expect(server.lines.slice(0, 3)).toEqual([KINDS, KINDS, REVIEW]);
  });

  test.each<[string, typeof kinds, RegExp]>([
    ['it hangs', () => new Promise(() => undefined), /\(no answer\)/],
    ['it is not ready', () => ({ status: 503, body: { message: 'starting' } }), /\((starting|no answer)\)/],
  ])('%s: in the end that is said, with its address', async (_, answer, because) => {
    kinds = answer;
    const line = await missing({ patienceMs: 100 });
    expect(line).toContain(`the API server ${address()}: no answer in 0.1 seconds (`);
    expect(line).toMatch(because);
    expect(line).toMatch(/; see that it runs, and that the kubeconfig \(--kubeconfig\) names it and its /);
  });
});
