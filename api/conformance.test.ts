// The admission corpus, for entries whose annotations all have descriptors (e2e/conformance/admission/README.md).
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PREFIX } from './annotation.ts';
import { changeProblems } from './change.ts';
import type { Ingress, IngressClass, Service } from './kube.ts';
import { ownership } from './ownership.ts';
import { sentence } from './problem.ts';
import { readIngress, type Surroundings } from './read.ts';
import { descriptorOf } from './registry.ts';

const DIRECTORY = new URL('../e2e/conformance/admission/', import.meta.url);
const NAMESPACE = 'corpus';

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

/** Answered by comparing with other members of a group or with class parameters: the webhook's part, not reading's. */
const FILES_ELSEWHERE = ['group-conflicts.yaml', 'classes.yaml'];

const entries = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.yaml') && !FILES_ELSEWHERE.includes(file))
  .flatMap((file) => parse(readFileSync(new URL(file, DIRECTORY), 'utf8')) as Entry[]);

const textOf = (value: Text): string => {
  if (typeof value === 'string') return value.replaceAll('${NS}', NAMESPACE);
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

function ingressOf(entry: Pick<Entry, 'annotations' | 'spec'>): Ingress {
  const spec = { ingressClassName: 'alb', ...(entry.spec ?? DEFAULT_SPEC) };
  if (spec.ingressClassName === null) delete (spec as { ingressClassName?: string }).ingressClassName;
  const metadata = { name: 'store', namespace: NAMESPACE, annotations: annotationsOf(entry.annotations) };
  return JSON.parse(JSON.stringify({ metadata, spec }).replaceAll('${NS}', NAMESPACE)) as Ingress;
}

function answer(entry: Entry): { verdict: 'reject' | 'warn' | 'accept'; text: string } {
  const ingress = ingressOf(entry);
  const things = (entry.objects ?? []).map((thing) => ({
    ...thing,
    metadata: { ...thing.metadata, annotations: annotationsOf(thing.metadata.annotations) },
  }));
  const classes = things.filter((thing) => thing.kind === 'IngressClass') as unknown as IngressClass[];
  const alb: IngressClass = { metadata: { name: 'alb' }, spec: { controller: 'ingress.k8s.aws/alb' } };
  const owned = ownership(ingress, (name) => [...classes, alb].find((one) => one.metadata.name === name));
  if (!owned.ours) return { verdict: 'accept', text: '' };
  const services = [WEB, ...things].filter((thing) => thing.kind === 'Service') as unknown as Service[];
  const around: Surroundings = {
    service: (_, name) => services.findLast((service) => service.metadata.name === name),
    options: { defaultTargetType: 'instance', defaultScheme: 'internal' },
  };
  const { problems, settings } = readIngress(ingress, around);
  const before = entry.old === undefined ? settings : readIngress(ingressOf(entry.old), around).settings;
  const all = [...problems, ...changeProblems(before, settings, around.options)];
  const refused = all.filter((problem) => problem.severity === 'refuse');
  const verdict = refused.length > 0 ? 'reject' : all.length > 0 ? 'warn' : 'accept';
  return { verdict, text: (refused.length > 0 ? refused : all).map(sentence).join('\n') };
}

const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

/** Every annotation under our prefix, of the Ingress and of the objects, has a descriptor, and more than one is no matter. */
function isCovered(entry: Entry): boolean {
  const said = [entry.annotations, ...(entry.objects ?? []).map((thing) => thing.metadata.annotations)];
  const keys = said.flatMap((annotations) => Object.keys(annotationsOf(annotations)));
  const ours = keys.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  return ours.every((suffix) => descriptorOf(suffix) !== undefined || entry.name.startsWith('unknown-'));
}

describe('admission corpus', () => {
  test.each(entries.filter(isCovered))('$name', (entry) => {
    const { verdict, text } = answer(entry);
    const right = list(entry.verdict).flatMap((one) => (one === 'accept' ? ['accept', 'warn'] : [one]));
    expect(right, text).toContain(verdict);
    if (verdict === 'accept' || list(entry.verdict).includes('accept')) return;
    expect(
      list(entry.at).some((at) => text.includes(at)),
      text,
    ).toBe(true);
    for (const mention of entry.mentions ?? []) {
      expect(text.toLowerCase()).toContain(mention.toLowerCase().replaceAll('${ns}', NAMESPACE));
    }
  });
});
