// Before all scenarios: the bundle that the image runs is made once, and what they start is that (it is up in a third of the
// time of the sources, and it is what people get); and clusters and motos are served to the workers.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../hack/bundle.ts';
import { EXECUTABLE } from './machine.ts';
import { serveShared } from './prepared.ts';

/** Vitest calls it once; what it gives is called after the last scenario. */
export async function setup(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'albatross-bundle-'));
  await bundle(directory);
  process.env[EXECUTABLE] = join(directory, 'albatross.mjs');
  const shared = await serveShared();
  return async () => {
    await shared.stop();
    await rm(directory, { recursive: true });
  };
}
