// Docker and kind, as commands. Both work on the machine's own engine.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { sharedCache } from '../../local-aws/moto/moto-python.ts';
import { runCommand } from '../harness/cluster.ts';
import { ROOT } from '../harness/machine.ts';

/** The cluster's name for kind, and the Docker network that kind puts every node into. */
export const KIND_CLUSTER = 'albatross-e2e';
export const KIND_NETWORK = 'kind';

/** What kind's nodes are made of: Kubernetes' own image for this version of kind unless the environment names another. */
export const nodeImage = (): string | undefined => process.env.KIND_NODE_IMAGE || undefined;

/** The image that config/default names. */
export function albatrossImage(): string {
  const text = readFileSync(join(ROOT, 'config/base/kustomization.yaml'), 'utf8');
  const { images }: { images: readonly { newName: string; newTag: string }[] } = parse(text);
  const [image] = images;
  return `${image?.newName}:${image?.newTag}`;
}

/** CAP_SYS_RESOURCE in `CapBnd` of proc_pid_status(5). */
const SYS_RESOURCE = 24n;

function lacksSysResource(): boolean {
  const bounding = /^CapBnd:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 'f';
  return ((BigInt(`0x${bounding}`) >> SYS_RESOURCE) & 1n) === 0n;
}

const path = (): string => {
  const own = process.env.PATH ?? '';
  return lacksSysResource() ? `${join(ROOT, 'e2e/kind/shim')}:${own}` : own;
};

/** @throws Error with the command's words when it fails. */
async function run(command: string, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, {
    env: { PATH: path(), DOCKER_BUILDKIT: '0' },
    ...(input === undefined ? {} : { input }),
  });
  if (code !== 0) throw new Error(`${command} ${args.slice(0, 3).join(' ')}: ${(stderr || stdout).trim()}`);
  return stdout.trim();
}

export const docker = (...args: readonly string[]): Promise<string> => run('docker', args);

/** kind of `make kind-node-image`, or of PATH. */
export function kind(args: readonly string[], input?: string): Promise<string> {
  const built = join(sharedCache(process.env), 'kind/kind');
  return run(existsSync(built) ? built : 'kind', args, input);
}

/** Whether the engine has an image. */
export async function hasImage(name: string): Promise<boolean> {
  return (await docker('image', 'ls', '--quiet', name)) !== '';
}
