// `make bench`: the budgets' numbers, measured on the stage and printed beside those of the LBC (v3.5.0, measured the same
// way). Nothing is asserted. AWS answers at once unless a line says otherwise; a load balancer is active at the next look.
// With `targets` as its argument it measures these alone.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiscoveryV1Api } from '@kubernetes/client-node';
import { type Stage, setStage } from '../../e2e/harness/stage.ts';
import { benchAdmissions } from './admissions.ts';
import { benchCentre } from './centre.ts';
import { apps, ingress, service, slice } from './objects.ts';
import { benchPlanning } from './planning.ts';
import { benchTargets } from './targets.ts';

interface Line {
  readonly what: string;
  readonly lbc: string;
  readonly budget: string;
  readonly ours: string;
  /** AWS calls by action. */
  readonly calls?: string;
}

const MANY = 30;

/** Polls every 5 ms until `holds`; gives the milliseconds it took. Throws after a minute. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<number> {
  const begun = performance.now();
  while (!(await holds())) {
    if (performance.now() - begun > 60_000) throw new Error(`gave up waiting: ${what}`);
    await sleep(5);
  }
  return Math.round(performance.now() - begun);
}

/** Waits until AWS has not been called for 2.5 seconds: longer than the shortest wait between two looks at health. */
async function quiet({ aws }: Stage): Promise<void> {
  for (let before = -1, now = total(aws); before !== now; now = total(aws)) {
    before = now;
    await sleep(2_500);
  }
}

const total = (aws: Stage['aws']): number => aws.calls().reduce((sum, { count }) => sum + count, 0);
const writes = (aws: Stage['aws']): number =>
  aws.calls().reduce((sum, { count, mutating }) => sum + (mutating ? count : 0), 0);

/** Counts the AWS calls of what `act` does, until it is quiet again. */
async function counted(
  stage: Stage,
  act: () => Promise<unknown>,
): Promise<Omit<Line, 'what' | 'lbc' | 'budget'>> {
  await quiet(stage);
  stage.aws.resetCalls();
  await act();
  await quiet(stage);
  const { aws } = stage;
  const calls = aws.calls().map(({ action, count }) => `${count} ${action}`);
  return { ours: `${total(aws)}, ${writes(aws)} mutating`, calls: calls.join(', ') };
}

const targetsOf = ({ aws }: Stage): number =>
  [...aws.state().targetGroups.values()].reduce((sum, { targets }) => sum + Object.keys(targets).length, 0);

const synced = (stage: Stage): number =>
  readFileSync(stage.logs.controller, 'utf8').split('"msg":"synced"').length;

async function restart(stage: Stage): Promise<void> {
  const before = synced(stage);
  stage.controller().kill('SIGKILL');
  await stage.controller().exited;
  await stage.startController();
  await until('the new controller', () => synced(stage) > before);
}

/** Peak resident memory of the controller, as Linux counts it. */
function peakMemory(stage: Stage): string {
  const kilobytes = /^VmHWM:\s+(\d+)/m.exec(
    readFileSync(`/proc/${stage.controller().pid}/status`, 'utf8'),
  )?.[1];
  return `${Math.round(Number(kilobytes) / 1024)} MiB`;
}

async function one(stage: Stage): Promise<Line[]> {
  const { cluster, kubelet } = stage;
  await cluster.apply(...apps());
  await until('the pod', () => kubelet.addresses().length === 1);
  let address = 0;
  const bringUp = await counted(stage, async () => {
    const address0 = performance.now();
    await cluster.apply(ingress('one'));
    await until('the address', async () =>
      (await cluster.kubectl(['get', 'ingress', 'one', '-o', 'jsonpath={.status}'])).stdout.includes(
        'amazonaws',
      ),
    );
    address = Math.round(performance.now() - address0);
    await until('targets', () => targetsOf(stage) === 3);
  });
  const path = await counted(stage, () => cluster.apply(ingress('one', { paths: ['/', '/more'] })));
  const edit = await counted(stage, () =>
    cluster.kubectl(['annotate', 'ingress', 'one', 'example.com/note=hello']),
  );
  const again = await counted(stage, () => restart(stage));
  const late = await counted(stage, () => cluster.apply(ingress('one', { paths: ['/', '/more', '/late'] })));
  return [
    { what: 'AWS calls to bring up one Ingress', lbc: '31', budget: '≤ 12', ...bringUp },
    { what: 'AWS calls to add one path', lbc: '15, 3 mutating', budget: '≤ 5', ...path },
    { what: 'AWS calls when a foreign annotation is edited', lbc: '16', budget: '0', ...edit },
    { what: 'AWS calls at a restart with one', lbc: '', budget: '', ...again },
    { what: 'AWS calls to add one path, first change after a restart', lbc: '', budget: '', ...late },
    { what: 'kubectl apply → address in status', lbc: '', budget: '', ours: `${address} ms` },
  ];
}

/** From the EndpointSlice with one more endpoint being stored to RegisterTargets arriving at AWS, three times. */
async function endpoints({ cluster, aws }: Stage, latencyMs: number, pods: number): Promise<string> {
  const api = cluster.client.makeApiClient(DiscoveryV1Api);
  const took: number[] = [];
  aws.faults.setLatency(latencyMs);
  for (let round = 1; round <= 3; round += 1) {
    let registered = 0;
    aws.faults.onCall((action) => {
      if (action === 'RegisterTargets') registered ||= performance.now();
    });
    const body = { ...slice(pods + round), apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' };
    const begun = performance.now();
    await api.replaceNamespacedEndpointSlice({ namespace: 'default', name: 'direct', body });
    await until('RegisterTargets', () => registered > 0);
    took.push(Math.max(0, registered - begun));
    // Until the answer to the call before is worked up.
    await sleep(2_000);
  }
  aws.faults.onCall(() => undefined);
  aws.faults.setLatency(0);
  return `${took.map((ms) => Math.round(ms)).join(', ')} ms`;
}

/** An Ingress in ip mode whose endpoints are ours to write. */
async function direct(stage: Stage): Promise<void> {
  await stage.cluster.apply(
    service('direct', {}),
    slice(0),
    ingress('direct', { service: 'direct', targetType: 'ip' }),
  );
  await stage.cluster.kubectl(['wait', '--for=condition=Programmed', 'lbb/direct', '--timeout=30s']);
  await quiet(stage);
}

async function many(stage: Stage): Promise<Line[]> {
  const { cluster } = stage;
  const names = Array.from({ length: MANY }, (_, at) => `many-${at}`);
  const bringUp = await counted(stage, async () => {
    await cluster.apply(...names.map((name) => ingress(name)));
    await cluster.kubectl(['wait', '--for=condition=Programmed', 'lbb', '--all', '--timeout=60s']);
  });
  const again = await counted(stage, () => restart(stage));
  return [
    { what: `AWS calls to bring up ${MANY} more`, lbc: `27.6 each (300)`, budget: '≤ 10 each', ...bringUp },
    {
      what: `AWS calls at a restart with ${MANY + 1} unchanged`,
      lbc: '24.1 each (300)',
      budget: '≤ 0.1 each, 0 mutating',
      ...again,
    },
    {
      what: `peak memory of the controller with ${MANY + 1}`,
      lbc: '96 MB (300)',
      budget: '≤ 150 MB (300)',
      ours: peakMemory(stage),
    },
  ];
}

function print(lines: readonly Line[]): void {
  const rows = [
    ['what', 'LBC', 'budget', 'ours'],
    ...lines.map(({ what, lbc, budget, ours }) => [what, lbc, budget, ours]),
  ];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  for (const row of rows)
    process.stdout.write(
      `${row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  process.stdout.write('\nBy action:\n');
  for (const { what, calls } of lines)
    if (calls !== undefined) process.stdout.write(`  ${what}: ${calls === '' ? 'none' : calls}\n`);
}

async function main([only]: readonly string[]): Promise<void> {
  if (only === 'targets') return benchTargets();
  const stage = await setStage({ onStep: (step) => process.stderr.write(`${step}\n`) });
  try {
    const lines = await one(stage);
    await direct(stage);
    const lbc = { 0: '16–36 ms', 50: '70 ms' };
    for (const latency of [0, 50] as const) {
      const what = `endpoint change → RegisterTargets, AWS answers in ${latency} ms`;
      lines.push({
        what,
        lbc: lbc[latency],
        budget: '≤ 25 ms',
        ours: await endpoints(stage, latency, latency === 0 ? 0 : 3),
      });
    }
    print([...lines, ...(await many(stage))]);
  } finally {
    await stage.stop();
  }
  process.stdout.write('\n');
  await benchTargets();
  process.stdout.write('\n');
  await benchCentre();
  process.stdout.write('\n');
  benchPlanning();
  process.stdout.write('\n');
  await benchAdmissions();
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`\nbench: ${error.message}\n`);
  process.exit(1);
});
