// The admission corpus, for entries whose annotations all have descriptors (e2e/conformance/admission/README.md).
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { PREFIX } from '../api/annotation.ts';
import { bind, bindingFor } from '../api/binding/bind.ts';
import type { IngressClassParams } from '../api/ingress/class-parameters.ts';
import { readIngress, type Surroundings } from '../api/ingress/read.ts';
import type { Ingress, IngressClass, Service } from '../api/kube.ts';
import { ownership } from '../api/ownership.ts';
import { sentence } from '../api/problems/problem.ts';
import { descriptorOf } from '../api/registry.ts';
import { type AdmissionContext, admit } from './admit.ts';

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

/** What the webhook answers; `warn` when anything is told. */
function answer(entry: Entry): { verdict: 'reject' | 'warn' | 'accept'; text: string } {
  const objects = JSON.parse(
    JSON.stringify(entry.objects ?? []).replaceAll(NS, NAMESPACE),
  ) as readonly Thing[];
  const things = objects.map((thing) => ({
    ...thing,
    metadata: { ...thing.metadata, annotations: annotationsOf(thing.metadata.annotations) },
  }));
  const of = <T>(kind: string): T[] => things.filter((thing) => thing.kind === kind) as unknown as T[];
  const alb: IngressClass = { metadata: { name: 'alb' }, spec: { controller: 'ingress.k8s.aws/alb' } };
  const classes = [...of<IngressClass>('IngressClass'), alb];
  const services = [WEB as unknown as Service, ...of<Service>('Service')];
  const parameters = of<IngressClassParams>('IngressClassParams');
  const ingressClass = (name: string) => classes.find((one) => one.metadata.name === name);
  const surroundings: Surroundings = {
    ingressClass,
    classParams: (name) => parameters.find((one) => one.metadata.name === name),
    namespaceLabels: (name) => ({ 'kubernetes.io/metadata.name': name }),
    service: (_, name) => services.findLast((service) => service.metadata.name === name),
    options: { defaultTargetType: 'instance', defaultScheme: 'internal' },
  };
  const others = objects
    .filter((thing) => thing.kind === 'Ingress')
    .map((thing) => {
      const { name, annotations } = thing.metadata;
      const one = ingressOf(name, { annotations, spec: thing.spec });
      return bindingFor(one, bind(one, readIngress(one, surroundings)));
    });
  const around: AdmissionContext = {
    ...surroundings,
    membersOf: (group) => others.filter(({ spec }) => spec.group === group),
    recorded: () => undefined,
    ownershipOf: (ingress) => ownership(ingress, ingressClass),
  };
  const object = ingressOf('store', entry);
  const asked = { uid: '1', dryRun: false, object };
  const { verdict, problems } = admit(
    entry.old === undefined
      ? { ...asked, operation: 'CREATE' }
      : { ...asked, operation: 'UPDATE', oldObject: ingressOf('store', entry.old) },
    around,
  );
  const refused = problems.filter((problem) => problem.severity === 'refuse');
  const told = verdict === 'refused' ? refused : problems;
  const text = told.map(sentence).join('\n');
  return { verdict: verdict === 'refused' ? 'reject' : told.length > 0 ? 'warn' : 'accept', text };
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
