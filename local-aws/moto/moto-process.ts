// moto, the emulator that serves every AWS API but Elastic Load Balancing v2: a process that ends with this one.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { unmet } from '../../api/problems/unmet-need.ts';
import { motoPython, REQUIREMENTS } from './moto-python.ts';

export interface Moto {
  readonly url: string;
  /** Settles when moto is gone. */
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

export interface MotoOptions {
  /** Number of the AWS account; 123456789012 by default. */
  readonly account?: string;
  /** Where the Python is looked for; the environment of this process by default. */
  readonly env?: NodeJS.ProcessEnv;
}

const LAUNCHER = fileURLToPath(new URL('start-moto.py', import.meta.url));

/** Enough for a message that has a cause in it. */
const LAST_LINES = 20;

/**
 * Starts moto on a free port of 127.0.0.1, and waits until it listens. It ends by itself when this process dies.
 * @throws Unmet when moto is not installed, or with its last words when it does not come up.
 */
export async function startMoto({ account, env = process.env }: MotoOptions = {}): Promise<Moto> {
  const python = motoPython(env);
  if (python === undefined) throw notInstalled('no moto_server on the PATH');
  const child = spawn(python, [LAUNCHER], {
    // A session of its own: Ctrl-C in the terminal reaches only us, and we end it. Our end of its standard input is closed
    // when we die in whatever way, and then it ends.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...env,
      AWS_DEFAULT_REGION: 'us-west-2',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      // Sets of text are walked in the same order every time.
      PYTHONHASHSEED: '0',
      ...(account === undefined ? {} : { MOTO_ACCOUNT_ID: account }),
    },
  });
  const complaints: string[] = [];
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', ({ message }) => {
      complaints.push(message);
      resolve();
    });
  });
  createInterface(child.stderr).on('line', (line) => {
    complaints.push(line);
    if (complaints.length > LAST_LINES) complaints.shift();
  });
  const port = await Promise.race([firstLine(child), ended]);
  if (typeof port !== 'string') throw notInstalled(`${python} does not start it: ${complaints.join('\n')}`);
  return {
    url: `http://127.0.0.1:${port}`,
    ended,
    close: async () => {
      // Everything is in its memory: there is nothing to end in order.
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('moto has no standard output');
  const [line] = (await once(createInterface(stdout), 'line')) as [string];
  return line;
}

function notInstalled(because: string): Error {
  const release = readFileSync(REQUIREMENTS, 'utf8').trim();
  return unmet(
    'moto, which serves everything but load balancers',
    because,
    `install it (pipx install '${release}'; in a checkout of Albatross: make install), or name one that runs with --moto`,
  );
}
