// `node hack/bundle.ts [DIRECTORY]`: the executable and all that it needs as a few files, without what it never uses. The
// image runs these: half of the memory of the controller is otherwise code of libraries that nobody calls.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Says nothing about side effects and has none: without this, every generated API of Kubernetes would be in. */
const PURE = /\/node_modules\/@kubernetes\/client-node\//;

/** Test instruments: they work from the checkout only. */
const INSTRUMENTS = /\/(e2e|local-aws)\//;

/** The commit of the checkout; undefined where there is no git, or nothing that it knows. */
function commit(): string | undefined {
  try {
    const args = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
    return execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** What `api/build.ts` finds in the bundle; VERSION and COMMIT of the environment come before what the checkout says. */
function constants(): Record<string, string> {
  const { version }: { version: string } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  return {
    ALBATROSS_VERSION: JSON.stringify(process.env.VERSION || version),
    ALBATROSS_COMMIT: JSON.stringify(process.env.COMMIT || (commit() ?? '')),
  };
}

/**
 * Writes a program as plain JavaScript into a directory that holds nothing else: `NAME.mjs`, and the files that it loads when
 * they are needed. Gives the paths of all source files that are in it.
 */
export async function writeBundle(
  directory: string,
  input: Readonly<Record<string, string>>,
  external: RegExp[] = [],
): Promise<string[]> {
  const bundling = await rolldown({
    input: Object.fromEntries(Object.entries(input).map(([name, path]) => [name, `${ROOT}${path}`])),
    cwd: ROOT,
    platform: 'node',
    external,
    // AWS's clients have a second form, of modules, of which the unused can be left out.
    transform: { define: constants() },
    resolve: { mainFields: ['module', 'main'] },
    treeshake: { moduleSideEffects: [{ test: PURE, sideEffects: false }] },
    logLevel: 'warn',
  });
  const { output } = await bundling.write({
    dir: directory,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    cleanDir: true,
  });
  await bundling.close();
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
}

/** Writes `albatross.mjs` and the files that it loads for each command into a directory. */
export async function bundle(directory: string): Promise<void> {
  await writeBundle(directory, { albatross: 'cli/albatross.ts' }, [INSTRUMENTS]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(process.argv[2] ?? `${ROOT}dist`);
