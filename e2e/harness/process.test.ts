// Children that cannot outlive us, and errors that show their last words.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProcess, untilReady } from './process.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'process-test-'));
});
afterAll(() => rm(dir, { recursive: true }));

const script = (code: string, env = {}) =>
  startProcess({ name: 'child', command: process.execPath, args: ['-e', code], log: join(dir, 'log'), env });

test('a process that dies before it is ready is an error with its last lines', async () => {
  const child = await script('console.log("first"); console.error(process.env.WHY); process.exit(3)', {
    WHY: 'no such file',
  });
  await expect(untilReady(child, async () => false)).rejects.toThrow(
    /child ended with 3.*\nfirst\nno such file$/,
  );
});

test('one that is never ready is an error too, and can be stopped', async () => {
  const child = await script('setInterval(() => {}, 1000)');
  await expect(untilReady(child, async () => false, { timeoutMilliseconds: 50 })).rejects.toThrow(
    /not ready in 50 ms/,
  );
  expect(child.running()).toBe(true);
  await child.stop();
  expect(child.running()).toBe(false);
  expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
});

test('one that ignores SIGTERM is killed after its grace', async () => {
  const child = await script(
    'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("deaf")',
  );
  await untilReady(child, async () => child.lastLines().endsWith('deaf'));
  await child.stop(50);
  expect((await child.exited).signal).toBe('SIGKILL');
});

test.runIf(process.platform === 'linux')('a child dies with a parent that was killed', async () => {
  const harness = JSON.stringify(join(import.meta.dirname, 'process.ts'));
  const options = `{ name: 'c', command: 'sleep', args: ['60'], log: ${JSON.stringify(join(dir, 'orphan'))} }`;
  const code = `import(${harness}).then(async (m) => console.log((await m.startProcess(${options})).pid))`;
  const parent = spawn(process.execPath, ['-e', `${code}; setInterval(() => {}, 1000)`]);
  const [pid] = await once(parent.stdout, 'data');
  // The bond is made by the time the command itself runs.
  await expect.poll(() => running(Number(pid))).toBe('sleep');
  parent.kill('SIGKILL');
  await expect.poll(() => running(Number(pid))).toBeUndefined();
});

/** The command that a process runs; none for a zombie, which is what an orphan may leave where nobody waits for it. */
async function running(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, command, state] = /^\d+ \((.*)\) (\w)/.exec(stat) ?? [];
  return state === 'Z' ? undefined : command;
}
