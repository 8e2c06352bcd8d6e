// `make test`: style, types and both suites in turn, each with its own output, then one line that counts every test.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Counts, count, lastLine } from './testcount.ts';

/** Runs a command with our own output; gives its exit code, or -1 when it could not run to its end. */
function run(command: string, args: readonly string[]): Promise<number> {
  process.stdout.write(`\n== ${[command, ...args.filter((arg) => !arg.includes('json'))].join(' ')}\n`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit' });
    child.once('error', (error) => {
      process.stdout.write(`${error.message}\n`);
      resolve(-1);
    });
    child.once('exit', (code) => resolve(code ?? -1));
  });
}

/** A check without tests of its own counts only when it fails. */
async function check(command: string, ...args: string[]): Promise<Counts> {
  return { passed: 0, failed: (await run(command, args)) === 0 ? 0 : 1 };
}

async function suite(project: string, reports: string): Promise<Counts> {
  const file = join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await run('vitest', ['run', '--project', project, ...reporters]);
  return count(code, readIfThere(file));
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    process.stdout.write(`the suite left no report: ${file}\n`);
    return undefined;
  }
}

const reports = mkdtempSync(join(tmpdir(), 'albatross-test-'));
const counts = [
  await check('biome', 'check', '.'),
  await check('tsc', '--noEmit'),
  await suite('unit', reports),
  await suite('e2e', reports),
];
rmSync(reports, { recursive: true });
process.stdout.write(`\n${lastLine(counts)}\n`);
process.exitCode = counts.some(({ failed }) => failed > 0) ? 1 : 0;
