// Kubernetes objects from files, directories and standard input, each with the lines that its fields are written on. YAML is
// read as kubectl reads it, by the rules of YAML 1.1 as far as Go's library has them.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
} from 'yaml';
import { fieldPath as pathOf } from '../api/kubernetes/fit.ts';
import { isObject } from '../api/validate/type-guards.ts';

/** One object of a file. */
export interface Source {
  /** As given, `<stdin>` for standard input. */
  readonly file: string;
  readonly object: unknown;
  /** Paths of fields that are written twice; the last one counts. */
  readonly twice: readonly string[];
  /** The plain value of a field as it is written; undefined for lists, maps and what is not there. */
  textOf(path: string): string | undefined;
  /** The line of a field path, or of the nearest field around it that is written. */
  lineOf(path: string): number;
}

/** A text that is no YAML, or no JSON. */
export interface Broken {
  readonly file: string;
  readonly line: number;
  readonly because: string;
}

export interface Documents {
  readonly sources: readonly Source[];
  readonly broken: readonly Broken[];
}

const MANIFEST = /\.(ya?ml|json)$/i;

/**
 * Reads files, directories (with all below them, by the endings .yaml, .yml and .json) and `-`, standard input. Lists are
 * taken apart.
 * @throws Error of the file system when a path cannot be read.
 */
export async function readDocuments(paths: readonly string[]): Promise<Documents> {
  const sources: Source[] = [];
  const broken: Broken[] = [];
  for (const path of paths) {
    for (const file of await filesOf(path)) {
      const read = documentsIn(file === '-' ? '<stdin>' : file, await contentOf(file));
      sources.push(...read.sources);
      broken.push(...read.broken);
    }
  }
  return { sources, broken };
}

const contentOf = (file: string): Promise<string> =>
  file === '-' ? text(process.stdin) : readFile(file, 'utf8');

async function filesOf(path: string): Promise<string[]> {
  if (path === '-' || !(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && MANIFEST.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.split('/').includes('node_modules'))
    .sort();
}

/** The objects of one text, which may hold several documents. */
export function documentsIn(file: string, content: string): Documents {
  const counter = new LineCounter();
  const parsed = parseAllDocuments(content, {
    lineCounter: counter,
    version: '1.1',
    customTags: (tags) => tags.filter((tag) => !isUnknownToGo(tag)),
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const sources: Source[] = [];
  const broken: Broken[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const [error] = document.errors;
    const place = (offset: number) => counter.linePos(offset).line;
    if (error !== undefined) {
      broken.push({ file, line: place(error.pos[0]), because: error.message.split(/ at line|\n/)[0] ?? '' });
      continue;
    }
    try {
      sources.push(...objectsOf(file, document, place));
    } catch (thrown) {
      // The library refuses a document whose aliases unfold without end, kubectl a list with an empty item.
      const because = thrown instanceof Error ? thrown.message : String(thrown);
      broken.push({ file, line: place(document.range?.[0] ?? 0), because });
    }
  }
  return { sources, broken };
}

/** Go's library reads times and numbers to the base 60 as texts, and JSON has no sets, pairs or bytes. */
const UNKNOWN_TO_GO = /:(timestamp|binary|set|omap|pairs)$/;

const isUnknownToGo = (tag: unknown): boolean =>
  isObject(tag) && (tag.format === 'TIME' || (typeof tag.tag === 'string' && UNKNOWN_TO_GO.test(tag.tag)));

function objectsOf(file: string, document: Document.Parsed, place: (offset: number) => number): Source[] {
  const root: unknown = document.toJS();
  const twice = keysTwice(document.contents, []);
  const source = (object: unknown, before: readonly string[]): Source => ({
    file,
    object,
    twice: twice.flatMap((steps) =>
      before.every((step, at) => steps[at] === step) ? [pathOf(steps.slice(before.length))] : [],
    ),
    textOf: (path) => writtenAt(document, [...before, ...stepsOf(path)]),
    lineOf: (path) => place(offsetOf(document, [...before, ...stepsOf(path)])),
  });
  const items = itemsOf(root);
  return items === undefined
    ? [source(root, [])]
    : items.map((item, at) => source(item, ['items', String(at)]));
}

/** Lists of the kinds that are read; others may call a kind of theirs a list. */
const LIST = /^(Ingress|IngressClass|IngressClassParams|Service|Namespace|)List$/;

/**
 * What a list holds; undefined for what is no list.
 * @throws Error for a list that kubectl does not take.
 */
function itemsOf(root: unknown): readonly unknown[] | undefined {
  const { apiVersion, kind, items } = isObject(root) ? root : {};
  if (typeof kind !== 'string' || !LIST.test(kind)) return undefined;
  if (!Array.isArray(items)) {
    if (apiVersion === undefined) return undefined;
    throw new Error('a list needs items, and kubectl takes none without');
  }
  const empty = items.findIndex((item) => !isObject(item));
  if (empty >= 0) throw new Error(`items[${empty}] is no object, and kubectl takes no such list`);
  return items;
}

/** Where keys stand that are written twice in one map. */
function keysTwice(node: unknown, before: readonly string[]): (readonly string[])[] {
  if (isSeq(node)) return node.items.flatMap((item, at) => keysTwice(item, [...before, String(at)]));
  if (!isMap(node)) return [];
  const seen = new Set<string>();
  return node.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    const at = [...before, name];
    const again = seen.has(name) && name !== '<<';
    seen.add(name);
    return again ? [at] : keysTwice(value, at);
  });
}

/** `spec.rules[0].host` and `metadata.annotations[a.b/c]` in steps. */
export const stepsOf = (path: string): string[] =>
  [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, inBrackets, plain]) => inBrackets ?? plain ?? '');

/** The text of a scalar. */
function writtenAt(document: Document.Parsed, steps: readonly string[]): string | undefined {
  const { node, missing } = nodeAt(document, steps);
  return !missing && isScalar(node) ? node.source : undefined;
}

/** Where the last step that exists begins. */
const offsetOf = (document: Document.Parsed, steps: readonly string[]): number =>
  nodeAt(document, steps).offset;

interface FieldPosition {
  readonly node: Node | null | undefined;
  readonly offset: number;
  /** Whether some step does not exist; then it is the node of the last one that does. */
  readonly missing: boolean;
}

function nodeAt(document: Document.Parsed, steps: readonly string[]): FieldPosition {
  let node: Node | null | undefined = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const step of steps) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap<Node, Node | null>(node)) {
      const pair: Pair<Node, Node | null> | undefined = node.items.findLast(
        ({ key }) => isScalar(key) && String(key.value) === step,
      );
      if (pair === undefined) return { node, offset, missing: true };
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq<Node>(node)) {
      const item: Node | undefined = node.items[Number(step)];
      if (item === undefined) return { node, offset, missing: true };
      offset = item.range?.[0] ?? offset;
      node = item;
    } else return { node, offset, missing: true };
  }
  if (isAlias(node)) node = node.resolve(document);
  return { node, offset, missing: false };
}
