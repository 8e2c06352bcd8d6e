// A rig for scenarios of processes that do not come up, or have to end: a cluster, files and ports that are right and wrong,
// and what became of a process, with the seconds it took.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { createAuthority } from '../harness/certificates.ts';
import type { Cluster } from '../harness/cluster.ts';
import { NAMESPACE } from '../harness/install.ts';
import { albatross, freePorts } from '../harness/machine.ts';
import { preparedCluster } from '../harness/prepared.ts';
import { type RunningProcess, startProcess, untilReady } from '../harness/process.ts';
import { flagged, type Silent, silentPort, untilEnd } from '../harness/starting.ts';

export type Flags = Readonly<Record<string, string | undefined>>;
export type Environment = Readonly<Record<string, string>>;

/** A process that cannot start ends in this time, also on a machine that does much else. */
const SECONDS = 60;

export let cluster: Cluster;
export let dir: string;
export let silent: Silent;
/** File → path. */
export const files: Record<string, string> = {};
export const ports: Record<string, string> = {};
const measured: { what: string; seconds: string; line: string }[] = [];
const children: RunningProcess[] = [];

export const AWS: Environment = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: 'us-west-2',
  AWS_EC2_METADATA_DISABLED: 'true',
};

interface Kubeconfig {
  'current-context'?: string | undefined;
  readonly clusters: readonly [{ readonly cluster: { server: string } }];
  readonly users: readonly [{ readonly user: { token: string } }];
}

/** A kubeconfig like the controller's with something else in it. */
async function kubeconfig(name: string, change: (config: Kubeconfig) => void): Promise<void> {
  const config = parse(await readFile(files.controller ?? '', 'utf8')) as Kubeconfig;
  change(config);
  await write(`${name}.kubeconfig`, stringify(config));
  files[name] = files[`${name}.kubeconfig`] ?? '';
}

async function write(name: string, text: string): Promise<void> {
  files[name] = join(dir, name);
  await writeFile(files[name] ?? '', text);
}

/** Prepares everything. */
export async function prepare(): Promise<void> {
  cluster = await preparedCluster();
  dir = join(cluster.dir, 'start');
  await mkdir(join(dir, 'home'), { recursive: true });
  silent = await silentPort();
  const [free = 0, metrics = 0] = await freePorts(2);
  Object.assign(ports, { taken: String(silent.port), free: String(free), metrics: String(metrics) });
  const account = (name: string) => cluster.serviceAccountKubeconfig(NAMESPACE, name);
  await cluster.kubectl(['create', 'serviceaccount', 'nobody', '-n', NAMESPACE]);
  Object.assign(files, {
    controller: await account('albatross-controller'),
    webhook: await account('albatross-webhook'),
    nobody: await account('nobody'),
  });
  const authority = await createAuthority('start');
  const [one, other] = [await authority.server(['127.0.0.1']), await authority.server(['127.0.0.1'])];
  await write('tls.crt', one.cert);
  await write('tls.key', one.key);
  await write('other.key', other.key);
  await write('text', 'no PEM\n');
  await write('no yaml', 'a: [');
  await write('empty', '');
  const server = (port: number | string) => (config: Kubeconfig) => {
    config.clusters[0].cluster.server = `https://127.0.0.1:${port}`;
  };
  await kubeconfig('other context', (config) => {
    config['current-context'] = 'other';
  });
  await kubeconfig('no context', (config) => {
    config['current-context'] = undefined;
  });
  await kubeconfig('nobody listens', server(free));
  await kubeconfig('hangs', server(silent.port));
  await kubeconfig('bad token', (config) => {
    config.users[0].user.token = 'nonsense';
  });
}

/** Prints what was measured, and takes everything down. */
export async function takeDown(): Promise<void> {
  console.log(
    measured
      .map(({ what, seconds, line }) => `${seconds.padStart(5)} s  ${what.padEnd(52)} ${line}`)
      .join('\n'),
  );
  await Promise.all(children.map((child) => child.stop(0)));
  await silent?.close();
  await cluster?.stop();
}

const webhookFlags = (): Flags => ({
  kubeconfig: files.webhook,
  host: '127.0.0.1',
  port: ports.free,
  'tls-cert-file': files['tls.crt'],
  'tls-private-key-file': files['tls.key'],
  'drain-seconds': '0',
});
const controllerFlags = (): Flags => ({
  kubeconfig: files.controller,
  'cluster-name': 'local',
  'aws-vpc-id': 'vpc-1',
  'leader-election-namespace': NAMESPACE,
});
export const commandOf = (process: 'webhook' | 'controller', flags: Flags): string[] => [
  process,
  ...flagged({ ...(process === 'webhook' ? webhookFlags() : controllerFlags()), ...flags }),
];

/** It ends with this exit code, and says these lines and nothing else. */
export async function cannotStart(
  what: string,
  args: readonly string[],
  lines: readonly RegExp[],
  env: Environment = AWS,
  exitCode = 1,
): Promise<void> {
  const { code, out, err, seconds } = await untilEnd(args, { HOME: join(dir, 'home'), ...env });
  const said = err.trimEnd().split('\n');
  measured.push({ what: `${args[0]}: ${what}`, seconds: seconds.toFixed(1), line: said.join(' | ') });
  expect([code, out, said.length], err).toEqual([exitCode, '', lines.length]);
  for (const [at, line] of lines.entries()) expect(said[at]).toMatch(line);
  expect(seconds).toBeLessThan(SECONDS);
}

let starts = 0;
/** Starts one, and waits until its log says these words; undefined: until it runs. */
export async function begun(
  process_: 'webhook' | 'controller',
  flags: Flags,
  env: Environment,
  words?: string,
) {
  starts += 1;
  const child = await startProcess({
    name: process_,
    command: process.execPath,
    args: [albatross(), ...commandOf(process_, flags)],
    env: { KUBECONFIG: '', ...AWS, ...env },
    log: join(dir, `${starts}.log`),
  });
  children.push(child);
  if (words !== undefined) await untilReady(child, async () => child.lastLines(100).includes(words));
  return child;
}

/** The seconds from a signal to the end. */
export async function endsBy(
  what: string,
  child: RunningProcess,
  signal: NodeJS.Signals,
  code: number,
): Promise<void> {
  const from = performance.now();
  child.kill(signal);
  expect(await child.exited, child.lastLines()).toEqual({ code, signal: null });
  const seconds = (performance.now() - from) / 1000;
  measured.push({ what: `${child.name}: ${what}`, seconds: seconds.toFixed(1), line: `${signal} → ${code}` });
  expect(seconds).toBeLessThan(SECONDS);
}
