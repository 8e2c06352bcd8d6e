// Speed of the local AWS's data plane: requests forwarded for each CPU second of its process, with clients and targets in
// processes of their own. CPU time and not wall time, so that the figure is honest on a shared machine.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { startDataPlane, to } from '../../local-aws/data-plane/fixture.ts';

const BUDGET = 5_000;
const CONNECTIONS = 32;
const WARM_UP = 10_000;
const REQUESTS = 30_000;
const RULES = 10;
const TARGET = '10.0.0.1';

interface Line {
  readonly what: string;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly body?: string;
}

const LINES: readonly Line[] = [
  { what: 'forwarded, first of 10 rules', path: '/app-1/x', method: 'GET' },
  { what: 'forwarded, last of 10 rules', path: '/app-10/x?a=b', method: 'GET' },
  { what: 'forwarded, POST of 1 KiB', path: '/app-1/x', method: 'POST', body: 'x'.repeat(1024) },
  { what: 'fixed response', path: '/', method: 'GET' },
];

/** Plays the target: 200 with a little text. */
async function playTarget(): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    response.end('hello');
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
}

/** Plays the load balancer; answers each message with the CPU milliseconds it has used. */
async function playBalancer(targetPort: number): Promise<void> {
  const rig = await startDataPlane(1);
  rig.mapTarget(`${TARGET}:80`, { host: '127.0.0.1', port: targetPort });
  const TargetGroupArn = await rig.group([TARGET]);
  const none = { StatusCode: '404', ContentType: 'text/plain', MessageBody: 'nothing here' };
  const ListenerArn = await rig.http(80, { Type: 'fixed-response', FixedResponseConfig: none });
  for (let n = 1; n <= RULES; n++)
    await rig.call('CreateRule', {
      ListenerArn,
      Priority: n,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: [`/app-${n}/*`] } }],
      Actions: [to(TargetGroupArn)],
    });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1000);
  });
  process.send?.(rig.addressOf(80).port);
}

/** A number that a child process tells. */
async function told(child: ChildProcess): Promise<number> {
  const [number] = await once(child, 'message');
  return Number(number);
}

async function cpuOf(balancer: ChildProcess): Promise<number> {
  const answer = told(balancer);
  balancer.send('cpu');
  return answer;
}

/** Sends `count` requests over kept connections; throws when one is not answered below 500. */
async function load(pool: Pool, { path, method, body }: Line, count: number): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const response = await pool.request({
        path,
        method,
        headers: { 'user-agent': 'bench', accept: '*/*', cookie: 'session=abc' },
        ...(body === undefined ? {} : { body }),
      });
      await response.body.dump();
      if (response.statusCode >= 500) throw new Error(`${path} was answered with ${response.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

async function main(): Promise<void> {
  const self = fileURLToPath(import.meta.url);
  const target = fork(self, ['target']);
  const balancer = fork(self, ['balancer', String(await told(target))]);
  const pool = new Pool(`http://127.0.0.1:${await told(balancer)}`, { connections: CONNECTIONS });
  const rows = [['requests', 'budget /s', 'per CPU second', 'per second here']];
  try {
    for (const line of LINES) {
      await load(pool, line, WARM_UP);
      const cpu = await cpuOf(balancer);
      const begun = performance.now();
      await load(pool, line, REQUESTS);
      const wall = performance.now() - begun;
      const used = (await cpuOf(balancer)) - cpu;
      const rate = (ms: number) => String(Math.round(REQUESTS / (ms / 1000)));
      rows.push([line.what, `≥ ${BUDGET}`, rate(used), rate(wall)]);
    }
  } finally {
    await pool.destroy();
    balancer.kill();
    target.kill();
  }
  for (const row of rows) {
    const cells = row.map((cell, at) => cell.padEnd(at === 0 ? 30 : 16));
    process.stdout.write(`${cells.join('').trimEnd()}\n`);
  }
}

const [role, argument] = process.argv.slice(2);
const run = role === 'target' ? playTarget() : role === 'balancer' ? playBalancer(Number(argument)) : main();
run.catch((error: Error) => {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exit(1);
});
