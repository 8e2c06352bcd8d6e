// One Ingress from birth to end on a real API server: what AWS holds after each step, and what each step cost.
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type LoadBalancerPicture, type Picture, takePicture } from '../harness/picture.ts';
import { app, ingress, namespace } from '../harness/shop.ts';
import { type Stage, setStage } from '../harness/stage.ts';
import { ask, bindingOf, kubectl, mutating, total, untilQuiet } from '../harness/watching.ts';

let stage: Stage;
const soon = { timeout: 20_000, interval: 50 };

beforeAll(async () => {
  stage = await setStage({ aws: { provisioningMs: 200 } });
});
afterAll(() => stage?.stop());

/** What Programmed says when nothing is left to do, not even a predecessor to delete. */
const DONE = 'The load balancer does what the Ingress says.';

const k = (line: string): Promise<string> => kubectl(stage.cluster, line);
const hostOf = (of: string, name: string): Promise<string> =>
  k(`get ingress ${name} -n ${of} -o jsonpath={.status.loadBalancer.ingress[0].hostname}`);

/** Applies an Ingress and waits until its binding says Ready and AWS is left alone. */
async function bringUp(of: string, name: string, options: Parameters<typeof ingress>[2]): Promise<string> {
  await stage.cluster.apply(ingress(of, name, options));
  await ready(of, name);
  return hostOf(of, name);
}

async function ready(of: string, name: string): Promise<void> {
  await vi.waitFor(async () => {
    const { metadata, status, conditions } = await bindingOf(stage.cluster, of, name);
    const seen = { generation: status?.observedGeneration, state: status?.state, ...conditions.Programmed };
    expect(seen).toMatchObject({ generation: metadata.generation, state: 'Ready', message: DONE });
    const [healthy, all] = (status?.targets ?? '').split('/');
    expect(healthy).toBe(all);
  }, soon);
  await untilQuiet(stage);
}

const onlyBalancer = (picture: Picture): LoadBalancerPicture => {
  expect(picture.loadBalancers).toHaveLength(1);
  const [one] = picture.loadBalancers;
  if (one === undefined) throw new Error('there is no load balancer');
  return one;
};

async function removed(of: string, ...names: string[]): Promise<void> {
  await k(`delete ingress -n ${of} ${names.join(' ')}`);
  await vi.waitFor(async () => expect(await k(`get lbb -n ${of} -o name`)).toBe(''), soon);
  await untilQuiet(stage);
}

const tags = (stack: string, resource: string, more: Record<string, string> = {}) => ({
  'elbv2.k8s.aws/cluster': 'local',
  'ingress.k8s.aws/stack': stack,
  'ingress.k8s.aws/resource': resource,
  ...more,
});

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
    const picture = await takePicture(stage);
    const balancer = onlyBalancer(picture);
    const managed = picture.securityGroups.find(
      ({ tags }) => tags['ingress.k8s.aws/resource'] === 'ManagedLBSecurityGroup',
    );
    const shared = picture.securityGroups.find(({ tags }) => tags['elbv2.k8s.aws/resource'] === 'backend-sg');
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
      picture.targetGroups.find(({ name }) => name.startsWith(`k8s-instance-${service}-`));
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
    const picture = await takePicture(stage);
    const pods = (await k('get pods -n ip -o jsonpath={.items[*].status.podIP}'))
      .split(' ')
      .map((ip) => `${ip}:8080`)
      .sort();
    const group = picture.targetGroups.find(({ name }) => name.startsWith('k8s-ip-api-'));
    expect(group).toMatchObject({ type: 'ip', targets: pods });
    const balancer = picture.loadBalancers.find(({ name }) => name.startsWith('k8s-ip-api-'));
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
    const shared = picture.securityGroups.find(({ tags }) => tags['elbv2.k8s.aws/resource'] === 'backend-sg');
    const nodePorts = (await k('get services -n instance -o jsonpath={.items[*].spec.ports[0].nodePort}'))
      .split(' ')
      .map(Number);
    const range = `tcp 8080-${Math.max(...nodePorts)} ${shared?.name} [elbv2.k8s.aws/targetGroupBinding=shared]`;
    await vi.waitFor(async () => {
      const nodes = (await takePicture(stage)).securityGroups.find(({ name }) => name === 'nodes');
      expect(nodes?.rules).toEqual([range]);
    }, soon);
  });

  test('the last one out takes everything along: nothing with our tags is left, nodes are closed again', async () => {
    const started = Date.now();
    await Promise.all([k('delete ingress shop -n instance'), k('delete ingress api -n ip')]);
    expect(Date.now() - started).toBeLessThan(1_000);
    await vi.waitFor(async () => expect(await k('get lbb -A -o name')).toBe(''), soon);
    await vi.waitFor(async () => {
      expect(await takePicture(stage)).toMatchObject({
        loadBalancers: [],
        targetGroups: [],
        securityGroups: [{ name: 'nodes', rules: [] }],
      });
    }, soon);
  });
});

describe('updates', () => {
  beforeAll(async () => {
    await stage.cluster.apply(
      namespace('up'),
      ...app('up', 'web', { replicas: 2 }),
      ...app('up', 'api', { type: 'ClusterIP' }),
    );
    await stage.cluster.apply(namespace('other'), ...app('other', 'web'));
    // Somebody else stays throughout, so that what is shared has an owner.
    await bringUp('other', 'stays', { hosts: { '': { '/': 'web:80' } } });
  });

  const paths = { '/': 'web:80', '/b': 'web:80' };
  const mine = async (): Promise<Picture> => {
    const picture = await takePicture(stage);
    const ours = <T extends { readonly tags: Readonly<Record<string, string>> }>(list: readonly T[]): T[] =>
      list.filter((one) => one.tags['ingress.k8s.aws/stack'] === 'up/shop');
    return {
      loadBalancers: ours(picture.loadBalancers),
      targetGroups: ours(picture.targetGroups),
      securityGroups: ours(picture.securityGroups),
    };
  };
  /** What one `kubectl apply` costs in AWS, from applying it until AWS is left alone. */
  async function costOf(options: Parameters<typeof ingress>[2]): Promise<{ all: number; changes: string[] }> {
    stage.aws.resetCalls();
    await stage.cluster.apply(ingress('up', 'shop', options));
    await untilQuiet(stage, 1_000);
    const calls = stage.aws.calls();
    await ready('up', 'shop');
    return { all: total(calls), changes: mutating(calls) };
  }

  beforeEach(async () => {
    await bringUp('up', 'shop', { hosts: { '': paths } });
  });

  test('a path that comes, moves and goes costs one change of a rule or two, and no load balancer', async () => {
    const before = onlyBalancer(await mine());
    const added = await costOf({ hosts: { '': { ...paths, '/third/one': 'web:80' } } });
    expect(added.all).toBeLessThanOrEqual(5);
    expect(onlyBalancer(await mine()).listeners[80]?.rules.map(({ paths: [path] }) => path)).toEqual([
      '/third/one',
      '/b',
      '/*',
    ]);
    const moved = await costOf({ hosts: { '': { ...paths, '/elsewhere': 'web:80' } } });
    expect(moved).toEqual({ all: expect.any(Number), changes: ['ModifyRule ×1'] });
    expect(moved.all).toBeLessThanOrEqual(5);
    const gone = await costOf({ hosts: { '': paths } });
    expect(gone.all).toBeLessThanOrEqual(5);
    expect(onlyBalancer(await mine())).toEqual(before);
  });

  test('scaling registers and deregisters targets, nothing else', async () => {
    const annotations = { 'target-type': 'ip' };
    await bringUp('up', 'shop', { annotations, hosts: { '': paths } });
    stage.aws.resetCalls();
    await k('scale deployment web -n up --replicas=3');
    await vi.waitFor(async () => expect((await mine()).targetGroups[0]?.targets).toHaveLength(3), soon);
    await k('scale deployment web -n up --replicas=1');
    await vi.waitFor(async () => expect((await mine()).targetGroups[0]?.targets).toHaveLength(1), soon);
    await k('scale deployment web -n up --replicas=2');
    await vi.waitFor(async () => expect((await mine()).targetGroups[0]?.targets).toHaveLength(2), soon);
    const kinds = new Set(
      stage.aws
        .calls()
        .filter((call) => call.mutating)
        .map(({ action }) => action),
    );
    expect([...kinds].sort()).toEqual(['DeregisterTargets', 'RegisterTargets']);
    await ready('up', 'shop');
  });

  test('tags change on every resource of the Ingress', async () => {
    const { changes } = await costOf({ annotations: { tags: 'team=shop' }, hosts: { '': paths } });
    expect(changes.map((change) => change.split(' ')[0])).toEqual(['AddTags', 'CreateTags']);
    const { loadBalancers, targetGroups, securityGroups } = await mine();
    const listener = loadBalancers[0]?.listeners[80];
    const all = [
      ...loadBalancers,
      ...targetGroups,
      ...securityGroups,
      ...(listener === undefined ? [] : [listener, ...listener.rules]),
    ];
    expect(all.map((one) => one.tags.team)).toEqual(all.map(() => 'shop'));
    expect(all).toHaveLength(6);
  });

  test('another target type makes a new target group, and the old one goes', async () => {
    const [before] = (await mine()).targetGroups;
    await costOf({ annotations: { 'target-type': 'ip' }, hosts: { '': paths } });
    const after = await mine();
    expect(before?.type).toBe('instance');
    expect(after.targetGroups.map(({ type }) => type)).toEqual(['ip']);
    expect(after.loadBalancers[0]?.listeners[80]?.rules.map(({ does }) => does)).toEqual(
      Array(2).fill(`forward ${after.targetGroups[0]?.name}`),
    );
  });

  test('an HTTPS port with its certificate, found in ACM by host; then the redirect from HTTP', async () => {
    const hosts = { 'shop.example.com': { '/': 'web:80' } };
    const ports = { 'listen-ports': '[{"HTTP":80},{"HTTPS":443}]' };
    await costOf({ annotations: ports, hosts });
    const certificate = stage.account.certificates.find(({ domain }) => domain === 'shop.example.com');
    const both = onlyBalancer(await mine());
    expect(both.listeners[443]).toMatchObject({
      protocol: 'HTTPS',
      certificates: [certificate?.arn, certificate?.arn],
    });
    expect([both.listeners[80]?.rules.length, both.listeners[443]?.rules.length]).toEqual([1, 1]);
    await costOf({ annotations: { ...ports, 'ssl-redirect': '443' }, hosts });
    const redirecting = onlyBalancer(await mine());
    expect(redirecting.listeners[80]).toMatchObject({ otherwise: 'redirect HTTPS 443 HTTP_301', rules: [] });
    expect(redirecting.listeners[443]?.rules).toHaveLength(1);
    const answer = await ask(stage, await hostOf('up', 'shop'), '/x', { host: 'shop.example.com' });
    expect(answer).toMatchObject({ status: 301, headers: { location: 'https://shop.example.com:443/x' } });
  });

  test('another scheme: the successor serves before its predecessor goes, and no request is refused', async () => {
    const counts: number[] = [];
    const groups: number[] = [];
    const refused: unknown[] = [];
    const looking = setInterval(() => {
      const { loadBalancers, targetGroups } = stage.aws.state();
      const isOurs = (one: { tags: Record<string, string> }): boolean =>
        one.tags['ingress.k8s.aws/stack'] === 'up/shop';
      counts.push([...loadBalancers.values()].filter(isOurs).length);
      groups.push([...targetGroups.values()].filter(isOurs).length);
    }, 10);
    let visiting = true;
    const visits = (async () => {
      while (visiting) {
        const { status } = await ask(stage, await hostOf('up', 'shop'), '/').catch((error: Error) => ({
          status: error.message,
        }));
        if (status !== 200) refused.push(status);
      }
    })();
    await costOf({ annotations: { scheme: 'internet-facing' }, hosts: { '': paths } });
    await vi.waitFor(
      async () =>
        expect((await mine()).loadBalancers.map(({ scheme }) => scheme)).toEqual(['internet-facing']),
      soon,
    );
    clearInterval(looking);
    visiting = false;
    await visits;
    expect(Math.min(...counts)).toBe(1);
    expect(Math.max(...counts)).toBe(2);
    expect(Math.max(...groups)).toBe(2);
    expect(refused).toEqual([]);
    expect((await mine()).targetGroups).toHaveLength(1);
    const order = stage.aws.mutations().map(({ action }) => action);
    expect(order.indexOf('CreateLoadBalancer')).toBeGreaterThanOrEqual(0);
    expect(order.indexOf('DeleteLoadBalancer')).toBeGreaterThan(order.lastIndexOf('CreateRule'));
  });

  test('an annotation that means nothing costs no call at all', async () => {
    stage.aws.resetCalls();
    await k('annotate ingress shop -n up example.com/owner=me');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(stage.aws.calls()).toEqual([]);
  });
});

describe('deletion', () => {
  test('kubectl returns at once; the binding stays, says Deleting, and goes when AWS is clean', async () => {
    await bringUp('up', 'slow', { hosts: { '': { '/': 'web:80' } } });
    stage.aws.faults.fail('DeleteLoadBalancer', 'ResourceInUse', 'still in use', 'before', 100);
    const started = Date.now();
    await k('delete ingress slow -n up');
    expect(Date.now() - started).toBeLessThan(1_000);
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
    await removed('up', 'again', 'shop');
  });

  test('a namespace with Ingresses can be deleted, and takes its resources in AWS along', async () => {
    await k('delete namespace other up --timeout=60s');
    await vi.waitFor(async () => {
      expect(await takePicture(stage)).toMatchObject({
        loadBalancers: [],
        targetGroups: [],
        securityGroups: [{ name: 'nodes', rules: [] }],
      });
    }, soon);
    expect(stage.controller().running()).toBe(true);
  });
});
