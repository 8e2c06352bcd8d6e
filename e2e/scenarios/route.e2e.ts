// `albatross route` on a cluster, as somebody with no right but to list: what it says is what the load balancer does.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { albatross, type Said } from '../harness/command.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { ask } from '../harness/waiters.ts';
import { bringUp, hostOf, ready, stage, startStage, stopStage } from './life.ts';

const GROUP = { 'group.name': 'all', 'target-type': 'ip' };
let reader: string;

beforeAll(async () => {
  await startStage();
  await stage.cluster.apply(
    ...['shop', 'bank'].flatMap((of) => [namespace(of), ...app(of, 'web'), ...app(of, 'api')]),
    ...onlooker(),
  );
  reader = await stage.cluster.serviceAccountKubeconfig('shop', 'onlooker');
  await bringUp('shop', 'web', {
    annotations: {
      ...GROUP,
      'transforms.api': JSON.stringify([
        { type: 'url-rewrite', urlRewriteConfig: { rewrites: [{ regex: '^/api(.*)$', replace: '/v1$1' }] } },
      ]),
      'actions.old': JSON.stringify({
        type: 'redirect',
        redirectConfig: { statusCode: 'HTTP_301', path: '/new/#{path}' },
      }),
    },
    hosts: { 'shop.example.com': { '/': 'web:80', '/api': 'api:80', '/old': 'old:use-annotation' } },
  });
  await stage.cluster.apply(
    ingress('bank', 'web', {
      annotations: { ...GROUP, 'group.order': '-1' },
      hosts: { 'bank.example.com': { '/': 'web:80' } },
    }),
  );
  await ready('bank', 'web');
});
afterAll(stopStage);

/** Somebody with the rights that `--help` names, and no others. */
function onlooker(): object[] {
  const list = (apiGroup: string, ...resources: string[]) => ({
    apiGroups: [apiGroup],
    resources,
    verbs: ['list'],
  });
  const rbac = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'onlooker', namespace: 'shop' } },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'onlooker' },
      rules: [
        list('networking.k8s.io', 'ingresses', 'ingressclasses'),
        list('', 'services', 'namespaces'),
        list('albatross.dev', 'loadbalancerbindings'),
        list('elbv2.k8s.aws', 'ingressclassparams'),
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'onlooker' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'onlooker' },
      subjects: [{ kind: 'ServiceAccount', name: 'onlooker', namespace: 'shop' }],
    },
  ];
}

async function route(...args: readonly string[]): Promise<Said> {
  const said = await albatross(['route', ...args, '--kubeconfig', reader]);
  if (said.err !== '') throw new Error(said.err);
  return said;
}

test.each([
  ['shop.example.com', '/api/x', 'shop/web', 'shop/api', 1],
  ['shop.example.com', '/', 'shop/web', 'shop/web', 3],
  ['bank.example.com', '/x', 'bank/web', 'bank/web', 0],
])('%s%s', async (host, path, member, service, passed) => {
  const { code, out } = await route('web', 'GET', `http://${host}${path}`, '-n', 'shop', '-o', 'json');
  const { rule, answer, passed: before, members } = JSON.parse(out);
  expect([code, members, rule.member]).toEqual([0, ['bank/web', 'shop/web'], member]);
  expect(answer.targets).toEqual([{ service, port: 80, targetType: 'ip', weight: 1 }]);
  expect(before).toHaveLength(passed);
  const { status, body } = await ask(stage, await hostOf('shop', 'web'), path, { host });
  expect(status).toBe(200);
  const { app: name, namespace: of, path: url } = JSON.parse(body);
  expect([`${of}/${name}`, url]).toEqual([service, answer.url]);
});

test('a redirect with its Location, and why nothing answers', async () => {
  const url = 'http://shop.example.com/old/a?b=c';
  const { code, out } = await route('bank/web', 'GET', url, '-o', 'json');
  const { answer } = JSON.parse(out);
  const { status, headers } = await ask(stage, await hostOf('shop', 'web'), '/old/a?b=c', {
    host: 'shop.example.com',
  });
  expect(code).toBe(0);
  expect(answer).toEqual({ type: 'redirect', status, location: headers.location });
  const nothing = await route('web', 'GET', 'https://shop.example.com/', '-n', 'shop');
  expect(nothing.code).toBe(1);
  expect(nothing.out).toContain('nothing listens on port 443; the group listens on HTTP:80');
});
