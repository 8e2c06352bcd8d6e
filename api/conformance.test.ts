// The admission corpus, for entries whose annotations all have descriptors (e2e/conformance/admission/README.md).
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { PREFIX } from './annotation.ts';
import { bind } from './bind.ts';
import { changeProblems } from './change.ts';
import type { IngressClassParams } from './classparams.ts';
import { conflictProblems } from './conflicts.ts';
import { groupWarnings } from './judge.ts';
import { type Ingress, type IngressClass, keyOf, type Service } from './kube.ts';
import { ownership } from './ownership.ts';
import { sentence } from './problem.ts';
import { readIngress, type Surroundings } from './read.ts';
import { descriptorOf } from './registry.ts';

const DIRECTORY = new URL('../e2e/conformance/admission/', import.meta.url);
const NAMESPACE = 'corpus';
/** Stands for the namespace in any text. */
const NS = /\$\{NS\}/gi;

type Said = Record<string, Text> | undefined;
type Text = string | readonly (string | { readonly repeat: string; readonly times: number })[];

interface Thing {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Record<string, Text>;
  };
  readonly spec?: Record<string, unknown>;
}

interface Entry {
  readonly name: string;
  readonly annotations?: Record<string, Text>;
  readonly spec?: Record<string, unknown>;
  readonly objects?: readonly Thing[];
  readonly old?: Pick<Entry, 'annotations' | 'spec'>;
  readonly verdict: string | readonly string[];
  readonly at?: string | readonly string[];
  readonly mentions?: readonly string[];
}

const entries = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) => parse(readFileSync(new URL(file, DIRECTORY), 'utf8')) as Entry[]);

const textOf = (value: Text): string => {
  if (typeof value === 'string') return value.replaceAll(NS, NAMESPACE);
  return value.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join('');
};

const annotationsOf = (said: Record<string, Text> | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(said ?? {}).map(([key, value]) => [
      key.includes('/') ? key : `${PREFIX}${key}`,
      textOf(value),
    ]),
  );

const WEB: Thing = {
  kind: 'Service',
  metadata: { name: 'web', namespace: NAMESPACE },
  spec: { type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }] },
};

const DEFAULT_SPEC = {
  rules: [
    {
      host: 'www.example.com',
      http: {
        paths: [
          { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
        ],
      },
    },
  ],
};

function ingressOf(
  name: string,
  entry: { annotations?: Said; spec?: Record<string, unknown> | undefined },
): Ingress {
  const spec = { ingressClassName: 'alb', ...(entry.spec ?? DEFAULT_SPEC) };
  if (spec.ingressClassName === null) delete (spec as { ingressClassName?: string }).ingressClassName;
  const metadata = { name, namespace: NAMESPACE, annotations: annotationsOf(entry.annotations) };
  return JSON.parse(JSON.stringify({ metadata, spec }).replaceAll(NS, NAMESPACE)) as Ingress;
}

function answer(entry: Entry): { verdict: 'reject' | 'warn' | 'accept'; text: string } {
  const ingress = ingressOf('store', entry);
  const objects = JSON.parse(
    JSON.stringify(entry.objects ?? []).replaceAll(NS, NAMESPACE),
  ) as readonly Thing[];
  const things = objects.map((thing) => ({
    ...thing,
    metadata: { ...thing.metadata, annotations: annotationsOf(thing.metadata.annotations) },
  }));
  const classes = things.filter((thing) => thing.kind === 'IngressClass') as unknown as IngressClass[];
  const alb: IngressClass = { metadata: { name: 'alb' }, spec: { controller: 'ingress.k8s.aws/alb' } };
  const owned = ownership(ingress, (name) => [...classes, alb].find((one) => one.metadata.name === name));
  if (!owned.ours) return { verdict: 'accept', text: '' };
  const services = [WEB, ...things].filter((thing) => thing.kind === 'Service') as unknown as Service[];
  const parameters = things.filter(
    (thing) => thing.kind === 'IngressClassParams',
  ) as unknown as IngressClassParams[];
  const around: Surroundings = {
    ingressClass: (name) => [...classes, alb].find((one) => one.metadata.name === name),
    classParams: (name) => parameters.find((one) => one.metadata.name === name),
    namespaceLabels: (name) => ({ 'kubernetes.io/metadata.name': name }),
    service: (_, name) => services.findLast((service) => service.metadata.name === name),
    options: { defaultTargetType: 'instance', defaultScheme: 'internal' },
  };
  const { problems, settings } = readIngress(ingress, around);
  const before =
    entry.old === undefined ? settings : readIngress(ingressOf('store', entry.old), around).settings;
  const member = (one: Ingress) => ({ key: keyOf(one), spec: bind(one, readIngress(one, around)) });
  const others = objects
    .filter((thing) => thing.kind === 'Ingress')
    .map((thing) =>
      member(ingressOf(thing.metadata.name, { annotations: thing.metadata.annotations, spec: thing.spec })),
    );
  const all = [
    ...problems,
    ...changeProblems(before, settings, around.options),
    ...conflictProblems(member(ingress), others),
    ...groupWarnings(member(ingress), { membersOf: () => others }),
  ];
  const refused = all.filter((problem) => problem.severity === 'refuse');
  const verdict = refused.length > 0 ? 'reject' : all.length > 0 ? 'warn' : 'accept';
  return { verdict, text: (refused.length > 0 ? refused : all).map(sentence).join('\n') };
}

const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

/** Every annotation under our prefix has a descriptor. */
function isCovered(entry: Entry): boolean {
  const said = [entry.annotations, ...(entry.objects ?? []).map((thing) => thing.metadata.annotations)];
  const keys = said.flatMap((annotations) => Object.keys(annotationsOf(annotations)));
  const ours = keys.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  const known = ours.every(
    (suffix) => descriptorOf(suffix) !== undefined || entry.name.startsWith('unknown-'),
  );
  return known;
}

const allows = (entry: Entry, verdict: string): boolean =>
  list(entry.verdict).includes(verdict) || (verdict === 'warn' && list(entry.verdict).includes('accept'));

test.each(entries.filter(isCovered))('$name', (entry) => {
  const { verdict, text } = answer(entry);
  expect(allows(entry, verdict), `${verdict}: ${text}`).toBe(true);
  if (verdict === 'accept' || list(entry.verdict).includes('accept')) return;
  expect(
    list(entry.at).some((at) => text.includes(at)),
    text,
  ).toBe(true);
  for (const mention of entry.mentions ?? []) {
    expect(text.toLowerCase()).toContain(mention.toLowerCase().replaceAll(NS, NAMESPACE));
  }
});

test('what works today is never refused, whatever is not applied yet', () => {
  const working = entries.filter((entry) => !list(entry.verdict).includes('reject'));
  const refused = working
    .map((entry) => ({ entry, ...answer(entry) }))
    .filter(({ verdict }) => verdict === 'reject');
  expect(refused.map(({ entry, text }) => `${entry.name}: ${text}`)).toEqual([]);
});
