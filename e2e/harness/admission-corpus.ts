// The admission corpus (e2e/conformance/admission/README.md): its entries read as the objects of a cluster, and an API
// server's answer held against what an entry says is right. Pure but for reading the files.
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ANNOUNCED, NOTHING_CHANGES } from '../../alb/preview/words.ts';
import { PREFIX } from '../../api/annotation.ts';
import type { KubeObject, RestAnswer } from './rest.ts';

const DIRECTORY = new URL('../conformance/admission/', import.meta.url);

type Text = string | readonly (string | { readonly repeat: string; readonly times: number })[];
type Annotations = Readonly<Record<string, Text>>;
type Spec = Readonly<Record<string, unknown>>;
export type Verdict = 'reject' | 'accept' | 'warn';

interface Said {
  readonly annotations?: Annotations | undefined;
  readonly spec?: Spec | undefined;
}

interface Thing {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Annotations };
  readonly spec?: Spec;
}

/** An entry as it is written. */
export interface Written extends Said {
  readonly name: string;
  readonly objects?: readonly Thing[];
  readonly operation?: 'UPDATE';
  readonly old?: Said;
  readonly verdict: Verdict | readonly Verdict[];
  readonly at?: string | readonly string[];
  readonly mentions?: readonly string[];
  readonly why: string;
}

/** An entry as it is played, `${NS}` and every default in place. */
export interface CorpusEntry {
  readonly name: string;
  /** The file it stands in, without its ending. */
  readonly area: string;
  readonly namespace: string;
  /** What exists before any Ingress does, in this order: the namespace, its Service `web`, classes and so on. */
  readonly before: readonly KubeObject[];
  /** Ingresses that exist before, in this order; the last one is the stored version when the entry is an update. */
  readonly ingresses: readonly KubeObject[];
  readonly update: boolean;
  readonly tried: KubeObject;
  readonly verdicts: readonly Verdict[];
  readonly at: readonly string[];
  readonly mentions: readonly string[];
  readonly why: string;
}

/** The rule that an entry without a spec has. */
const SPEC: Spec = {
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

const list = <T>(value: T | readonly T[] | undefined): readonly T[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
};

/** Every entry, file by file. */
export function readCorpus(): CorpusEntry[] {
  const files = readdirSync(DIRECTORY).filter((file) => file.endsWith('.yaml'));
  return files.sort().flatMap((file) => {
    const entries = parse(readFileSync(new URL(file, DIRECTORY), 'utf8')) as Written[];
    return entries.map((entry) => entryOf(entry, file.slice(0, -'.yaml'.length)));
  });
}

/** Stands for the namespace in any text. */
const NS = /\$\{NS\}/g;

/** One entry with its defaults, in a namespace of its own. */
export function entryOf(written: Written, area: string): CorpusEntry {
  const namespace = `c-${written.name}`;
  const entry = JSON.parse(JSON.stringify(written).replaceAll(NS, namespace)) as Written;
  const { objects = [], old, operation, verdict, at, mentions = [], why, name } = entry;
  const members = objects.filter(({ kind }) => kind === 'Ingress');
  const others = objects.filter(({ kind }) => kind !== 'Ingress');
  const hasWeb = others.some(({ kind, metadata }) => kind === 'Service' && metadata.name === 'web');
  return {
    name,
    area,
    namespace,
    before: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      ...(hasWeb ? [] : [serviceIn(namespace, 'web')]),
      ...others.map((thing) => objectIn(namespace, thing)),
    ],
    ingresses: [
      ...members.map(({ metadata: { name, annotations }, spec }) =>
        ingressIn(namespace, name, { annotations, spec }),
      ),
      ...(old === undefined ? [] : [ingressIn(namespace, 'store', old)]),
    ],
    update: operation === 'UPDATE',
    tried: ingressIn(namespace, 'store', entry),
    verdicts: list(verdict),
    at: list(at),
    mentions,
    why,
  };
}

const CLUSTER_WIDE = new Set(['IngressClass', 'IngressClassParams']);

function objectIn(namespace: string, thing: Thing): KubeObject {
  const annotations = joined(thing.metadata.annotations);
  const place = CLUSTER_WIDE.has(thing.kind) ? {} : { namespace };
  return { ...thing, metadata: { ...thing.metadata, ...place, annotations } };
}

/** NodePort, port 80 named `http`, target port 8080. */
export const serviceIn = (namespace: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
});

/** An Ingress with the corpus' defaults. */
export function ingressIn(
  namespace: string,
  name: string,
  { annotations = {}, spec = SPEC }: Said,
): KubeObject {
  const prefixed = Object.entries(joined(annotations)).map(([key, value]) => [
    key.includes('/') ? key : `${PREFIX}${key}`,
    value,
  ]);
  const { ingressClassName = 'alb', ...rest } = spec;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, annotations: Object.fromEntries(prefixed) },
    spec: ingressClassName === null ? rest : { ...rest, ingressClassName },
  };
}

/** Values that are written in parts, as texts. */
function joined(annotations: Annotations = {}): Record<string, string> {
  const textOf = (value: Text): string =>
    typeof value === 'string'
      ? value
      : value.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join('');
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, textOf(value)]));
}

/** How the API server begins what our webhook refuses. */
const REFUSED = 'admission webhook "validate-ingress.albatross.dev" denied the request: ';

/** Warnings of the API server itself (Kubernetes: Ingress, "Deprecated annotation"). */
const NOT_OURS = /^annotation "kubernetes\.io\/ingress\.class" is deprecated/;

/** What a dry run is told of the plan: an announcement, no warning. */
const isAnnounced = (line: string): boolean => ANNOUNCED.test(line) || line.startsWith(NOTHING_CHANGES);

/** Whatever warns of a likely mistake. */
const adviceIn = ({ warnings }: RestAnswer): readonly string[] =>
  warnings.filter((line) => !NOT_OURS.test(line) && !isAnnounced(line));

/** What was answered in one line for people. */
export function wordsOf(answer: RestAnswer): string {
  const { status, message } = answer;
  if (status >= 300)
    return message.startsWith(REFUSED) ? `refused: ${message.slice(REFUSED.length)}` : message;
  const advice = adviceIn(answer);
  return advice.length === 0 ? 'accepted' : `warned: ${advice.join(' | ')}`;
}

/** Whether the answer is a right one: one of the entry's verdicts, and in it what has to be named. */
export function isRight(entry: CorpusEntry, answer: RestAnswer): boolean {
  return entry.verdicts.some((verdict) => {
    const text = textFor(verdict, answer);
    if (text === undefined) return false;
    if (verdict === 'accept') return true;
    const named = entry.at.length === 0 || entry.at.some((at) => text.includes(at));
    const lower = text.toLowerCase();
    return named && entry.mentions.every((mention) => lower.includes(mention.toLowerCase()));
  });
}

/** The words in which a verdict was given; undefined when it was another verdict. */
function textFor(verdict: Verdict, answer: RestAnswer): string | undefined {
  const { status, message } = answer;
  if (verdict === 'reject') return status >= 300 && message.startsWith(REFUSED) ? message : undefined;
  if (status >= 300) return undefined;
  const advice = adviceIn(answer);
  if (verdict === 'accept') return '';
  return advice.length === 0 ? undefined : advice.join('\n');
}
