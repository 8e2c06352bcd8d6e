// Before all scenarios: the bundle that the image runs is made once, and what they start is that (it is up in a third of the
// time of the sources, and it is what people get); and clusters and motos are served to the workers.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './cluster.ts';
import { EXECUTABLE, ROOT } from './machine.ts';
import { serveShared } from './prepared.ts';

/** Vitest calls it once; what it gives is called after the last scenario. */
export async function setup(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'albatross-bundle-'));
  // A process of its own: what bundling needs of memory is given back.
  const bundled = await runCommand(process.execPath, [join(ROOT, 'hack/bundle.ts'), directory]);
  if (bundled.code !== 0) throw new Error(`hack/bundle.ts: ${bundled.stderr}`);
  process.env[EXECUTABLE] = join(directory, 'albatross.mjs');
  // It is started some two hundred times.
  process.env.NODE_COMPILE_CACHE = join(directory, 'compiled');
  // Each reset makes moto's 1,300 machine images anew, and nobody here asks for another one than that of nodes.
  process.env.MOTO_AMIS_PATH = join(ROOT, 'e2e/harness/machine-images.json');
  const shared = await serveShared();
  return async () => {
    await shared.stop();
    await rm(directory, { recursive: true });
  };
}
