// `node hack/bundle.ts [DIRECTORY]`: the executable and all that it needs as a few files, without what it never uses. The
// image runs these: half of the memory of the controller is otherwise code of libraries that nobody calls.
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Says nothing about side effects and has none: without this, every generated API of Kubernetes would be in. */
const PURE = /\/node_modules\/@kubernetes\/client-node\//;

/** Test instruments: they work from the checkout only. */
const OUTSIDE = /\/(e2e|local-aws)\//;

/** Writes `albatross.mjs` and the files that it loads for each command into a directory. */
export async function bundle(directory: string): Promise<void> {
  const bundling = await rolldown({
    input: { albatross: fileURLToPath(new URL('../cli/albatross.ts', import.meta.url)) },
    cwd: ROOT,
    platform: 'node',
    external: OUTSIDE,
    // AWS's clients have a second form, of modules, of which the unused can be left out.
    resolve: { mainFields: ['module', 'main'] },
    treeshake: { moduleSideEffects: [{ test: PURE, sideEffects: false }] },
    logLevel: 'warn',
  });
  await bundling.write({
    dir: directory,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    cleanDir: true,
  });
  await bundling.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(process.argv[2] ?? `${ROOT}dist`);
