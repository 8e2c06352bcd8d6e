// The admission corpus on a real API server with the webhook as it is shipped: process, TLS, rights of its ServiceAccount.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lint } from '../../api/validate/lint.ts';
import { type CorpusEntry, readCorpus } from '../harness/admission-corpus.ts';
import { type PlayedEntry, playCorpus } from '../harness/admission-play.ts';
import type { RunningProcess } from '../harness/process.ts';
import { prepareWebhookHost, type WebhookHost } from '../harness/webhook.ts';

const corpus = readCorpus();
let host: WebhookHost;
let webhook: RunningProcess;
let played: ReadonlyMap<string, PlayedEntry>;
let seconds: number;

beforeAll(async () => {
  host = await prepareWebhookHost();
  webhook = await host.start();
  const begun = performance.now();
  played = new Map((await playCorpus(host, corpus)).map((one) => [one.entry.name, one]));
  seconds = (performance.now() - begun) / 1000;
});

afterAll(async () => {
  await webhook?.stop();
  await host?.cluster.stop();
});

describe.each(Object.entries(Object.groupBy(corpus, ({ area }) => area)))('%s', (_area, entries = []) => {
  test.each(entries)('$name', ({ name, verdicts, at, mentions }) => {
    const one = played.get(name);
    const expected = `expected: ${verdicts.join(' or ')} at ${at.join(' or ')} ${mentions.join(', ')}`;
    expect(one?.right, `${expected}\n${one?.words}`).toBe(true);
  });
});

/** Entries of which lint says something else than the API server, and why that is right. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'update-scheme-protected':
    'what is stored is not in the files: only an update shows that a load balancer is replaced',
};

test('lint, without a cluster, gives every verdict of the API server', () => {
  const refusedByLint = ({ before, ingresses, update, tried }: CorpusEntry): boolean => {
    const others = update
      ? ingresses.filter(({ metadata }) => metadata.name !== tried.metadata.name)
      : ingresses;
    const objects = [...before, ...others, tried];
    const options = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
    const found = lint(objects, options).found.find(({ at }) => at === objects.length - 1);
    return found?.problems.some(({ severity }) => severity === 'refuse') ?? false;
  };
  const differ = [...played.values()].filter(({ entry, refused }) => refusedByLint(entry) !== refused);
  expect(differ.map(({ entry }) => entry.name)).toEqual(Object.keys(OTHERWISE));
});

test('the tally', () => {
  const right = [...played.values()].filter((one) => one.right).length;
  console.log(`${right} of ${corpus.length} as expected, played in ${seconds.toFixed(0)} s`);
  expect(right).toBe(corpus.length);
});

test('what was only tried is neither stored nor recorded', async () => {
  const holding = async (kind: string) => {
    const path = '{range .items[?(@.metadata.name=="store")]}{.metadata.namespace}{"\\n"}{end}';
    const { stdout } = await host.cluster.kubectl(['get', kind, '-A', '-o', `jsonpath=${path}`]);
    return stdout.split('\n').filter((line) => line !== '');
  };
  const updated = corpus.filter(({ update }) => update).map(({ namespace }) => namespace);
  expect((await holding('ingress')).sort()).toEqual(updated.sort());
  // The stored version of this one belongs to another class.
  expect((await holding('lbb')).sort()).toEqual(updated.filter((one) => one !== 'c-update-becomes-ours'));
});
