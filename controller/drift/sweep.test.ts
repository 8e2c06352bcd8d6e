// The sweep on an account where somebody else changes something: what is looked at then, and what a failure of AWS does to it.
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { CLUSTER } from '../../alb/laws/paper.ts';
import { createInventory } from '../inventory/inventory.ts';
import { openAccount } from '../laws/account.ts';
import { Queue } from '../queue/queue.ts';
import { lookForDrift } from './sweep.ts';

let end: (() => Promise<void>) | undefined;
afterEach(async () => end?.());

interface Periods {
  /** In seconds. */
  readonly syncPeriod: number;
  readonly driftPeriod: number;
}

async function begin(periods: Periods, groups: readonly string[] = []) {
  const account = openAccount();
  const inventory = createInventory(account.aws);
  await inventory.load();
  const [lines, ran, looked]: [string[], string[], string[]] = [[], [], []];
  const seen = { nodes: 0, orphans: 0 };
  const out = new PassThrough().on('data', (line) => lines.push(String(line)));
  const queue = new Queue({
    workers: 1,
    async run(group) {
      ran.push(`${group}, ${inventory.glance(group).doubted === true ? 'doubted' : 'trusted'}`);
      return 'done';
    },
    onError: () => undefined,
  });
  const stop = new AbortController();
  const workers = {
    queues: { groups: queue },
    look: (group: string) => looked.push(group),
    lookAtNodes: () => {
      seen.nodes += 1;
    },
    orphans: {
      async look() {
        seen.orphans += 1;
      },
    },
  };
  const parts = { inventory, options: periods, log: pino(out), book: { groups: () => [...groups] } };
  const ended = lookForDrift(parts, workers, stop.signal);
  end = async () => {
    stop.abort();
    await ended;
    await queue.drain();
  };
  return { account, lines, ran, looked, seen };
}

const soon = { timeout: 30_000, interval: 5 };
const OFTEN = 0.01;
const NEVER = 10_000;

const tagged = (group: string) => [
  { Key: 'elbv2.k8s.aws/cluster', Value: CLUSTER.name },
  { Key: 'ingress.k8s.aws/stack', Value: group },
  { Key: 'ingress.k8s.aws/resource', Value: 'shop/web-web:80' },
];

test('a group in which bulk reads find something new is doubted and looked at, and nobody else', async () => {
  const { account, ran, seen } = await begin({ syncPeriod: OFTEN, driftPeriod: NEVER }, [
    'shop/web',
    'shop/api',
  ]);
  await vi.waitFor(() => expect(seen.orphans).toBeGreaterThan(1), soon);
  expect(ran).toEqual([]);
  account.elb.call('CreateTargetGroup', {
    Name: 'k8s-shop-web',
    ...{ Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' },
    Tags: tagged('shop/web'),
  });
  await vi.waitFor(() => expect(ran).toEqual(['shop/web, doubted']), soon);
  expect(seen.nodes).toBeGreaterThan(1);
});

test('a failure of AWS is logged, and the next sweep tries again', async () => {
  const { account, lines, seen } = await begin({ syncPeriod: OFTEN, driftPeriod: NEVER });
  account.refusing.set('DescribeLoadBalancers', 'Throttling');
  await vi.waitFor(() => expect(lines.join('')).toContain('sweep failed; the next one tries again'), soon);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ action: 'DescribeLoadBalancers', code: 'Throttling' });
  account.refusing.clear();
  const before = seen.orphans;
  await vi.waitFor(() => expect(seen.orphans).toBeGreaterThan(before + 1), soon);
});

test('every group is looked at once in a period, also when bulk reads show nothing', async () => {
  const groups = ['a', 'b', 'c'];
  const { looked, seen } = await begin({ syncPeriod: NEVER, driftPeriod: OFTEN }, groups);
  await vi.waitFor(() => expect(looked.length).toBeGreaterThan(5), soon);
  expect(looked.slice(0, 3).sort()).toEqual(groups);
  expect(seen).toEqual({ nodes: 0, orphans: 0 });
});

test('it ends at once when it is asked to, however long its periods', async () => {
  const { looked } = await begin({ syncPeriod: NEVER, driftPeriod: NEVER }, ['a']);
  await end?.();
  expect(looked).toEqual([]);
});
