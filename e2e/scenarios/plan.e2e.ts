// `albatross plan` and `albatross tree` as a person runs them, with no right but to read: what they say, how they end, and
// that nothing is written.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { albatross, awsOf, placeOf } from '../harness/command.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { freePorts } from '../harness/machine.ts';
import { mutating } from '../harness/waiters.ts';
import { bringUp, k, stage, startStage, stopStage } from './life.ts';

const HOSTS = { 'shop.example.com': { '/': 'web:80', '/api': 'api:80' } };
const IP = { 'target-type': 'ip' };
let reader: string;

beforeAll(async () => {
  await startStage();
  await stage.cluster.apply(namespace('shop'), ...app('shop', 'web', { replicas: 2 }), ...app('shop', 'api'));
  await stage.cluster.apply(...onlooker());
  reader = await stage.cluster.serviceAccountKubeconfig('shop', 'onlooker');
  await Promise.all([
    bringUp('shop', 'web', { annotations: IP, hosts: HOSTS }),
    bringUp('shop', 'nodes', { hosts: { '': { '/': 'web:80' } } }),
  ]);
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
  const role = { apiGroup: rbac, kind: 'ClusterRole', name: 'onlooker' };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'onlooker', namespace: 'shop' } },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'onlooker' },
      rules: [
        list('networking.k8s.io', 'ingresses', 'ingressclasses'),
        list('', 'services', 'namespaces', 'nodes', 'pods'),
        list('discovery.k8s.io', 'endpointslices'),
        list('albatross.dev', 'loadbalancerbindings'),
        list('elbv2.k8s.aws', 'ingressclassparams'),
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'onlooker' },
      roleRef: role,
      subjects: [{ kind: 'ServiceAccount', name: 'onlooker', namespace: 'shop' }],
    },
  ];
}

const run = (line: string, env: Record<string, string> = {}) => {
  const [command = '', ...args] = line.split(' ');
  const place = [...placeOf(stage), '--kubeconfig', reader];
  return albatross([command, ...place, ...args], { ...awsOf(stage), ...env });
};

test('after bring-up: nothing to do, trees with all there is, and not one call that writes', async () => {
  stage.aws.resetCalls();
  const [planned, tree, data, nothing] = await Promise.all([
    run('plan --all'),
    run('tree web -n shop'),
    run('get --all -o json'),
    run('tree --group shop/nothing'),
  ]);
  expect(planned).toEqual({ code: 0, out: '2 groups looked at: nothing to do\n', err: '' });
  expect(tree.code).toBe(0);
  expect(tree.out).toMatch(
    /^Ingress shop\/web\n└─ load balancer k8s-\S+ internal active \S+\.amazonaws\.com\n/,
  );
  expect(tree.out).toContain('listener HTTP 80\n');
  expect(tree.out).toMatch(
    /rule 1: host shop.example.com and path \/api or \/api\/\* → forward to k8s-shop-api-\S+\n/,
  );
  expect(tree.out).toMatch(/target group k8s-shop-web-\S+ HTTP:\d+ ip 2\/2 healthy\n/);
  expect(tree.out.match(/\d+\.\d+\.\d+\.\d+:8080 healthy\n/g)).toHaveLength(3);
  expect(tree.out).toContain('otherwise → answer 404\n');
  const { groups } = JSON.parse(data.out);
  expect(groups.map(({ group }: { group: string }) => group)).toEqual(['shop/nodes', 'shop/web']);
  const [rule] = groups[0].loadBalancers[0].listeners[0].rules;
  expect(rule).toMatchObject({ priority: 1, when: 'path /*', foreign: false });
  expect(rule.targetGroups[0].targets).toHaveLength(3);
  expect(nothing).toEqual({ code: 0, out: 'Ingress shop/nothing: nothing in AWS\n', err: '' });
  expect(mutating(stage.aws.calls())).toEqual([]);
});

test('with the controller stopped: exactly the operations of an edit, exit code 2, and AWS as it was', async () => {
  await stage.controller().stop();
  stage.aws.resetCalls();
  await k('annotate ingress web -n shop alb.ingress.kubernetes.io/healthcheck-interval-seconds=30');
  const { code, out } = await run('plan web -n shop -o json');
  const { operations, plan } = JSON.parse(out);
  expect(code).toBe(2);
  expect([operations, plan.length, plan[0].targets]).toEqual([2, 1, []]);
  expect(
    plan[0].operations.map(({ verb, kind }: { verb: string; kind: string }) => `${verb} ${kind}`),
  ).toEqual(['modify targetGroup', 'modify targetGroup']);
  expect(plan[0].operations[0].words).toContain('healthCheck.intervalSeconds 15 → 30');
  expect(stage.aws.mutations()).toEqual([]);
});

test('a replacement is marked, targets are counted, and an Ingress that no controller has seen is planned', async () => {
  await k('annotate ingress web -n shop alb.ingress.kubernetes.io/scheme=internet-facing');
  await k('scale deployment api -n shop --replicas=3');
  await stage.cluster.apply(
    ingress('shop', 'fresh', {
      annotations: { ...IP, 'group.name': 'new' },
      hosts: { '': { '/': 'api:80' } },
    }),
  );
  await vi.waitFor(
    async () => {
      const { code, out } = await run('plan -n shop', { FORCE_COLOR: '1' });
      expect(code).toBe(2);
      const esc = String.fromCharCode(27);
      expect(out).toContain(`${esc}[36m-/+ replace loadBalancer: scheme internal → internet-facing`);
      expect(out).toContain('group new');
      expect(out).toContain('  + register 3 targets of shop/api:80: ');
    },
    { timeout: 120_000, interval: 100 },
  );
  const { out } = await run('plan --all', { NO_COLOR: '1' });
  expect(out).toContain('group new: shop/fresh\n  + create securityGroup/managed: does not exist yet\n');
  expect(out).not.toContain(String.fromCharCode(27));
  expect(stage.aws.mutations()).toEqual([]);
});

test('what is refused is told, and what was accepted last is what holds', async () => {
  await k('delete validatingwebhookconfiguration --all');
  await k('annotate --overwrite ingress nodes -n shop alb.ingress.kubernetes.io/scheme=internet-facng');
  const { code, out } = await run('plan nodes -n shop');
  expect(code).toBe(0);
  expect(out).toContain(
    '! Ingress shop/nodes: refused: metadata.annotations[alb.ingress.kubernetes.io/scheme]',
  );
  expect(out).toContain('1 group looked at: nothing to do');
});

test.each([
  [
    'an AWS that is not there',
    'plan --all',
    /^albatross plan: cannot ask AWS: \S+ answered \w+: .*ECONNREFUSED/,
  ],
  ['an Ingress that is not there', 'plan nobody -n shop', /there is no Ingress shop\/nobody/],
])('%s: exit code 1 and words', async (what, line, words) => {
  const [port = 0] = await freePorts(1);
  const gone = what.includes('Ingress') ? {} : { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  const { code, out, err } = await run(line, gone);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(words);
});
