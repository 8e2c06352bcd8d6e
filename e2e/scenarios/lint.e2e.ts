// What `albatross lint` says without a cluster, held against `kubectl apply` on a real API server with the webhook: a table
// of manifests with mistakes of every kind, and manifests from the field. One dry run of kubectl and one run of lint read
// all of them.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { sentence } from '../../api/problems/problem.ts';
import { documentsIn } from '../../cli/documents.ts';
import { judge } from '../../cli/lint.ts';
import { kubernetesSchemas, storedSchemas } from '../../hack/generate/kubernetes.ts';
import { runCommand } from '../harness/cluster.ts';
import { albatross } from '../harness/machine.ts';
import type { RunningProcess } from '../harness/process.ts';
import { prepareWebhookHost, type WebhookHost } from '../harness/webhook.ts';
import { TABLE } from '../manifests/more.ts';

const FIELD = new URL('../field/', import.meta.url);

type Verdict = 'accept' | 'warn' | 'refuse';

interface Expected {
  readonly lint: Verdict;
  readonly admission: Verdict;
  readonly words?: readonly string[];
  readonly told?: 'both';
  readonly stored?: number;
}

interface Told {
  readonly verdict: Verdict;
  readonly words: string;
}

const expected = parse(await readFile(new URL('expected.yaml', FIELD), 'utf8')) as Record<string, Expected>;

let host: WebhookHost;
let webhook: RunningProcess;
let dir: string;
let kubectl: string;
let linted: ReadonlyMap<string, Told>;
const applied = new Map<string, Told>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'albatross-manifests-'));
  await mkdir(join(dir, 'table'));
  for (const { name, text } of TABLE) await writeFile(join(dir, 'table', `${name}.yaml`), text);
  host = await prepareWebhookHost();
  webhook = await host.start();
  const spaces = ['ui', 'harbor', 'rc2'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  await host.cluster.apply(...spaces);
  kubectl = (await host.cluster.kubectl(['apply', '--dry-run=server', '-f', join(dir, 'table')])).stderr;
  for (const [name, one] of Object.entries(expected)) applied.set(name, await ask(name, one));
  linted = await lintAll(join(dir, 'table'));
});

afterAll(async () => {
  await webhook?.stop();
  await host?.cluster.stop();
  await rm(dir, { recursive: true, force: true });
});

/** A dry run of a manifest; where a part of it is stored before, as soon as the webhook knows that. */
async function ask(name: string, { stored = 0, admission }: Expected): Promise<Told> {
  const documents = (await readFile(new URL(`${name}.yaml`, FIELD), 'utf8')).split(/^---$/m);
  if (stored > 0) {
    // Not by the server: what `null` means is for kubectl to say.
    const input = documents.slice(0, stored).join('---\n');
    expect((await host.cluster.kubectl(['apply', '-f', '-'], { input })).code).toBe(0);
  }
  const asked = async (): Promise<Told> => {
    const input = documents.slice(stored).join('---\n');
    const { code, stderr } = await host.cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], { input });
    return { verdict: code !== 0 ? 'refuse' : isWarned(stderr) ? 'warn' : 'accept', words: stderr };
  };
  const deadline = performance.now() + (stored > 0 ? KNOWN_MS : 0);
  for (;;) {
    const told = await asked();
    if (told.verdict === admission || performance.now() > deadline) return told;
    await sleep(200);
  }
}

/** Longest wait until the webhook knows what was stored, in milliseconds. */
const KNOWN_MS = 60_000;

/** Whether somebody is warned of a mistake in the manifest: not of the Service that only the cluster lacks. */
const isWarned = (stderr: string): boolean =>
  stderr
    .split('\n')
    .some(
      (line) =>
        line.startsWith('Warning: ') &&
        !/^Warning: (would |nothing |annotation "kubernetes\.io\/ingress\.class" is deprecated)/.test(line) &&
        !line.includes('no Service of this name exists'),
    );

interface Located {
  readonly file: string;
  readonly line: number;
  readonly severity: 'refuse' | 'warn';
  readonly message: string;
}

/** What lint says, by the name of the file without its ending. */
async function lintAll(path: string): Promise<ReadonlyMap<string, Told>> {
  const { stdout, stderr } = await runCommand(process.execPath, [albatross(), 'lint', '-o', 'json', path]);
  expect(stderr).toBe('');
  const { problems } = JSON.parse(stdout) as { readonly problems: readonly Located[] };
  for (const { file, line, message } of problems) expect(line, `${file}: ${message}`).toBeGreaterThan(0);
  const byFile = Map.groupBy(problems, ({ file }) => basename(file, '.yaml'));
  return new Map(
    [...byFile].map(([name, found]) => {
      const verdict = found.some(({ severity }) => severity === 'refuse') ? 'refuse' : 'warn';
      return [name, { verdict, words: found.map(({ message }) => message).join('\n') }];
    }),
  );
}

/** What lint says of one manifest by itself. */
async function lintOne(name: string): Promise<Told> {
  const file = `${name}.yaml`;
  const documents = documentsIn(file, await readFile(new URL(file, FIELD), 'utf8'));
  const options = { defaultTargetType: 'instance', defaultLoadBalancerScheme: 'internal' } as const;
  const { located, counts } = judge(documents, options);
  const verdict = counts.refused > 0 ? 'refuse' : counts.warned > 0 ? 'warn' : 'accept';
  return { verdict, words: located.map(({ problem }) => sentence(problem)).join('\n') };
}

/** kubectl names the file, or the object where the only mistakes are in it, in front of what is wrong. */
function isRefused(name: string): boolean {
  const path = join(dir, 'table', `${name}.yaml`);
  return [`"${path}"`, `error parsing ${path}`, ` "${name}" is invalid`, `from ${name}-: cannot`].some(
    (words) => kubectl.includes(words),
  );
}

/** Manifests of the table that lint only warns of although kubectl does not apply them, and why. */
const WARNED: Readonly<Record<string, string>> = {
  'annotations-large':
    'only the copy that `kubectl apply` keeps is too large: `--server-side` and other tools keep none',
};

describe('the table', () => {
  test.each(TABLE)('$name: the verdict of the API server', ({ name }) => {
    const told = linted.get(name);
    const refused = Object.hasOwn(WARNED, name) ? told?.verdict === 'warn' : told?.verdict === 'refuse';
    expect(refused, told?.words).toBe(isRefused(name));
  });

  test('has enough of both', () => {
    const refused = TABLE.filter(({ name }) => isRefused(name)).length;
    expect(refused).toBeGreaterThan(100);
    expect(TABLE.length - refused).toBeGreaterThan(50);
  });
});

describe('from the field', () => {
  test.each(Object.entries(expected))('%s', async (name, { lint, admission, words = [], told }) => {
    const [byLint, byServer] = [await lintOne(name), applied.get(name)];
    expect(byServer?.verdict, byServer?.words).toBe(admission);
    expect(byLint.verdict, byLint.words).toBe(lint);
    for (const word of words) expect(byLint.words).toContain(word);
    for (const word of told === 'both' ? words : []) expect(byServer?.words).toContain(word);
  });

  test('nothing there is left out', async () => {
    const files = (await readdir(FIELD)).map((file) => basename(file, '.yaml'));
    expect(files.filter((name) => name !== 'expected').sort()).toEqual(Object.keys(expected).sort());
  });
});

test('the schemas are those that the API server publishes', async () => {
  const current = (await kubernetesSchemas(host.cluster)) === (await storedSchemas());
  expect(current, 'stale: run `node hack/generate/kubernetes.ts`').toBe(true);
});
