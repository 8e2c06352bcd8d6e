// Starting a process that will not come up: how long it took, its exit code, and what it said.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Said } from './command.ts';
import { albatross, ROOT } from './machine.ts';

export interface Ended extends Said {
  readonly seconds: number;
}

/** One that does not end is killed, so that the others are tried, too. */
const KILLED_MS = 90_000;

/** Runs it until it ends by itself; -1 when it does not. The local AWS works from the sources only. */
export async function untilEnd(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const from = performance.now();
  const executable = args[0] === 'local-aws' ? join(ROOT, 'cli/albatross.ts') : albatross();
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [executable, ...args], {
    env: { PATH, ...env },
    timeout: KILLED_MS,
    killSignal: 'SIGKILL',
  });
  const [[code], out, err] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code: code ?? -1, out, err, seconds: (performance.now() - from) / 1000 };
}

/** Flags from a table; `undefined` leaves one away. */
export const flagged = (flags: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));

export interface Silent {
  readonly port: number;
  /** How many connections were made so far. */
  connections(): number;
  close(): Promise<void>;
}

/** A port that takes connections and never says a word. */
export async function silentPort(): Promise<Silent> {
  const sockets = new Set<{ destroy(): void }>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  return {
    port: address.port,
    connections: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await sleep(0);
    },
  };
}
