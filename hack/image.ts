// `make image`: builds the image of hack/Dockerfile with any engine that takes one, and holds it to what the Deployments ask of
// it: it runs as nobody, with a root file system that is only read, without capabilities and without a network.
//   IMAGE=NAME (what config/default names, unless told)  BASE=node:26-slim  CONTAINER_ENGINE=docker  BUILD_FLAGS=--network=host
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { albatrossImage } from '../e2e/kind/engine.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Of the image without the program Node itself, in bytes. */
const MOST_OVER_NODE = 150e6;

const { env } = process;
const engine = env.CONTAINER_ENGINE ?? 'docker';

const { version }: { version: string } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
const image = env.IMAGE ?? albatrossImage();

/** @throws Error with the command's last words when it fails. */
const read = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();

function commitOfCheckout(): string {
  try {
    return read('git', 'describe', '--always', '--dirty', '--abbrev=12', '--exclude=*');
  } catch {
    return 'unknown';
  }
}

const commit = commitOfCheckout();

function build(): void {
  const args = { ...(env.BASE ? { BASE: env.BASE } : {}), VERSION: version, COMMIT: commit };
  const flags = Object.entries(args).map(([name, value]) => `--build-arg=${name}=${value}`);
  const more = env.BUILD_FLAGS?.split(' ') ?? [];
  const all = ['build', '--file=hack/Dockerfile', `--tag=${image}`, ...flags, ...more, '.'];
  execFileSync(engine, all, { cwd: ROOT, stdio: 'inherit' });
}

/** Runs the image as the kubelet does. */
const run = (...args: readonly string[]): string => {
  const limits = ['--read-only', '--network=none', '--cap-drop=ALL', '--security-opt=no-new-privileges'];
  return read(engine, 'run', '--rm', ...limits, ...args);
};

function check(): void {
  const says = run(image, '--version');
  if (!says.includes(commit)) throw new Error(`${image} does not say which commit it is: ${says}`);
  const script = `const { statSync } = require('node:fs');
    console.log(process.getuid(), statSync(process.execPath).size, process.version)`;
  const [user, nodeBytes, node] = run('--entrypoint=node', image, '-e', script).split(' ');
  const bytes = Number(read(engine, 'image', 'inspect', '--format={{.Size}}', image));
  const over = bytes - Number(nodeBytes);
  const megabytes = (count: number) => `${(count / 1e6).toFixed(0)} MB`;
  process.stdout.write(
    `${image}: ${says}, Node ${node}, ${megabytes(bytes)}, of which Node ${megabytes(Number(nodeBytes))}\n`,
  );
  if (user === '0') throw new Error(`${image} runs as root`);
  if (!(over <= MOST_OVER_NODE))
    throw new Error(
      `${image} has ${megabytes(over)} beside Node; at most ${megabytes(MOST_OVER_NODE)} are allowed`,
    );
}

try {
  build();
  check();
} catch (error) {
  process.stderr.write(`image: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
