// The workers, on an API server over HTTP and an account in memory: which queue leads to which, what is urgent, and our own mistakes.
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AwsFailure } from '../alb/failures/failure.ts';
import { ingress, readingsAndBindings, service } from '../alb/laws/paper.ts';
import { type EndpointSlice, keyOf } from '../api/kube.ts';
import { ApiServer } from '../e2e/harness/api-server.ts';
import { kubeClient } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Aws } from './aws/client.ts';
import { type Book, openBook } from './bindings/store.ts';
import { driftReport } from './drift/report.ts';
import { Secrets } from './facts/oidc-secrets.ts';
import { createInventory } from './inventory/inventory.ts';
import { openAccount } from './laws/account.ts';
import { note } from './laws/programs.ts';
import { DEFAULTS } from './options.ts';
import { PodIndex } from './targets/pod-index.ts';
import { type Workers, wireWorkers } from './workers.ts';

const services = [service()];
const of = (name: string) => ingress({ ingress: name, said: { 'target-type': 'ip', 'group.name': name } });
const podAt = (address: string) =>
  ({
    metadata: { namespace: 'shop', name: address, labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    endpoints: [{ addresses: [address], conditions: { ready: true }, targetRef: { kind: 'Pod' } }],
  }) as object as EndpointSlice;

let server: ApiServer;
let registry: Registry;
let book: Book;
let slices: EndpointSlice[];
let workers: Workers;
let lines: { readonly group?: string; readonly level: number; readonly msg: string }[];
/** AWS actions, oldest first. */
let actions: string[];
/** Before each action; what it throws is the answer. */
let before: (action: string) => Promise<void> | void;

/** What there is in the VPC; everything else of EC2 is the account's. */
const VPC: Readonly<Record<string, object>> = {
  DescribeSubnets: {
    Subnets: ['a', 'b'].map((zone) => ({
      ...{ SubnetId: `subnet-${zone}`, VpcId: 'vpc-1', CidrBlock: '10.0.0.0/24' },
      ...{ AvailabilityZone: `us-west-2${zone}`, AvailabilityZoneId: `usw2-${zone}` },
      ...{ AvailableIpAddressCount: 200, Tags: [{ Key: 'kubernetes.io/role/internal-elb', Value: '1' }] },
    })),
  },
  DescribeAvailabilityZones: {
    AvailabilityZones: ['a', 'b'].map((zone) => ({ ZoneId: `usw2-${zone}`, ZoneType: 'availability-zone' })),
  },
  DescribeVpcs: { Vpcs: [{ CidrBlockAssociationSet: [{ CidrBlock: '10.0.0.0/16' }] }] },
  DescribeNetworkInterfaces: {},
};

function connect(): Aws {
  const hook = async (action: string): Promise<void> => {
    actions.push(action);
    await before(action);
  };
  const aws = openAccount().connect({ before: hook, after: () => undefined });
  const send = async (command: object): Promise<object> => {
    const action = command.constructor.name.replace(/Command$/, '');
    const answer = VPC[action];
    if (answer === undefined) return aws.ec2.send(command as never);
    await hook(action);
    return answer;
  };
  return { ...aws, ec2: { send } as object as Aws['ec2'] };
}

beforeEach(async () => {
  server = await ApiServer.start();
  server.put(KINDS.namespaces, { metadata: { name: 'kube-system' } });
  [lines, actions, slices, registry] = [[], [], [], new Registry()];
  before = () => undefined;
  book = openBook();
  const client = kubeClient(server.kubeConfig);
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  const aws = connect();
  const inventory = createInventory(aws);
  await inventory.load();
  actions = [];
  workers = wireWorkers({
    ...{ client, log, aws, book, inventory, registry },
    options: { ...DEFAULTS, clusterName: 'prod', awsVpcId: 'vpc-1', ingressMaxConcurrentReconciles: 1 },
    world: {
      service: (_, name) => (name === 'web' ? services[0] : undefined),
      slices: () => slices,
      ...{ pod: () => undefined, isPodAt: () => false, nodes: () => [] },
    },
    pods: new PodIndex(),
    secrets: new Secrets({ client, clusterName: 'prod', everyMs: 3_000, changed: () => undefined }),
    driftReport: driftReport(log, registry),
    ...{ mayWrite: async () => undefined, unseen: () => undefined },
  });
  workers.openGroups();
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(Object.values(workers.queues).map((queue) => queue.drain()));
  await server.stop();
});

const NAMESPACE = { metadata: { name: 'shop' } };
const bindingOf = (name: string) => server.read(KINDS.bindings, { namespace: 'shop', name });

/** An Ingress in a group of its own, applied a moment ago. */
function applied(name: string): void {
  const one = of(name);
  server.put(KINDS.ingresses, one);
  note(book, one, { service: () => services[0], gone: false, namespace: NAMESPACE });
}

/** The same, bound already. */
function bound(name: string): void {
  applied(name);
  const [known] = readingsAndBindings({ ingresses: [of(name)], services });
  if (known === undefined) throw new Error('nothing is bound');
  server.put(KINDS.bindings, known.binding);
  book.binding(keyOf(known.binding), bindingOf(name));
}

/** How often the program behind a queue ran, with this result or any. */
async function ran(queue: string, result?: string): Promise<number> {
  const { values = [] } = (await registry.getSingleMetric('albatross_reconcile_total')?.get()) ?? {};
  return values
    .filter(({ labels }) => labels.queue === queue && (result === undefined || labels.result === result))
    .reduce((all, { value }) => all + value, 0);
}

/** The queues whose programs ran. */
async function worked(): Promise<string[]> {
  const all = Object.keys(workers.queues);
  const times = await Promise.all(all.map((queue) => ran(queue)));
  return all.filter((_, at) => times[at] !== 0);
}

/** Members of groups by the first status that was written of each. */
const told = (): string[] => [
  ...new Set(
    server.lines.flatMap((line) => /^PATCH .*\/loadbalancerbindings\/(\w+)\/status$/.exec(line)?.[1] ?? []),
  ),
];

const unavailable = (action: string) =>
  new AwsFailure({
    action,
    code: 'ServiceUnavailable',
    message: 'not now',
    kind: 'unavailable',
    status: 503,
  });

test('nothing is worked on and nobody is asked before there is a key', async () => {
  bound('a');
  await new Promise((resolve) => setImmediate(resolve));
  expect([await worked(), server.requests, actions]).toEqual([[], [], []]);
});

describe('one leads to the other', () => {
  test('an Ingress to its binding, which is held for its group', async () => {
    applied('a');
    workers.work.binding('shop/a', 'high');
    await expect.poll(() => bindingOf('a')?.metadata.finalizers).toHaveLength(1);
    await expect.poll(worked).toEqual(['bindings']);
    expect([bindingOf('a')?.spec.group, actions]).toEqual(['a', []]);
  });

  test('a group to its targets, their status, the rules on nodes, and the record', async () => {
    bound('a');
    workers.work.group('a', 'high');
    await expect.poll(worked).toEqual(['groups', 'targets', 'targetStatus', 'nodes', 'record']);
    expect(actions).toContain('CreateLoadBalancer');
    await expect.poll(() => bindingOf('a')?.status?.targets).toBe('0/0');
  });

  test('pods to target calls and the status of their binding, and to no group', async () => {
    bound('a');
    workers.work.group('a', 'high');
    await expect.poll(() => ran('groups', 'done')).toBe(1);
    await expect.poll(() => bindingOf('a')?.status?.targets).toBe('0/0');
    const [groups, nodes, asked] = [await ran('groups'), await ran('nodes'), actions.length];
    slices = [podAt('10.0.0.1')];
    workers.work.service('shop', 'web');
    await expect.poll(() => bindingOf('a')?.status?.targets).toMatch(/\/1$/);
    // What the pass over the group still led to is done.
    await expect.poll(() => ran('nodes')).toBeGreaterThan(nodes);
    slices = [podAt('10.0.0.1'), podAt('10.0.0.2')];
    workers.work.service('shop', 'web');
    await expect.poll(() => bindingOf('a')?.status?.targets).toMatch(/\/2$/);
    expect(actions.slice(asked)).toContain('RegisterTargets');
    expect([workers.queues.groups.idle(), await ran('groups')]).toEqual([true, groups]);
  });

  test('a look that finds drift to a group that is read again', async () => {
    bound('a');
    workers.work.group('a', 'high');
    await expect.poll(() => ran('groups', 'done')).toBe(1);
    const asked = actions.length;
    workers.look('a');
    await expect.poll(() => actions.slice(asked)).toContain('DescribeListeners');
    expect(actions.slice(asked).filter((action) => /^(Create|Modify|Delete)/.test(action))).toEqual([]);
  });
});

describe('later', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  test('a Service that nobody forwards to leads to nothing', () => {
    bound('a');
    workers.work.service('shop', 'other');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('nodes are worked on together, a moment after the first of them changed', async () => {
    workers.work.nodes();
    workers.work.nodes();
    expect([vi.getTimerCount(), workers.queues.nodes.idle()]).toEqual([1, true]);
    vi.advanceTimersByTime(200);
    vi.useRealTimers();
    await expect.poll(() => ran('nodes')).toBe(1);
    expect(await worked()).toEqual(['nodes']);
  });

  test.each(['binding', 'group'] as const)('a %s that waits for others waits', async (kind) => {
    const queue = workers.queues[`${kind}s`];
    workers.work[kind]('shop/none', 'high', 1_000);
    vi.advanceTimersByTime(999);
    expect([vi.getTimerCount(), queue.idle()]).toEqual([1, true]);
    vi.advanceTimersByTime(1);
    expect(queue.idle()).toBe(false);
    vi.useRealTimers();
    await expect.poll(() => ran(`${kind}s`)).toBe(1);
  });
});

test('what a person changed goes before what somebody looks at from time to time', async () => {
  const late = Promise.withResolvers<void>();
  before = async (action) => {
    if (action !== 'DescribeSubnets') return;
    await late.promise;
    throw unavailable(action);
  };
  for (const name of ['a', 'b', 'c', 'd']) bound(name);
  workers.work.group('a', 'low');
  await expect.poll(() => actions).toContain('DescribeSubnets');
  workers.look('b');
  workers.work.group('c', 'normal');
  workers.work.group('d', 'high');
  expect(workers.queues.groups.depth()).toBe(3);
  late.resolve();
  await expect.poll(told).toEqual(['a', 'd', 'c', 'b']);
});

describe('what throws', () => {
  const applying = () => lines.flatMap(({ msg, group }) => (msg === 'applied' ? [group] : []));

  test('a failure of AWS is told to people, and is no error', async () => {
    before = (action) => {
      if (action === 'DescribeSubnets') throw unavailable(action);
    };
    bound('a');
    workers.work.group('a', 'high');
    await expect.poll(() => ran('groups', 'retry')).toBeGreaterThan(0);
    expect(
      bindingOf('a')
        ?.status?.conditions?.map(({ message }) => message)
        .join(),
    ).toContain('not now');
    expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
  });

  test('our own mistake is in the log with its key and counted; others are worked on, and it is tried again', async () => {
    let mistakes = 0;
    before = (action) => {
      if (action !== 'DescribeSubnets' || mistakes > 0) return;
      mistakes += 1;
      throw new TypeError('our own mistake');
    };
    bound('a');
    bound('b');
    workers.work.group('a', 'high');
    workers.work.group('b', 'high');
    await expect.poll(applying).toEqual(['b', 'a']);
    expect(lines.filter(({ level }) => level >= 50)).toEqual([
      expect.objectContaining({
        ...{ level: 50, key: 'a', msg: 'unexpected error' },
        err: expect.objectContaining({ type: 'TypeError', message: 'our own mistake' }),
      }),
    ]);
    expect(await ran('groups', 'error')).toBe(1);
  });
});
