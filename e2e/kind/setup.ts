// Before all scenarios on kind: what is needed is looked for, and said; after them the cluster goes, and the memory of the pods is told.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../harness/machine.ts';
import { albatrossImage, docker, hasImage, KIND_CLUSTER, kind, nodeImage } from './engine.ts';
import { unroutePods } from './nodes.ts';

const NEEDS =
  'make e2e-kind: needs root, Docker, kind, go and 4 GB of memory; about 15 minutes on two free processors. A cluster of three nodes is made and deleted.';

async function check(): Promise<void> {
  await docker('version').catch((error: Error) => {
    throw new Error(
      `no Docker daemon answers (${error.message}). On Debian: apt-get install docker.io, then dockerd`,
    );
  });
  await kind(['version']).catch((error: Error) => {
    throw new Error(
      `there is no kind (${error.message}): go install sigs.k8s.io/kind, or make kind-node-image`,
    );
  });
  const [albatross, node] = [albatrossImage(), nodeImage()];
  if (!(await hasImage(albatross))) throw new Error(`there is no image ${albatross}: make image`);
  if (node !== undefined && !(await hasImage(node)))
    throw new Error(`there is no image ${node} (KIND_NODE_IMAGE): make kind-node-image`);
}

/** The most that each process of the image has had in memory, by its first argument, in bytes. */
const peaks = new Map<string, number>();

/** Containers are processes of this machine. */
function lookAtMemory(): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const program = args.indexOf('/albatross/albatross.mjs');
      if (program < 0) continue;
      const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      const name = args[program + 1] ?? '';
      peaks.set(name, Math.max(peaks.get(name) ?? 0, Number(peak) * 1024));
    } catch {
      // The process is gone.
    }
  }
}

/** Vitest calls it once; what it gives is called after the last scenario. */
export async function setup(): Promise<() => Promise<void>> {
  process.stdout.write(`${NEEDS}\n`);
  await check();
  await kind(['delete', 'cluster', `--name=${KIND_CLUSTER}`]);
  const base = process.env.BASE ? [`--build-arg=BASE=${process.env.BASE}`] : [];
  const files = join(ROOT, 'e2e/kind');
  await docker('build', '--quiet', '--tag=shop:1', `--file=${files}/shop.Dockerfile`, ...base, files);
  process.env.ALBATROSS_STAGE = 'kind';
  const looking = setInterval(lookAtMemory, 2_000);
  return async () => {
    clearInterval(looking);
    const told = [...peaks].map(([name, bytes]) => `${name} ${(bytes / 2 ** 20).toFixed(0)} MiB`);
    process.stdout.write(`peak resident memory of one process: ${told.join(', ')}\n`);
    await unroutePods();
    await kind(['delete', 'cluster', `--name=${KIND_CLUSTER}`]);
  };
}
