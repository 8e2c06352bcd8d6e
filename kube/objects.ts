// objects: one object of a kind, read, applied, patched or deleted. The one place for patches, and for who owns a field.
// By hand: the library's `KubernetesObjectApi` cannot address a status, and asks the API server for the path of each kind first.
import { PatchStrategy } from '@kubernetes/client-node';
import type { ObjectMeta } from '../api/kube.ts';
import type { KubeClient, KubeOutcome } from './client.ts';
import { collectionPath, type KubeKind, type ObjectName, objectPath } from './kinds.ts';

/**
 * Who we are in `metadata.managedFields` (Kubernetes: Server-Side Apply, "Managers"). An apply takes away what its manager applied
 * before and does not say any more; so all that apply the same kind do so under one name, and never say less than the others. What
 * a manager patches is kept apart from what it applies, by the operation. The names are in clusters: they never change.
 */
export const FIELD_MANAGERS = {
  /** Webhook and controller: the spec of bindings by apply, everything else by patch. */
  albatross: 'albatross',
  /** The webhook, of its own configuration: one expression. */
  webhook: 'albatross-webhook',
  /** The webhook, of its own configurations: the authorities that its certificate is trusted by. */
  webhookAuthority: 'albatross-webhook-authority',
} as const;

type Requests = Pick<KubeClient, 'request'>;

/** Reads one. */
export const readObject = <T>(
  client: Requests,
  kind: KubeKind<T>,
  name: ObjectName,
): Promise<KubeOutcome<T>> => client.request({ method: 'GET', path: objectPath(kind, name) });

const named = ({ apiVersion, kind }: KubeKind, object: object): object => ({ apiVersion, kind, ...object });

/** Creates one, of a namespace where its kind has namespaces; `conflict` when it is there. */
export const createObject = <T>(
  client: Requests,
  kind: KubeKind<T>,
  object: object,
  namespace?: string,
): Promise<KubeOutcome<T>> =>
  client.request({ method: 'POST', path: collectionPath(kind, namespace), body: named(kind, object) });

/** Writes one whole; `conflict` when it is stored in another version than the one in its metadata. */
export const replaceObject = <T, O extends { readonly metadata: ObjectMeta }>(
  client: Requests,
  kind: KubeKind<T>,
  object: O,
): Promise<KubeOutcome<T>> =>
  client.request({ method: 'PUT', path: objectPath(kind, object.metadata), body: named(kind, object) });

export interface ApplyOptions {
  readonly fieldManager: (typeof FIELD_MANAGERS)[keyof typeof FIELD_MANAGERS];
  /** As in `KubeCall`. */
  readonly timeoutMs?: number;
}

/**
 * Server-side apply with force: makes the fields of `object` what they are here, creating it if it is not there. With a `uid`
 * it is `conflict` when that object is gone.
 */
export function applyObject<T extends object>(
  client: Requests,
  kind: KubeKind<T>,
  object: Partial<T> & { readonly metadata: ObjectName & { readonly uid?: string } },
  { fieldManager, timeoutMs }: ApplyOptions,
): Promise<KubeOutcome<T>> {
  return client.request({
    method: 'PATCH',
    path: objectPath(kind, object.metadata),
    query: { fieldManager, force: 'true' },
    contentType: PatchStrategy.ServerSideApply,
    body: named(kind, object),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

type Patch = <T>(
  client: Requests,
  kind: KubeKind<T>,
  name: ObjectName,
  change: object,
  subresource?: 'status',
) => Promise<KubeOutcome<T>>;

const patchAs =
  (contentType: PatchStrategy): Patch =>
  (client, kind, name, change, subresource) =>
    client.request({
      method: 'PATCH',
      path: objectPath(kind, name, subresource),
      query: { fieldManager: FIELD_MANAGERS.albatross },
      contentType,
      body: change,
    });

/** Merges `change` into one (RFC 7386). With a `resourceVersion` in it, it is `conflict` when the object is of another one. */
export const patchObject = patchAs(PatchStrategy.MergePatch);

/**
 * The same, and merges lists by the key of their kind (Kubernetes: Update API Objects in Place Using kubectl patch, "Strategic merge
 * patch"): conditions by type. Only for kinds of Kubernetes itself. With a `uid` in it, it is `conflict` when the object is another one.
 */
export const mergeIntoObject = patchAs(PatchStrategy.StrategicMergePatch);

/** Deletes this one: another one of the same name is `conflict`. */
export const deleteObject = (
  client: Requests,
  kind: KubeKind,
  { uid, ...name }: ObjectMeta,
): Promise<KubeOutcome> =>
  client.request({
    method: 'DELETE',
    path: objectPath(kind, name),
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    },
  });
