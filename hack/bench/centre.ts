// What it costs to load the pure centre alone: CPU time and memory beyond those of Node itself, as the bundle that is shipped and from
// the sources.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBundle } from '../bundle.ts';
import { table } from './table.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROUNDS = 5;

/** What webhook, controller and cli take of it. */
const ENTRIES = {
  desire: 'alb/desire/desire.ts',
  amendments: 'alb/amendments/amendments.ts',
  plan: 'alb/plan/plan.ts',
  kinds: 'alb/kinds/kinds.ts',
  preview: 'alb/preview/preview.ts',
};

interface Cost {
  readonly ms: number;
  readonly mb: number;
}

/** Loads files in a process of its own; `rss` is read after a collection, so that only what stays counts. */
function load(files: readonly string[]): Cost {
  const code = `
    for (const file of ${JSON.stringify(files)}) await import(file);
    const { user, system } = process.cpuUsage();
    const ms = (user + system) / 1000;
    gc();
    console.log(JSON.stringify({ ms, mb: process.memoryUsage().rss / 2 ** 20 }));`;
  const args = ['--expose-gc', '--input-type=module', '-e', code];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Cost;
}

/** The median of several rounds, beyond what a process costs that loads nothing. */
function cost(files: readonly string[]): Cost {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const [bare, full] = [load([]), load(files)];
    return { ms: full.ms - bare.ms, mb: full.mb - bare.mb };
  });
  const median = (of: (one: Cost) => number): number =>
    rounds.map(of).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  return { ms: median(({ ms }) => ms), mb: median(({ mb }) => mb) };
}

/** Prints the table. */
export async function benchCentre(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'albatross-centre-'));
  try {
    await writeBundle(folder, ENTRIES);
    const bundled = cost(Object.keys(ENTRIES).map((name) => join(folder, `${name}.mjs`)));
    const sources = cost(Object.values(ENTRIES).map((path) => join(ROOT, path)));
    const line = (what: string, budget: string, { ms, mb }: Cost): string[] => [
      what,
      budget,
      `${ms.toFixed(0)} ms of CPU, ${mb.toFixed(1)} MiB`,
    ];
    process.stdout.write(
      table([
        ['what', 'budget', 'ours'],
        line('loading the pure centre alone, as it is shipped', '≤ 100 ms, ≤ 30 MiB', bundled),
        line('the same from the sources, types stripped each time', '', sources),
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) await benchCentre();
