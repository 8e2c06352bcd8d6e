// One Ingress comes and goes on a real API server: what AWS holds then, and that nothing is left of it.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { takeAccountSnapshot } from '../harness/account-snapshot.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { ask, bindingNames, bindingOf } from '../harness/waiters.ts';
import {
  bringUp,
  k,
  onlyBalancer,
  ready,
  removed,
  soon,
  stage,
  startStage,
  stopStage,
  tags,
} from './life.ts';

beforeAll(startStage);
afterAll(stopStage);

describe('bringing up', () => {
  test('instance mode: names, tags, security groups, listener, rules and node ports as the LBC has them', async () => {
    await stage.cluster.apply(namespace('instance'), ...app('instance', 'cart'), ...app('instance', 'pay'));
    const host = await bringUp('instance', 'shop', {
      hosts: {
        'shop.example.com': {
          '/short': 'cart:80',
          '/old/* ImplementationSpecific': 'pay:80',
          '/much/longer': 'pay:80',
          '/exactly Exact': 'cart:80',
        },
        '': { '/': 'cart:80' },
      },
    });
    const snapshot = await takeAccountSnapshot(stage);
    const balancer = onlyBalancer(snapshot);
    const managed = snapshot.securityGroups.find(
      ({ tags }) => tags['ingress.k8s.aws/resource'] === 'ManagedLBSecurityGroup',
    );
    const shared = snapshot.securityGroups.find(
      ({ tags }) => tags['elbv2.k8s.aws/resource'] === 'backend-sg',
    );
    expect(balancer).toMatchObject({ scheme: 'internal', tags: tags('instance/shop', 'LoadBalancer') });
    expect(balancer.name).toMatch(/^k8s-instance-shop-[0-9a-f]{10}$/);
    expect(balancer.securityGroups).toEqual([managed?.name, shared?.name]);
    expect(balancer.subnets).toEqual(
      stage.account.subnets
        .filter((one) => !one.public)
        .map(({ id }) => id)
        .sort(),
    );
    expect(managed).toMatchObject({
      rules: ['tcp 80-80 0.0.0.0/0'],
      tags: tags('instance/shop', 'ManagedLBSecurityGroup'),
    });
    expect(shared?.rules).toEqual([]);
    const listener = balancer.listeners[80];
    expect(listener).toMatchObject({ protocol: 'HTTP', otherwise: '404', tags: tags('instance/shop', '80') });
    const target = (service: string) =>
      snapshot.targetGroups.find(({ name }) => name.startsWith(`k8s-instance-${service}-`));
    const [cart, pay] = [target('cart'), target('pay')];
    expect(
      listener?.rules.map(({ priority, hosts, paths, does }) => [priority, ...hosts, ...paths, does]),
    ).toEqual([
      [1, 'shop.example.com', '/exactly', `forward ${cart?.name}`],
      [2, 'shop.example.com', '/much/longer', '/much/longer/*', `forward ${pay?.name}`],
      [3, 'shop.example.com', '/short', '/short/*', `forward ${cart?.name}`],
      [4, 'shop.example.com', '/old/*', `forward ${pay?.name}`],
      [5, '/*', `forward ${cart?.name}`],
    ]);
    expect(listener?.rules.map((rule) => rule.tags)).toEqual(
      [1, 2, 3, 4, 5].map((n) => tags('instance/shop', `80:${n}`)),
    );
    const nodePort = await k('get service cart -n instance -o jsonpath={.spec.ports[0].nodePort}');
    expect(cart).toMatchObject({
      type: 'instance',
      port: Number(nodePort),
      targets: stage.account.nodes.map(({ instanceId }) => `${instanceId}:${nodePort}`).sort(),
      tags: tags('instance/shop', 'instance/shop-cart:80'),
    });
    expect(await ask(stage, host, '/exactly', { host: 'shop.example.com' })).toMatchObject({ status: 200 });
    expect((await ask(stage, host, '/nowhere')).body).toContain('"app":"cart"');
  });

  test('ip mode: pod addresses; status, columns and the rule on the nodes', async () => {
    await stage.cluster.apply(namespace('ip'), ...app('ip', 'api', { replicas: 2, type: 'ClusterIP' }));
    const host = await bringUp('ip', 'api', {
      annotations: {
        'target-type': 'ip',
        scheme: 'internet-facing',
        'listen-ports': '[{"HTTP":80},{"HTTP":8080}]',
      },
      hosts: { '': { '/': 'api:80' } },
    });
    const snapshot = await takeAccountSnapshot(stage);
    const pods = (await k('get pods -n ip -o jsonpath={.items[*].status.podIP}'))
      .split(' ')
      .map((ip) => `${ip}:8080`)
      .sort();
    const group = snapshot.targetGroups.find(({ name }) => name.startsWith('k8s-ip-api-'));
    expect(group).toMatchObject({ type: 'ip', targets: pods });
    const balancer = snapshot.loadBalancers.find(({ name }) => name.startsWith('k8s-ip-api-'));
    expect(balancer?.scheme).toBe('internet-facing');
    expect(balancer?.subnets).toEqual(
      stage.account.subnets
        .filter((one) => one.public)
        .map(({ id }) => id)
        .sort(),
    );
    const status = JSON.parse(await k('get ingress api -n ip -o jsonpath={.status.loadBalancer.ingress[0]}'));
    expect(status).toEqual({
      hostname: host.toLowerCase(),
      ports: [80, 8080].map((port) => ({ port, protocol: 'TCP' })),
    });
    const lines = (await k('get lbb api -n ip')).split('\n').map((line) => line.split(/\s+/));
    expect(lines[0]).toEqual(['NAME', 'GROUP', 'SCHEME', 'STATE', 'ADDRESS', 'TARGETS', 'AGE']);
    expect(lines[1]?.slice(0, 6)).toEqual(['api', 'ip/api', 'internet-facing', 'Ready', host, '2/2']);
    const shared = snapshot.securityGroups.find(
      ({ tags }) => tags['elbv2.k8s.aws/resource'] === 'backend-sg',
    );
    const nodePorts = (await k('get services -n instance -o jsonpath={.items[*].spec.ports[0].nodePort}'))
      .split(' ')
      .map(Number);
    const range = `tcp 8080-${Math.max(...nodePorts)} ${shared?.name} [elbv2.k8s.aws/targetGroupBinding=shared]`;
    await vi.waitFor(async () => {
      const nodes = (await takeAccountSnapshot(stage)).securityGroups.find(({ name }) => name === 'nodes');
      expect(nodes?.rules).toEqual([range]);
    }, soon);
  });

  test('the last one out takes everything along: nothing with our tags is left, nodes are closed again', async () => {
    // No finalizer on an Ingress: kubectl waits for nothing.
    expect(await k('get ingress -A -o jsonpath={.items[*].metadata.finalizers}')).toBe('');
    await Promise.all([k('delete ingress shop -n instance'), k('delete ingress api -n ip')]);
    await vi.waitFor(async () => expect(await bindingNames(stage.cluster)).toEqual([]), soon);
    await vi.waitFor(async () => {
      expect(await takeAccountSnapshot(stage)).toMatchObject({
        loadBalancers: [],
        targetGroups: [],
        securityGroups: [{ name: 'nodes', rules: [] }],
      });
    }, soon);
  });
});

describe('deletion', () => {
  beforeAll(async () => {
    await stage.cluster.apply(namespace('up'), ...app('up', 'web', { replicas: 2 }));
    await stage.cluster.apply(namespace('other'), ...app('other', 'web'));
    // Somebody else stays throughout, so that what is shared has an owner.
    await bringUp('other', 'stays', { hosts: { '': { '/': 'web:80' } } });
  });

  test('kubectl returns at once; the binding stays, says Deleting, and goes when AWS is clean', async () => {
    await bringUp('up', 'slow', { hosts: { '': { '/': 'web:80' } } });
    stage.aws.faults.fail('DeleteLoadBalancer', 'ResourceInUse', 'still in use', 'before', 100);
    // kubectl returns once the Ingress is gone.
    await k('delete ingress slow -n up');
    await vi.waitFor(async () => {
      const { status, conditions } = await bindingOf(stage.cluster, 'up', 'slow');
      expect(status?.state).toBe('Deleting');
      expect(conditions.Programmed).toMatchObject({
        status: 'False',
        reason: 'Deleting',
        message: expect.stringContaining('still in use'),
      });
    }, soon);
    stage.aws.faults.heal();
    await vi.waitFor(
      async () =>
        expect((await k('get lbb -n up -o name')).split('\n')).not.toContain(
          'loadbalancerbinding.albatross.dev/slow',
        ),
      soon,
    );
    const left = [...stage.aws.state().loadBalancers.values()].filter(
      ({ tags }) => tags['ingress.k8s.aws/stack'] === 'up/slow',
    );
    expect(left).toEqual([]);
  });

  test('deleted and made anew while AWS still has it: the load balancer is handed over', async () => {
    const options = { hosts: { '': { '/': 'web:80' } } };
    await bringUp('up', 'again', options);
    const before = await bindingOf(stage.cluster, 'up', 'again');
    // AWS refuses the deletion, so that there is something left to hand over.
    stage.aws.faults.fail('DeleteLoadBalancer', 'ResourceInUse', 'still in use', 'before', 100);
    await k('delete ingress again -n up');
    await stage.cluster.apply(ingress('up', 'again', options));
    await vi.waitFor(async () => {
      const after = await bindingOf(stage.cluster, 'up', 'again');
      expect(after.metadata.uid).not.toBe(before.metadata.uid);
      expect(after.status?.state).toBe('Ready');
    }, soon);
    stage.aws.faults.heal();
    await ready('up', 'again');
    const after = await bindingOf(stage.cluster, 'up', 'again');
    expect(after.status?.loadBalancer?.arn).toBe(before.status?.loadBalancer?.arn);
    const all = [...stage.aws.state().loadBalancers.values()];
    expect(all.filter(({ tags }) => tags['ingress.k8s.aws/stack'] === 'up/again')).toHaveLength(1);
    await removed('up', 'again');
  });

  test('a namespace with Ingresses can be deleted, and takes its resources in AWS along', async () => {
    await k('delete namespace other up --timeout=180s');
    await vi.waitFor(async () => {
      expect(await takeAccountSnapshot(stage)).toMatchObject({
        loadBalancers: [],
        targetGroups: [],
        securityGroups: [{ name: 'nodes', rules: [] }],
      });
    }, soon);
    expect(stage.controller().running()).toBe(true);
  });
});
