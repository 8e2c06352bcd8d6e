// Whether rules on nodes may be needed by TargetGroupBindings that are not ours to replace, on an API server over HTTP.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ApiServer } from '../../e2e/harness/api-server.ts';
import { kubeClient } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { foreignRules } from './foreign-rules.ts';

let server: ApiServer;
beforeEach(async () => {
  server = await ApiServer.start();
});
afterEach(() => server.stop());

const put = (name: string, spec: object, labels: Readonly<Record<string, string>> = {}): void =>
  void server.put(KINDS.targetGroupBindings, {
    metadata: { namespace: 'shop', name, labels },
    spec: { serviceRef: { name: 'web', port: 80 }, ...spec },
  });
const RULES = { networking: { ingress: [] } };

test.each<[string, () => void, boolean]>([
  ['none', () => undefined, false],
  ['one that asks for no rules', () => put('x', { targetGroupARN: 'a', networking: null }), false],
  ['one that asks for rules', () => put('x', RULES), true],
  ['one that asks for rules and is served', () => put('served', RULES), false],
  ['one that the LBC made for an Ingress', () => put('x', RULES, { 'ingress.k8s.aws/stack': 'shop' }), false],
  [
    'the last one of many',
    () => {
      for (let at = 0; at < 500; at += 1) put(`x${at}`, {});
      put('last', RULES);
    },
    true,
  ],
])('%s', async (_, there, some) => {
  there();
  expect(await foreignRules(kubeClient(server.kubeConfig), (key) => key === 'shop/served')).toEqual({ some });
});

test('without the kind there are none', async () => {
  server.bend(() => ({ status: 404, body: {} }));
  expect(await foreignRules(kubeClient(server.kubeConfig), (key) => key === 'shop/served')).toEqual({
    some: false,
  });
});

test('what cannot be listed is a failure', async () => {
  server.bend(() => ({ status: 403, body: { message: 'no' } }));
  const answer = { ok: false, reason: 'forbidden', message: 'no' };
  expect(await foreignRules(kubeClient(server.kubeConfig), (key) => key === 'shop/served')).toEqual(answer);
});
