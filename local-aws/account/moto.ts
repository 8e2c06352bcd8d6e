// moto, the emulator that serves every AWS API but Elastic Load Balancing v2: started for a test, gone with it.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, pythonPath } from '../../e2e/harness/machine.ts';
import { startProcess, untilReady } from '../../e2e/harness/process.ts';

export interface MotoOptions {
  /** The Python of a virtual environment that has moto; the installed one unless told. */
  readonly python?: string;
  /** A free port unless told. */
  readonly port?: number;
  /** 123456789012 unless told. */
  readonly account?: string;
}

export interface Moto {
  readonly url: string;
  /** Settles when moto is gone. */
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

const LAUNCHER = fileURLToPath(new URL('start-moto.py', import.meta.url));

/**
 * Starts moto on 127.0.0.1 and waits until it answers. It ends by itself when this process dies.
 * @throws Error when moto is not installed, or with its last words when it does not come up.
 */
export async function startMoto(options: MotoOptions = {}): Promise<Moto> {
  const python = options.python ?? pythonPath();
  if (!existsSync(python))
    throw new Error(`moto is not installed (no ${python}). Run: make local-aws, or make install`);
  const [free = 0] = options.port === undefined ? await freePorts(1) : [options.port];
  const dir = await mkdtemp(join(tmpdir(), 'albatross-moto-'));
  const url = `http://127.0.0.1:${free}`;
  const child = await startProcess({
    name: 'moto',
    command: python,
    args: [LAUNCHER, '--port', String(free), '--parent', String(process.pid)],
    env: {
      AWS_DEFAULT_REGION: 'us-west-2',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      // Sets of text are walked in the same order every time.
      PYTHONHASHSEED: '0',
      ...(options.account === undefined ? {} : { MOTO_ACCOUNT_ID: options.account }),
    },
    log: join(dir, 'moto.log'),
  });
  await untilReady(child, () => answers(url));
  return {
    url,
    ended: child.exited,
    close: async () => {
      await child.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/moto-api/data.json`)).ok;
  } catch {
    // Nobody listens yet; the caller knows when to give up.
    return false;
  }
}
