// What targets cost, and how soon a change of endpoints is a call. On a stage of its own: quotas are those that people ask AWS for.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiscoveryV1Api } from '@kubernetes/client-node';
import { ARN, play, TargetGroupAccount } from '../../controller/laws/target-scene.ts';
import { type Stage, setStage } from '../../e2e/harness/stage.ts';
import { apps, ingress, service } from './objects.ts';
import { table } from './table.ts';

/** Ingresses that are there when the controller is started anew. */
const QUEUED = 300;
/** Of them, how many groups are planned at once. */
const PLANNED = 100;
/** One of so many has no healthy target. */
const UNHEALTHY_OF = 3;
const ROUNDS = 30;
/** Longer than changes are joined, so that each one stands alone, in milliseconds. */
const ALONE_MS = 1_200;
const MANY_TARGETS = 10_000;
const ROLLED = 1_000;
/** Endpoints in one EndpointSlice (Kubernetes: EndpointSlices, "Capacity": up to 1,000 where it is configured). */
const PER_SLICE = 1_000;
const NAME = 'direct';

type Row = readonly [what: string, budget: string, ours: string];

const COUNTED = ['RegisterTargets', 'DeregisterTargets', 'DescribeTargetHealth'] as const;
const isCounted = (action: string): action is (typeof COUNTED)[number] =>
  COUNTED.some((one) => one === action);

const addressAt = (at: number): string => `10.0.${100 + Math.floor(at / 250)}.${(at % 250) + 1}`;

/** The endpoints `from` to `to` of the Service, as EndpointSlices. */
function slicesOf(from: number, to: number) {
  const endpoints = Array.from({ length: to - from }, (_, at) => ({
    addresses: [addressAt(from + at)],
    conditions: { ready: true },
    nodeName: 'node-b',
    targetRef: { kind: 'Pod', namespace: 'default', name: `pod-${from + at}` },
  }));
  const count = Math.ceil(MANY_TARGETS / PER_SLICE);
  return Array.from({ length: count }, (_, at) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${NAME}-${at}`, labels: { 'kubernetes.io/service-name': NAME } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: endpoints.slice(at * PER_SLICE, (at + 1) * PER_SLICE),
  }));
}

/** A stage whose controller has one Ingress in ip mode with endpoints that are ours to write. */
class TargetsBench {
  readonly #stage: Stage;
  readonly #api: DiscoveryV1Api;
  /** When RegisterTargets arrived last, and how often which call did. */
  #registered = 0;
  readonly #calls = { RegisterTargets: 0, DeregisterTargets: 0, DescribeTargetHealth: 0 };

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#api = stage.cluster.client.makeApiClient(DiscoveryV1Api);
    stage.aws.faults.onCall((action) => {
      if (action === 'RegisterTargets') this.#registered = performance.now();
      if (isCounted(action)) this.#calls[action] += 1;
    });
  }

  /** Stores EndpointSlices that differ from those before. */
  async write(slices: readonly ReturnType<typeof slicesOf>[number][]): Promise<void> {
    for (const body of slices)
      await this.#api.replaceNamespacedEndpointSlice({
        namespace: 'default',
        name: body.metadata.name,
        body,
      });
  }

  /** Milliseconds from `begun` to the first RegisterTargets after it. */
  async registeredAfter(begun: number): Promise<number> {
    const deadline = performance.now() + 120_000;
    while (this.#registered < begun) {
      if (performance.now() > deadline) throw new Error('gave up waiting for RegisterTargets');
      await sleep(1);
    }
    return this.#registered - begun;
  }

  registeredTargets(): number {
    return [...this.#stage.aws.state().targetGroups.values()]
      .filter(({ name }) => name.includes(`-${NAME}-`))
      .reduce(
        (sum, { targets }) =>
          sum + Object.values(targets).filter(({ drainingUntil }) => drainingUntil === undefined).length,
        0,
      );
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const deadline = performance.now() + 300_000;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`gave up waiting: ${what}`);
      await sleep(20);
    }
  }

  /** Adds one endpoint after the other, each alone. */
  async steady(latencyMs: number, from: number): Promise<string> {
    const took: number[] = [];
    this.#stage.aws.faults.setLatency(latencyMs);
    for (let round = 1; round <= ROUNDS; round += 1) {
      await sleep(ALONE_MS);
      const [first] = slicesOf(0, from + round);
      const begun = performance.now();
      await this.write(first === undefined ? [] : [first]);
      took.push(await this.registeredAfter(begun));
    }
    this.#stage.aws.faults.setLatency(0);
    return `p50 ${percentile(took, 0.5)} ms, p99 ${percentile(took, 0.99)} ms (${ROUNDS})`;
  }

  /**
   * What a new process needs until it registers an endpoint that came while none ran, and how often it asks about targets in its
   * first minute.
   */
  async restarted(endpoints: number): Promise<readonly [took: string, asked: string]> {
    this.#stage.controller().kill('SIGKILL');
    await this.#stage.controller().exited;
    const [first] = slicesOf(0, endpoints);
    await this.write(first === undefined ? [] : [first]);
    const begun = performance.now();
    const { DescribeTargetHealth: before } = this.#calls;
    await this.#stage.startController();
    const took = `${Math.round(await this.registeredAfter(begun))} ms`;
    await sleep(Math.max(0, begun + 60_000 - performance.now()));
    return [took, `${this.#calls.DescribeTargetHealth - before} DescribeTargetHealth`];
  }

  async whilePlanning(names: readonly string[], endpoints: number): Promise<string> {
    const tags = `alb.ingress.kubernetes.io/tags=round=${endpoints}`;
    await this.#stage.cluster.kubectl(['annotate', 'ingress', ...names, tags, '--overwrite']);
    const [first] = slicesOf(0, endpoints);
    const begun = performance.now();
    await this.write(first === undefined ? [] : [first]);
    return `${Math.round(await this.registeredAfter(begun))} ms`;
  }

  /** Endpoints replaced a tenth at a time, five tenths a second, as a Deployment replaces its pods. */
  async rollOut(): Promise<string> {
    await this.write(slicesOf(0, ROLLED));
    await this.until('all targets', () => this.registeredTargets() === ROLLED);
    await sleep(ALONE_MS);
    const before = { ...this.#calls };
    const step = ROLLED / 10;
    for (let at = 1; at <= 10; at += 1) {
      await this.write(slicesOf(at * step, ROLLED + at * step).slice(0, 2));
      await sleep(200);
    }
    await this.until('the new targets', () => this.registeredTargets() === ROLLED);
    await sleep(ALONE_MS);
    const registering = this.#calls.RegisterTargets - before.RegisterTargets;
    return `${registering} RegisterTargets, ${this.#calls.DeregisterTargets - before.DeregisterTargets} DeregisterTargets`;
  }

  async large(): Promise<string> {
    const before = this.#processor();
    await this.write(slicesOf(0, MANY_TARGETS));
    await this.until('all targets', () => this.registeredTargets() === MANY_TARGETS);
    await sleep(60_000);
    return `${this.#peakMemory()} MiB at most, ${(this.#processor() - before).toFixed(1)} s of a processor in the first minute`;
  }

  /** Seconds of a processor that the controller used, as Linux counts them (proc(5), stat: utime, stime in hundredths). */
  #processor(): number {
    const fields = readFileSync(`/proc/${this.#stage.controller().pid}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ');
    return (Number(fields?.[11]) + Number(fields?.[12])) / 100;
  }

  #peakMemory(): number {
    const status = readFileSync(`/proc/${this.#stage.controller().pid}/status`, 'utf8');
    return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024);
  }
}

function percentile(took: readonly number[], part: number): number {
  const sorted = took.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
}

/** Calls in an hour about one target group that does not change, on paper; the sweep's looks are not in it. */
async function callsAnHour(): Promise<number> {
  const account = new TargetGroupAccount(['10.0.0.1']);
  const { targets, clock, log } = play({ account, pods: ['10.0.0.1'] });
  await targets.reconcile(ARN);
  log.length = 0;
  for (const end = clock.now + 3_600_000; clock.now < end; ) {
    const next = await targets.reconcile(ARN);
    clock.now += typeof next === 'object' ? next.afterMs : 1_000;
  }
  return log.filter((line) => /^[A-Z]/.test(line)).length;
}

async function measured(stage: Stage): Promise<Row[]> {
  const { cluster } = stage;
  const bench = new TargetsBench(stage);
  await cluster.apply(...apps(), service(NAME, {}), ...slicesOf(0, 1));
  await cluster.apply(ingress(NAME, { service: NAME, targetType: 'ip' }));
  await bench.until('the first target', () => bench.registeredTargets() === 1);
  const change = 'endpoint change → RegisterTargets';
  process.stderr.write('endpoints change one by one\n');
  const rows: Row[] = [
    [`${change}, AWS at once`, '≤ 25 ms', await bench.steady(0, 1)],
    [`${change}, AWS in 50 ms`, '≤ 25 ms', await bench.steady(50, 1 + ROUNDS)],
  ];
  const names = Array.from({ length: QUEUED }, (_, at) => `queued-${at}`);
  process.stderr.write(`${QUEUED} Ingresses\n`);
  const unhealthy = { 'success-codes': '418' };
  await cluster.apply(
    ...names.map((name, at) => ingress(name, at % UNHEALTHY_OF === 0 ? { said: unhealthy } : {})),
  );
  await cluster.kubectl(['wait', '--for=condition=Programmed', 'lbb', '--all', '--timeout=600s']);
  const endpoints = 2 * ROUNDS + 2;
  // Until health is what it stays.
  await sleep(30_000);
  const [took, asked] = await bench.restarted(endpoints);
  const sick = Math.ceil(QUEUED / UNHEALTHY_OF);
  rows.push([`process start → RegisterTargets, ${QUEUED} Ingresses`, '≤ 1,500 ms', took]);
  rows.push([`calls in its first minute, ${sick} of them not healthy`, `about ${sick}`, asked]);
  process.stderr.write('plans, a roll-out, and many targets\n');
  const planning = await bench.whilePlanning(names.slice(0, PLANNED), endpoints + 1);
  rows.push([`${change}, while ${PLANNED} groups are planned`, '≤ 25 ms', planning]);
  rows.push([
    `${ROLLED} endpoints replaced in ten steps of 0.2 s`,
    'one of each a second',
    await bench.rollOut(),
  ]);
  rows.push([`${MANY_TARGETS} targets of one target group`, '', await bench.large()]);
  return rows;
}

/** Measures and prints. */
export async function benchTargets(): Promise<void> {
  const most = 4 * MANY_TARGETS;
  const limits = {
    'application-load-balancers': 2 * QUEUED,
    'targets-per-target-group': most,
    'targets-per-application-load-balancer': most,
  };
  const stage = await setStage({ aws: { limits }, onStep: (step) => process.stderr.write(`${step}\n`) });
  const rows: Row[] = [['targets', 'budget', 'ours']];
  try {
    rows.push(...(await measured(stage)));
  } finally {
    await stage.stop();
  }
  rows.push(['calls an hour, 1,000 target groups unchanged', '', String(1_000 * (await callsAnHour()))]);
  process.stdout.write(table(rows));
}
