// A Kubernetes API server on paper: Ingresses, bindings and namespaces under the rules that decide who answers for what.
//
//   finalizers keep an object that is deleted    none can be added then    the last one that goes takes the object along
//   nothing is made in a namespace, or of a kind, that is being deleted    a version or uid that is given must be the stored one
import { isDeepStrictEqual } from 'node:util';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { type Ingress, keyOf, type Namespace, type ObjectMeta } from '../../api/kube.ts';
import type { KubeCall, KubeFailure, KubeOutcome } from '../../kube/client.ts';
import type { WatchChange } from '../../kube/watch.ts';
import type { OwnerReference } from '../../kube/write.ts';

export type StoredKind = 'ingresses' | 'loadbalancerbindings' | 'namespaces';

/** An object as it is stored: with an identity and a version. */
export interface Stored {
  readonly metadata: ObjectMeta & { readonly ownerReferences?: readonly OwnerReference[] };
  readonly spec?: object;
  readonly status?: object;
}

export interface Told {
  readonly kind: StoredKind;
  readonly object: Stored;
  readonly change: WatchChange;
}

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7386. */
function mergedWith(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergedWith(result[key], value);
  }
  return result;
}

const refusal = (reason: KubeFailure, message: string): KubeOutcome<never> => ({
  ok: false,
  reason,
  message,
});

export class ApiServer {
  readonly #stored: Record<StoredKind, Map<string, Stored>> = {
    ingresses: new Map(),
    loadbalancerbindings: new Map(),
    namespaces: new Map(),
  };
  readonly #told: (told: Told) => void;
  #version = 0;
  /** Of the kind LoadBalancerBinding. */
  kind: 'there' | 'terminating' | 'gone' = 'there';
  /** The time that its clock shows (RFC 3339); unset: it goes on a second with every write. */
  clock: string | undefined;
  /** Namespaces whose ResourceQuota allows no more bindings. */
  readonly full = new Set<string>();

  /** `told` hears of every change at once; who watches is told later. */
  constructor(told: (told: Told) => void) {
    this.#told = told;
  }

  list(kind: StoredKind): Stored[] {
    return [...this.#stored[kind].values()];
  }

  namespace(name: string): Namespace | undefined {
    return this.#stored.namespaces.get(`/${name}`);
  }

  /** Everything that keeps a finalizer: bindings and Ingresses. */
  holders(): Stored[] {
    return [...this.list('loadbalancerbindings'), ...this.list('ingresses')];
  }

  /** A request as the controller makes it. */
  answer({ method, path, body, contentType }: KubeCall): KubeOutcome {
    const [, namespace = '', plural = '', name = '', sub] =
      /\/namespaces\/([^/]+)\/([^/]+)\/?([^/]*)\/?([^/]*)$/.exec(path) ?? [];
    if (plural === 'events') return { ok: true, object: {} };
    if (plural !== 'ingresses' && plural !== 'loadbalancerbindings') throw new Error(`no such path: ${path}`);
    const key = `${namespace}/${name}`;
    if (plural === 'loadbalancerbindings' && this.kind === 'gone') return refusal('notFound', 'no such kind');
    if (contentType === 'application/apply-patch+yaml') return this.apply(plural, key, body as Stored);
    const found = this.#stored[plural].get(key);
    if (found === undefined) return refusal('notFound', `${plural} ${key} not found`);
    if (method === 'GET') return { ok: true, object: found };
    if (method === 'DELETE') return this.delete(plural, key, body);
    return this.#patch(plural, found, body as Json, sub === 'status');
  }

  /** Server-side apply: makes it, or makes its spec what is given. */
  apply(kind: StoredKind, key: string, { metadata, spec }: Stored): KubeOutcome {
    const found = this.#stored[kind].get(key);
    if (found !== undefined) {
      const { annotations = found.metadata.annotations } = metadata;
      const said = annotations === undefined ? {} : { annotations };
      const next = {
        ...found,
        metadata: { ...found.metadata, ...said },
        ...(spec === undefined ? {} : { spec }),
      };
      if (isDeepStrictEqual(next, found)) return { ok: true, object: found };
      return this.#store(kind, next, 'updated');
    }
    const namespace = this.namespace(metadata.namespace ?? '');
    if (kind !== 'namespaces' && namespace === undefined) return refusal('notFound', 'no such namespace');
    if (namespace?.metadata.deletionTimestamp !== undefined)
      return refusal('forbidden', 'because it is being terminated');
    if (kind === 'loadbalancerbindings' && this.kind === 'terminating')
      return refusal('forbidden', 'create not allowed while custom resource definition is terminating');
    if (kind === 'loadbalancerbindings' && this.full.has(metadata.namespace ?? ''))
      return refusal('forbidden', 'exceeded quota');
    const made = { uid: `uid-${this.#version}`, creationTimestamp: this.now() };
    return this.#store(
      kind,
      { metadata: { ...metadata, ...made }, ...(spec === undefined ? {} : { spec }) },
      'added',
    );
  }

  delete(kind: StoredKind, key: string, body?: object): KubeOutcome {
    const found = this.#stored[kind].get(key);
    if (found === undefined) return refusal('notFound', `${kind} ${key} not found`);
    const uid = (body as { preconditions?: { uid?: string } } | undefined)?.preconditions?.uid;
    if (uid !== undefined && uid !== found.metadata.uid) return refusal('conflict', 'another uid');
    const kept = kind === 'namespaces' ? ['kubernetes'] : (found.metadata.finalizers ?? []);
    if (kept.length === 0) return this.#remove(kind, found);
    if (found.metadata.deletionTimestamp !== undefined) return { ok: true, object: found };
    const metadata = { ...found.metadata, deletionTimestamp: this.now() };
    return this.#store(kind, { ...found, metadata }, 'updated');
  }

  /** What the namespace controller does in the end. */
  removeEmpty(namespace: string): boolean {
    const found = this.namespace(namespace);
    const inside = this.holders().some(({ metadata }) => metadata.namespace === namespace);
    if (found?.metadata.deletionTimestamp === undefined || inside) return false;
    this.#remove('namespaces', found);
    return true;
  }

  /** What the garbage collector would delete: bindings whose owner does not exist any more. */
  orphans(): Stored[] {
    const uids = new Set(this.list('ingresses').map(({ metadata }) => metadata.uid));
    return this.list('loadbalancerbindings').filter(({ metadata: { ownerReferences = [] } }) =>
      ownerReferences.some(({ uid }) => !uids.has(uid)),
    );
  }

  /** RFC 3339. */
  now(): string {
    return this.clock ?? new Date(Date.UTC(2026, 0, 1) + this.#version * 1000).toISOString();
  }

  #patch(kind: StoredKind, found: Stored, body: Json, status: boolean): KubeOutcome {
    const { metadata: given = {}, ...rest } = body as { metadata?: Json };
    if (given.resourceVersion !== undefined && given.resourceVersion !== found.metadata.resourceVersion)
      return refusal('conflict', 'the object has been modified');
    if (given.uid !== undefined && given.uid !== found.metadata.uid)
      return refusal('conflict', 'another uid');
    const change = status ? { status: (body as { status?: unknown }).status } : { ...rest, metadata: given };
    const next = mergedWith(found, change) as Stored;
    const before = found.metadata.finalizers ?? [];
    const after = next.metadata.finalizers ?? [];
    const gone = found.metadata.deletionTimestamp !== undefined;
    if (gone && after.some((one) => !before.includes(one)))
      return refusal('invalid', 'no new finalizers can be added if the object is being deleted');
    if (isDeepStrictEqual(next, found)) return { ok: true, object: found };
    return gone && after.length === 0 ? this.#remove(kind, next) : this.#store(kind, next, 'updated');
  }

  #store(kind: StoredKind, object: Stored, change: WatchChange): KubeOutcome {
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    const stored = { ...object, metadata };
    this.#stored[kind].set(keyOf(stored), stored);
    this.#told({ kind, object: stored, change });
    return { ok: true, object: stored };
  }

  #remove(kind: StoredKind, object: Stored): KubeOutcome {
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    this.#stored[kind].delete(keyOf(object));
    const last = { ...object, metadata };
    this.#told({ kind, object: last, change: 'deleted' });
    return { ok: true, object: last };
  }
}

export const asBinding = (object: Stored): LoadBalancerBinding => object as unknown as LoadBalancerBinding;
export const asIngress = (object: Stored): Ingress => object as unknown as Ingress;
