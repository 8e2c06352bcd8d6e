// What the API server of the unit tests keeps: objects by path, each with a version, and the events since some version.
import { randomUUID } from 'node:crypto';

export interface Stored {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
    readonly managedFields?: readonly { readonly manager: string; readonly operation: string }[];
  };
  readonly preconditions?: { readonly uid?: string };
  readonly [field: string]: unknown;
}

/** An answer that is no success, with the API server's words. */
export interface Refused {
  readonly status: number;
  readonly body: { readonly kind: 'Status'; readonly code: number; readonly message: string };
}

export const refusal = (status: number, message: string): Refused => ({
  status,
  body: { kind: 'Status', code: status, message },
});

interface Event {
  readonly version: number;
  readonly collection: string;
  readonly type: string;
  readonly object: Stored;
}

interface Listing {
  readonly collection: string;
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
}

type Tell = (collection: string, type: string, object: Stored) => void;

const collectionOf = (path: string): string =>
  path.replace(/\/namespaces\/[^/]+(?=\/[^/]+\/)/, '').replace(/\/[^/]+$/, '');

export class Store {
  readonly #objects = new Map<string, Stored>();
  readonly #pages = new Map<string, { readonly items: readonly Stored[]; readonly version: string }>();
  readonly #tell: Tell;
  #events: Event[] = [];
  #version = 0;
  #oldest = 0;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  get(path: string): Stored | undefined {
    return this.#objects.get(path);
  }

  put(path: string, object: Stored): Stored {
    const before = this.#objects.get(path);
    const uid = before?.metadata.uid ?? object.metadata.uid ?? randomUUID();
    const { finalizers = [], deletionTimestamp } = object.metadata;
    const stored = { ...object, metadata: { ...object.metadata, uid, resourceVersion: this.#next() } };
    if (deletionTimestamp !== undefined && finalizers.length === 0) return this.#remove(path, stored);
    this.#objects.set(path, stored);
    this.#note(path, before === undefined ? 'ADDED' : 'MODIFIED', stored);
    return stored;
  }

  create(path: string, object: Stored): Stored | Refused {
    return this.#objects.has(path) ? refusal(409, 'it already exists') : this.put(path, object);
  }

  drop(path: string): void {
    const found = this.#objects.get(path);
    if (found !== undefined)
      this.#remove(path, { ...found, metadata: { ...found.metadata, resourceVersion: this.#next() } });
  }

  delete(path: string, options: Stored | undefined): Stored | Refused {
    const found = this.#objects.get(path);
    if (found === undefined) return refusal(404, 'not found');
    const { uid = found.metadata.uid } = options?.preconditions ?? {};
    if (uid !== found.metadata.uid) return refusal(409, 'the uid in the precondition is another one');
    return this.put(path, {
      ...found,
      metadata: { ...found.metadata, deletionTimestamp: new Date().toISOString() },
    });
  }

  /** A write that names a version fails when the object is of another one. */
  conflicting(found: Stored, sent: Stored | undefined): Refused | undefined {
    const { resourceVersion = found.metadata.resourceVersion } = sent?.metadata ?? {};
    return resourceVersion === found.metadata.resourceVersion
      ? undefined
      : refusal(409, 'the object has been modified');
  }

  list({ collection, namespace, query }: Listing): { status: number; body: object } {
    const token = query.get('continue');
    const page = token === null ? this.#first(collection, namespace, query) : this.#pages.get(token);
    if (page === undefined) return refusal(410, 'the provided continue parameter is too old');
    const { version: resourceVersion } = page;
    const limit = Number(query.get('limit') ?? page.items.length);
    const items = page.items.slice(0, limit);
    const rest = page.items.slice(limit);
    if (rest.length === 0) return { status: 200, body: { metadata: { resourceVersion }, items } };
    const next = randomUUID();
    this.#pages.set(next, { items: rest, version: resourceVersion });
    return { status: 200, body: { metadata: { resourceVersion, continue: next }, items } };
  }

  /** What happened to a collection after a version; undefined when that is too long ago. */
  since(collection: string, version: number): readonly Event[] | undefined {
    if (version < this.#oldest) return undefined;
    return this.#events.filter((event) => event.collection === collection && event.version > version);
  }

  compact(): void {
    this.#oldest = Number(this.#next());
    this.#events = [];
    this.#pages.clear();
  }

  #first(collection: string, namespace: string | undefined, query: URLSearchParams) {
    const items = [...this.#objects].flatMap(([path, object]) =>
      collectionOf(path) === collection &&
      (namespace === undefined || object.metadata.namespace === namespace) &&
      isSelected(object, query)
        ? [object]
        : [],
    );
    return { items, version: `${this.#version}` };
  }

  #next(): string {
    this.#version += 1;
    return `${this.#version}`;
  }

  #remove(path: string, stored: Stored): Stored {
    this.#objects.delete(path);
    this.#note(path, 'DELETED', stored);
    return stored;
  }

  #note(path: string, type: string, object: Stored): void {
    const collection = collectionOf(path);
    this.#events.push({ version: this.#version, collection, type, object });
    this.#tell(collection, type, object);
  }
}

/** Selectors as far as they are used: `metadata.name=x`; `a=b`, `!a`, by commas. */
function isSelected({ metadata }: Stored, query: URLSearchParams): boolean {
  const [, name = metadata.name] = /^metadata\.name=(.*)$/.exec(query.get('fieldSelector') ?? '') ?? [];
  const labels = (query.get('labelSelector') ?? '').split(',').filter((one) => one !== '');
  return (
    name === metadata.name &&
    labels.every((one) => {
      if (one.startsWith('!')) return metadata.labels?.[one.slice(1)] === undefined;
      const [label = '', value] = one.split('=');
      return metadata.labels?.[label] === value;
    })
  );
}

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7386; `byKey`: conditions are merged by their type, as a strategic merge patch does. */
function merge(into: Json, patch: Json, byKey: boolean): Json {
  const result: Record<string, unknown> = { ...into };
  for (const [key, value] of Object.entries(patch)) {
    const before = result[key];
    if (value === null) delete result[key];
    else if (byKey && key === 'conditions') result[key] = mergeConditions(before, value);
    else result[key] = isRecord(value) ? merge(isRecord(before) ? before : {}, value, byKey) : value;
  }
  return result;
}

function mergeConditions(before: unknown, patch: unknown): unknown[] {
  const all = [before, patch].map((list) => (Array.isArray(list) ? list.filter(isRecord) : []));
  const byType = new Map<unknown, Json>();
  for (const one of all.flat()) byType.set(one.type, { ...byType.get(one.type), ...one });
  return [...byType.values()];
}

/** The object with a merge patch; by its status path only the status changes, by its own everything else. */
export function merged(
  found: Stored,
  patch: Stored | undefined,
  { subresource, byKey }: { readonly subresource: string | undefined; readonly byKey: boolean },
): Stored {
  const all = merge(found, patch ?? {}, byKey);
  if (subresource === undefined) return { ...all, status: found.status } as unknown as Stored;
  return { ...found, status: all.status };
}

/** The object with a server-side apply, and who applied it. */
export function applied(
  found: Stored | undefined,
  patch: Stored | undefined,
  query: URLSearchParams,
): Stored | Refused | undefined {
  if (patch === undefined) return undefined;
  const { uid } = patch.metadata;
  if (uid !== undefined && uid !== found?.metadata.uid) return refusal(409, 'uid mismatch');
  const manager = query.get('fieldManager') ?? '';
  const others = (found?.metadata.managedFields ?? []).filter((one) => one.manager !== manager);
  const metadata = {
    ...found?.metadata,
    ...patch.metadata,
    managedFields: [...others, { manager, operation: 'Apply' }],
  };
  return { ...found, ...patch, metadata };
}
