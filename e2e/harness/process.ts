// A child process that cannot outlive us: its output in a file, its last lines in every error about it.
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessOptions {
  /** What people call it: "kube-apiserver", "controller". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to our own environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The file that takes standard output and standard error; appended to. */
  readonly log: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** Settles when the process is gone; never rejects. */
  readonly exited: Promise<Exit>;
  readonly running: () => boolean;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** SIGTERM, then SIGKILL after the grace period (5,000 ms unless told; 0 is SIGKILL at once). */
  readonly stop: (graceMilliseconds?: number) => Promise<void>;
  /** The end of the log, for a message to a person. */
  readonly lastLines: (count?: number) => string;
}

/**
 * Starts a process in a session of its own, so that Ctrl-C in the terminal reaches only us and we stop things in
 * order. Where `setpriv` is there (util-linux), the kernel kills the child when we die, be it by SIGKILL; elsewhere
 * only an orderly end of ours stops it.
 * @throws Error when the command cannot be started.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const [command, args] = boundToUs(options.command, options.args);
  const output = openSync(options.log, 'a');
  const child = spawn(command, args, {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...options.env },
    detached: true,
  });
  closeSync(output);
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  const pid = await started(child, options);
  const running = () => child.exitCode === null && child.signalCode === null;
  return {
    name: options.name,
    pid,
    log: options.log,
    exited,
    running,
    kill: (signal) => void child.kill(signal),
    stop: async (graceMilliseconds = 5_000) => {
      if (!running()) return;
      child.kill('SIGTERM');
      // A stopped process (SIGSTOP) takes SIGTERM only once it goes on.
      child.kill('SIGCONT');
      const late = sleep(graceMilliseconds, 'late' as const, { ref: false });
      if ((await Promise.race([exited, late])) === 'late') child.kill('SIGKILL');
      await exited;
    },
    lastLines: (count = 20) =>
      readFileSync(options.log, 'utf8').trimEnd().split('\n').slice(-count).join('\n'),
  };
}

function started(child: ChildProcess, options: ProcessOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error(`cannot start ${options.name}: ${cause.message}`, { cause })),
    );
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
}

function boundToUs(command: string, args: readonly string[]): [string, readonly string[]] {
  return SETPRIV === undefined ? [command, args] : [SETPRIV, ['--pdeathsig', 'KILL', '--', command, ...args]];
}

const SETPRIV = (process.env.PATH ?? '')
  .split(delimiter)
  .map((directory) => join(directory, 'setpriv'))
  .find(isExecutable);

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Asks `ready` every `everyMilliseconds` until it says true.
 * @throws Error with the last lines of the log as soon as the process dies, or when the time is over.
 */
export async function untilReady(
  child: RunningProcess,
  ready: () => Promise<boolean>,
  { timeoutMilliseconds = 180_000, everyMilliseconds = 50 } = {},
): Promise<void> {
  const deadline = Date.now() + timeoutMilliseconds;
  while (!(await ready())) {
    if (!child.running()) {
      const { code, signal } = await child.exited;
      throw new Error(`${child.name} ended with ${signal ?? code}. Its last lines:\n${child.lastLines()}`);
    }
    if (Date.now() > deadline) {
      throw new Error(
        `${child.name} not ready in ${timeoutMilliseconds} ms. Its last lines:\n${child.lastLines()}`,
      );
    }
    await sleep(everyMilliseconds);
  }
}
