// moto, the emulator that serves every AWS API but Elastic Load Balancing v2: started for a test, gone with it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, pythonPath } from '../../harness/machine.ts';
import { startProcess, untilReady } from '../../harness/process.ts';

export interface MotoOptions {
  /** The Python of a virtual environment that has moto; the installed one unless told. */
  readonly python?: string;
  /** A free port unless told. */
  readonly port?: number;
}

export interface Moto {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts moto on 127.0.0.1 and waits until it answers. */
export async function startMoto(options: MotoOptions = {}): Promise<Moto> {
  const [free = 0] = options.port === undefined ? await freePorts(1) : [options.port];
  const dir = await mkdtemp(join(tmpdir(), 'albatross-moto-'));
  const url = `http://127.0.0.1:${free}`;
  const child = await startProcess({
    name: 'moto',
    command: options.python ?? pythonPath(),
    args: ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(free)],
    env: { AWS_DEFAULT_REGION: 'us-west-2', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    log: join(dir, 'moto.log'),
  });
  await untilReady(child, () => answers(url));
  return {
    url,
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
