// `make test`: style, types and both suites, all at once, since scenarios mostly wait; each with its own output, one after the
// other. Then the files that took longest, and one line that counts every test.
import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INCLUDE } from '../vitest.config.ts';
import { type Counts, count, lastLine, slowest, unmentioned } from './testcount.ts';

/** A suite that has not ended by then, in milliseconds, never will: it is ended, and what it did not report is named. */
const LONGEST_RUN = 40 * 60_000;

interface Started {
  /** Shows its output so far, and from then on as it comes; resolves with its exit code, -1 when it could not run to its end. */
  shown(): Promise<number>;
  /** Everything that it has written so far. */
  output(): string;
}

const running = new Set<ChildProcess>();
/** Ends each command with all that it started. */
const endAll = () => {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    endAll();
    process.exit(1);
  });

/** Starts a command whose output is kept until it is its turn. */
function start(command: string, args: readonly string[]): Started {
  const colors = process.stdout.isTTY === true ? { FORCE_COLOR: '1' } : {};
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...colors },
    // A group of its own, so that all of it can be ended.
    detached: true,
  });
  running.add(child);
  const kept: Buffer[] = [];
  let show = false;
  const take = (chunk: Buffer) => {
    kept.push(chunk);
    if (show) process.stdout.write(chunk);
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', take);
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      take(Buffer.from(`${error.message}\n`));
      resolve(-1);
    });
    child.once('close', (code) => {
      running.delete(child);
      resolve(code ?? -1);
    });
  });
  return {
    shown() {
      process.stdout.write(`\n== ${[command, ...args.filter((arg) => !arg.includes('json'))].join(' ')}\n`);
      for (const chunk of kept) process.stdout.write(chunk);
      show = true;
      return ended;
    },
    output: () => Buffer.concat(kept).toString(),
  };
}

/** A check without tests of its own counts only when it fails. */
function check(command: string, ...args: string[]): () => Promise<Counts> {
  const started = start(command, args);
  return async () => ({ passed: 0, failed: (await started.shown()) === 0 ? 0 : 1 });
}

const reports = mkdtempSync(join(tmpdir(), 'albatross-test-'));
const texts: string[] = [];

function suite(project: keyof typeof INCLUDE): () => Promise<Counts> {
  const file = join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const started = start('vitest', ['run', '--project', project, ...reporters]);
  return async () => {
    const code = await started.shown();
    const report = readIfThere(file);
    if (report !== undefined) texts.push(report);
    else {
      const files = unmentioned(globSync(INCLUDE[project]), started.output());
      process.stdout.write(`the suite left no report; these files had not ended: ${files.join(' ')}\n`);
    }
    return count(code, report);
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const from = performance.now();
const deadline = setTimeout(() => {
  process.stdout.write(`\nnot ended after ${LONGEST_RUN / 60_000} minutes: what still runs is ended\n`);
  endAll();
}, LONGEST_RUN);
// The scenarios take longest, so they begin first and are shown last.
const scenarios = suite('e2e');
const counts: Counts[] = [];
for (const next of [check('biome', 'check', '.'), check('tsc', '--noEmit'), suite('unit'), scenarios])
  counts.push(await next());
clearTimeout(deadline);
rmSync(reports, { recursive: true });
const seconds = Math.round((performance.now() - from) / 1000);
process.stdout.write(
  `\nThe files that took longest, of ${seconds} s:\n${slowest(texts, process.cwd()).join('\n')}\n`,
);
process.stdout.write(`\n${lastLine(counts)}\n`);
process.exitCode = counts.some(({ failed }) => failed > 0) ? 1 : 0;
