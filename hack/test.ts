// `make test`: style, types and both suites, all at once, since scenarios mostly wait; each with its own output, one after the
// other. Then the files that took longest, and one line that counts every test.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Counts, count, lastLine, slowest } from './testcount.ts';

interface Started {
  /** Shows its output so far, and from then on as it comes; resolves with its exit code, -1 when it could not run to its end. */
  shown(): Promise<number>;
}

/** Starts a command whose output is kept until it is its turn. */
function start(command: string, args: readonly string[]): Started {
  const colors = process.stdout.isTTY === true ? { FORCE_COLOR: '1' } : {};
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...colors },
  });
  const kept: Buffer[] = [];
  let take = (chunk: Buffer): unknown => kept.push(chunk);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => take(chunk));
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      take(Buffer.from(`${error.message}\n`));
      resolve(-1);
    });
    child.once('close', (code) => resolve(code ?? -1));
  });
  return {
    shown() {
      process.stdout.write(`\n== ${[command, ...args.filter((arg) => !arg.includes('json'))].join(' ')}\n`);
      for (const chunk of kept) process.stdout.write(chunk);
      take = (chunk) => process.stdout.write(chunk);
      return ended;
    },
  };
}

/** A check without tests of its own counts only when it fails. */
function check(command: string, ...args: string[]): () => Promise<Counts> {
  const started = start(command, args);
  return async () => ({ passed: 0, failed: (await started.shown()) === 0 ? 0 : 1 });
}

const reports = mkdtempSync(join(tmpdir(), 'albatross-test-'));
const texts: string[] = [];

function suite(project: string): () => Promise<Counts> {
  const file = join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const started = start('vitest', ['run', '--project', project, ...reporters]);
  return async () => {
    const code = await started.shown();
    const report = readIfThere(file);
    if (report !== undefined) texts.push(report);
    return count(code, report);
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    process.stdout.write(`the suite left no report: ${file}\n`);
    return undefined;
  }
}

const from = performance.now();
// The scenarios take longest, so they begin first and are shown last.
const scenarios = suite('e2e');
const counts: Counts[] = [];
for (const next of [check('biome', 'check', '.'), check('tsc', '--noEmit'), suite('unit'), scenarios])
  counts.push(await next());
rmSync(reports, { recursive: true });
const seconds = Math.round((performance.now() - from) / 1000);
process.stdout.write(
  `\nThe files that took longest, of ${seconds} s:\n${slowest(texts, process.cwd()).join('\n')}\n`,
);
process.stdout.write(`\n${lastLine(counts)}\n`);
process.exitCode = counts.some(({ failed }) => failed > 0) ? 1 : 0;
