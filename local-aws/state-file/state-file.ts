// The state file: a header, a snapshot and every change since, one JSON text a line, written before the call is answered.
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { ElbState, World } from '../elb/state.ts';
import type { ProtectionState } from '../protections/state.ts';
import { type AccountSettings, type JournalEntry, readLine, writeLine } from './entries.ts';

const VERSION = 1;

interface Header {
  /** What file this is. */
  'albatross local-aws': number;
  region: string;
  account: string;
}

/** A file that was read and is not open for writing yet. */
export interface History {
  entries: JournalEntry[];
  /** What a person should know, such as a call that was being written when the process was killed. */
  notes: string[];
}

/**
 * Reads a state file; one that does not exist, or is empty, gives an empty history. A last line that was cut off by a
 * kill is left out: its call was never answered.
 * @throws Error when the file is not ours, of another version, for another account or Region, in use, or damaged.
 */
export function readStateFile(path: string, place: { region: string; account: string }): History {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const lines = text.split('\n');
  const torn = lines.pop() ?? '';
  const [first = '', ...rest] = lines;
  if (text !== '') checkHeader(path, first, place);
  takeLock(path);
  const entries = rest.map((line, at) => entryOf(path, line, at + 2));
  const notes = torn === '' ? [] : [`${path}: the last line was cut off by a kill and is left out`];
  return { entries, notes };
}

function checkHeader(path: string, line: string, place: { region: string; account: string }): void {
  const header = parsed(line) as Partial<Header> | undefined;
  const version = header?.['albatross local-aws'];
  if (version === undefined)
    throw new Error(`${path} is not a state file of albatross local-aws; it is left as it is`);
  if (version !== VERSION)
    throw new Error(`${path} is of version ${version}, this program reads ${VERSION}; it is left as it is`);
  if (header?.region !== place.region || header.account !== place.account)
    throw new Error(
      `${path} is of account ${header?.account} in ${header?.region}, asked is ${place.account} in ${place.region}`,
    );
}

/** Undefined for what is no JSON object. */
function parsed(line: string): object | undefined {
  try {
    const value = readLine(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function entryOf(path: string, line: string, number: number): JournalEntry {
  const entry = parsed(line);
  if (entry === undefined || !('kind' in entry))
    throw new Error(`${path}: line ${number} cannot be read; the file is left as it is`);
  return entry as JournalEntry;
}

/** Where changes are written down. A line is with the operating system when a method returns, so it survives SIGKILL. */
export interface Journal {
  write(entry: JournalEntry): void;
  /** Writes the account down if it is not what was written last. */
  world(world: World): void;
  /** Forgets the history: the file is as one that has just been begun. */
  restart(state: ElbState, protections: ProtectionState): void;
  close(): void;
}

/**
 * Writes the file anew, as short as it can be, and opens it for what is to come. The old one stays until the new one
 * is whole.
 */
export function openStateFile(
  path: string,
  settings: AccountSettings,
  kept: { entries: readonly JournalEntry[]; state: ElbState; protections: ProtectionState },
): Journal {
  const header: Header = {
    'albatross local-aws': VERSION,
    region: settings.region,
    account: settings.account,
  };
  const begin = ({ entries, state, protections }: typeof kept) => {
    // The state of moto cannot be read, so the calls to it stay.
    const lasting = entries.filter(({ kind }) => kind === 'passed' || kind === 'certificate');
    const snapshot: JournalEntry = { kind: 'snapshot', state, protections, settings };
    const next = `${path}.new`;
    // Only for the owner: keys of certificates are in it.
    writeFileSync(next, [header, ...lasting, snapshot].map(writeLine).join(''), { mode: 0o600 });
    renameSync(next, path);
    return openSync(path, 'a', 0o600);
  };
  let file = begin(kept);
  let known = '';
  const write = (line: string) => {
    const bytes = Buffer.from(line);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  };
  return {
    write: (entry) => write(writeLine(entry)),
    world: (world) => {
      const line = writeLine({ kind: 'world', world } satisfies JournalEntry);
      if (line !== known) write(line);
      known = line;
    },
    restart: (state, protections) => {
      closeSync(file);
      file = begin({ entries: [], state, protections });
      known = '';
    },
    close: () => {
      closeSync(file);
      rmSync(lockOf(path), { force: true });
    },
  };
}

const lockOf = (path: string) => `${path}.lock`;

/** Two processes must not write into one file. The lock of a process that is gone does not count. */
function takeLock(path: string): void {
  const lock = lockOf(path);
  const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
  if (owner > 0 && owner !== process.pid && isAlive(owner))
    throw new Error(`${path} is in use by process ${owner} (says ${lock})`);
  writeFileSync(lock, String(process.pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // ESRCH: no such process. EPERM: there is one, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
