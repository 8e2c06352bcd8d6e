// `node hack/bench/admissions.ts`, and a part of `make bench`: how many reviews the webhook answers. The webhook is its own
// process, as shipped, on a real API server with 1,000 bindings; this process is the API server's side of its port.
import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { Pool } from 'undici';
import { bind } from '../../api/binding/bind.ts';
import type { BindingSpec } from '../../api/generated/binding.ts';
import { readIngress } from '../../api/ingress/read.ts';
import type { Ingress } from '../../api/kube.ts';
import { NAMESPACE } from '../../e2e/harness/install.ts';
import { freePorts } from '../../e2e/harness/machine.ts';
import type { RunningProcess } from '../../e2e/harness/process.ts';
import { prepareWebhookHost, type WebhookHost } from '../../e2e/harness/webhook.ts';
import { kubeClient } from '../../kube/client.ts';
import { applyBinding } from '../../kube/write.ts';
import { member, plain, review, rich } from './reviews.ts';
import { table } from './table.ts';

const BINDINGS = 1_000;
/** Ingresses asked about, each in its turn: none is answered from what was said about itself a moment ago. */
const DIFFERENT = 500;
/** Bindings written at a time. */
const WRITERS = 20;
/** Seconds of one measurement, and of the warm-up before the first of each Ingress. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const CONNECTIONS = [1, 16, 64] as const;

/** Admissions per second of the LBC v3.5.0 on two cores, by connections; class and condition checks only. */
const LBC: Readonly<Record<number, number>> = { 1: 5_200, 16: 11_900 };

/** Ticks of /proc/PID/stat in a second (Linux: proc_pid_stat(5)). */
const TICKS = 100;

interface Measured {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Seconds of processor time, of the webhook. */
  readonly cpuPer1000: number;
  /** Resident memory of the webhook, in MB. */
  readonly memory: number;
}

/** So many callers ask one after the other on kept connections. @throws Error when an answer is no permission. */
async function measure(
  pool: Pool,
  pid: number,
  callers: number,
  bodies: readonly string[],
  seconds: number,
): Promise<Measured> {
  const took: number[] = [];
  const [cpu, begun] = [cpuSecondsOf(pid), performance.now()];
  const end = begun + seconds * 1000;
  const caller = async (): Promise<void> => {
    for (let now = performance.now(); now < end; ) {
      const body = bodies[took.length % bodies.length] ?? '';
      const answer = await pool.request({ path: '/validate-ingress', method: 'POST', body });
      const text = await answer.body.text();
      if (!text.includes('"allowed":true') || text.includes('admitted unchecked'))
        throw new Error(`not judged, or not allowed: ${text}`);
      const then = performance.now();
      took.push(then - now);
      now = then;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const elapsed = (performance.now() - begun) / 1000;
  took.sort((a, b) => a - b);
  const at = (part: number): number => took[Math.floor(took.length * part)] ?? 0;
  return {
    perSecond: took.length / elapsed,
    p50: at(0.5),
    p99: at(0.99),
    cpuPer1000: ((cpuSecondsOf(pid) - cpu) / took.length) * 1000,
    memory: memoryOf(pid),
  };
}

/** User and system time (Linux: proc_pid_stat(5), fields 14 and 15). */
function cpuSecondsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

const memoryOf = (pid: number): number =>
  Math.round(Number(/VmRSS:\s+([0-9]+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);

/** A Service, and the bindings of one large group, written as the webhook itself writes them. */
async function furnish({ cluster }: WebhookHost): Promise<void> {
  const ports = [{ port: 80 }];
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' } };
  await cluster.apply({ ...service, spec: { type: 'NodePort', ports } });
  const config = new KubeConfig();
  config.loadFromFile(await cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-webhook'));
  const client = kubeClient(config);
  const todo = Array.from({ length: BINDINGS }, (_, at) => member(at));
  const writer = async (): Promise<void> => {
    for (let ingress = todo.pop(); ingress !== undefined; ingress = todo.pop()) {
      const written = await applyBinding(client, ingress.metadata, specOf(ingress));
      if (!written.ok) throw new Error(written.message);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

function specOf(ingress: Ingress): BindingSpec {
  const options = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
  return bind(ingress, readIngress(ingress, { options, service: () => undefined }));
}

/** The bindings are not waited for by the webhook itself: a review that contradicts them tells. */
async function untilKnown(host: WebhookHost): Promise<void> {
  const contrary = review(plain(0, { 'group.name': 'fleet', scheme: 'internet-facing' }), true);
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await host.call('/validate-ingress', contrary)).text.includes('"allowed":false')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the webhook does not know the bindings');
}

interface Asked {
  /** They are dry runs, which are answered with what would be done in AWS. */
  readonly dryRun: boolean;
  readonly connections: readonly number[];
}

async function measureAll(
  host: WebhookHost,
  webhook: RunningProcess,
  { dryRun, connections: all }: Asked,
): Promise<string[][]> {
  const large = { 'group.name': 'fleet' };
  const cases: readonly (readonly [string, (at: number) => Ingress])[] = [
    ['plain', plain],
    ['rich: 30 annotations, 20 paths', rich],
    [`plain, in the group of ${BINDINGS}`, (at) => plain(at, large)],
    [`rich, in the group of ${BINDINGS}`, (at) => rich(at, large)],
  ];
  const { origin } = new URL(host.place.url);
  const rows: string[][] = [];
  for (const [what, make] of cases) {
    const bodies = Array.from({ length: DIFFERENT }, (_, at) => review(make(at), dryRun));
    for (const connections of all) {
      const pool = new Pool(origin, { connections, pipelining: 1, connect: { ca: host.authority.cert } });
      await measure(pool, webhook.pid, connections, bodies, connections === all[0] ? SECONDS : 0.5);
      const got = await measure(pool, webhook.pid, connections, bodies, SECONDS);
      await pool.close();
      rows.push(rowOf(`${dryRun ? 'dry run' : 'applied'}, ${what}`, connections, got));
    }
  }
  return rows;
}

function rowOf(what: string, connections: number, got: Measured): string[] {
  const lbc = LBC[connections];
  return [
    `${what}, ${connections === 1 ? '1 connection' : `${connections} connections`}`,
    lbc === undefined ? '' : `${lbc}/s`,
    lbc === undefined ? '' : `> ${lbc}/s`,
    `${Math.round(got.perSecond)}/s`,
    `${got.p50.toFixed(2)} ms`,
    `${got.p99.toFixed(2)} ms`,
    `${got.cpuPer1000.toFixed(3)} s`,
    `${got.memory} MB`,
  ];
}

/** Reviews by a webhook of its own. */
async function rowsOf(host: WebhookHost, asked: Asked, ...flags: string[]): Promise<string[][]> {
  const [metrics = 0] = await freePorts(1);
  const webhook = await host.start(`--metrics-port=${metrics}`, ...flags);
  try {
    await untilKnown(host);
    return await measureAll(host, webhook, asked);
  } finally {
    await webhook.stop();
  }
}

const HEAD = [
  'reviews with all checks',
  'LBC',
  'budget',
  'ours',
  'p50',
  'p99',
  'processor per 1,000',
  'memory',
];

/** Measures and prints. The machine is to be idle; the processor time is comparable even when it is not. */
export async function benchAdmissions(): Promise<void> {
  const host = await prepareWebhookHost();
  try {
    await furnish(host);
    // What is recorded is the API server's work, and is left out.
    const applied = await rowsOf(host, { dryRun: false, connections: [16] }, '--record=false');
    const dry = await rowsOf(host, { dryRun: true, connections: CONNECTIONS });
    process.stdout.write(table([HEAD, ...applied, ...dry]));
  } finally {
    await host.cluster.stop();
  }
}

if (import.meta.main) {
  benchAdmissions().catch((error: Error) => {
    process.stderr.write(`\nbench: ${error.message}\n`);
    process.exit(1);
  });
}
