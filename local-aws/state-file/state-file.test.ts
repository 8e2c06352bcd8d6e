// The state file on disk: what was written is read, what is not ours is left alone.
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_LIMITS, emptyState, emptyWorld } from '../elb/state.ts';
import { emptyProtections } from '../protections/state.ts';
import type { JournalEntry } from './entries.ts';
import { openStateFile, readStateFile } from './state-file.ts';

const PLACE = { region: 'us-west-2', account: '123456789012' };
const SETTINGS = { ...PLACE, provisioningMs: 0, timeScale: 1, limits: DEFAULT_LIMITS };
const CALL: JournalEntry = { kind: 'call', at: 1, action: 'CreateRule', input: { Priority: 1 } };

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'albatross-state-'));
  path = join(dir, 'state');
});
afterEach(() => rmSync(dir, { recursive: true }));

const fresh = () =>
  openStateFile(path, SETTINGS, { entries: [], state: emptyState(), protections: emptyProtections() });

test('a file that is not there is an empty history', () => {
  expect(readStateFile(path, PLACE)).toEqual({ entries: [], notes: [] });
});

test('what was written is read, without closing', () => {
  const journal = fresh();
  journal.write(CALL);
  const { entries, notes } = readStateFile(path, PLACE);
  expect(entries.map(({ kind }) => kind)).toEqual(['snapshot', 'call']);
  expect(entries[1]).toEqual(CALL);
  expect(notes).toEqual([]);
  journal.close();
});

test('the account is written when it has changed', () => {
  const journal = fresh();
  const world = emptyWorld();
  journal.world(world);
  journal.world(world);
  world.vpcs.set('vpc-1', { id: 'vpc-1', cidrs: ['10.0.0.0/16'] });
  journal.world(world);
  journal.close();
  const worlds = readStateFile(path, PLACE).entries.filter((entry) => entry.kind === 'world');
  expect(worlds.map(({ world: { vpcs } }) => vpcs.size)).toEqual([0, 1]);
});

test('a last line that was cut off is left out, with a note', () => {
  const journal = fresh();
  journal.write(CALL);
  journal.close();
  appendFileSync(path, '{"kind":"call","at":2,"acti');
  const { entries, notes } = readStateFile(path, PLACE);
  expect(entries.map(({ kind }) => kind)).toEqual(['snapshot', 'call']);
  expect(notes).toHaveLength(1);
});

test('opening anew keeps what moto was told, for the owner only', () => {
  fresh().close();
  const passed: JournalEntry = {
    kind: 'passed',
    at: 1,
    seed: 1,
    method: 'POST',
    path: '/',
    headers: {},
    body: '',
  };
  const kept = { entries: [passed, CALL], state: emptyState(), protections: emptyProtections() };
  openStateFile(path, SETTINGS, kept).close();
  expect(readStateFile(path, PLACE).entries.map(({ kind }) => kind)).toEqual(['passed', 'snapshot']);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(existsSync(`${path}.new`)).toBe(false);
});

test.each<[string, string, RegExp]>([
  ['of another kind', 'my notes\n', /not a state file/],
  ['with other JSON', '{"name":"x"}\n', /not a state file/],
  ['without any line', 'x', /not a state file/],
  ['of another version', '{"albatross local-aws":99}\n', /version 99/],
  [
    'of another account',
    '{"albatross local-aws":1,"region":"us-west-2","account":"1"}\n',
    /account 1 in us-west-2, asked is 123456789012/,
  ],
  [
    'that is damaged',
    '{"albatross local-aws":1,"region":"us-west-2","account":"123456789012"}\nxx\n{"kind":"x"}\n',
    /line 2/,
  ],
])('a file %s is refused and left as it is', (_name, text, words) => {
  writeFileSync(path, text);
  expect(() => readStateFile(path, PLACE)).toThrow(words);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('a file that another process has open is refused', () => {
  writeFileSync(`${path}.lock`, String(process.ppid));
  expect(() => readStateFile(path, PLACE)).toThrow(/in use by process/);
  writeFileSync(`${path}.lock`, '999999999');
  expect(readStateFile(path, PLACE).entries).toEqual([]);
});
