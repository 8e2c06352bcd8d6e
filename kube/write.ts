// The writes to Kubernetes: bindings, their status, finalizers, the status of an Ingress. Each is one request, or none when
// nothing differs. An Ingress is written under its own policy only, and that is decided here, on the version that is written.
import { isDeepStrictEqual } from 'node:util';
import { defined } from '../api/defined.ts';
import type { BindingSpec, BindingStatus, LoadBalancerBinding } from '../api/generated/binding.ts';
import type { TargetGroupBinding } from '../api/generated/target-group-binding.ts';
import type { Ingress, ObjectMeta, Pod, PodCondition } from '../api/kube.ts';
import { mayWrite, type Policy, policyOfIngress, type WriteKind } from '../api/policy.ts';
import { type IngressAddress, withAddress, withoutAddress } from './addresses.ts';
import type { KubeClient, KubeOutcome } from './client.ts';
import { KINDS, type ObjectName } from './kinds.ts';
import {
  applyObject,
  deleteObject,
  FIELD_MANAGERS,
  mergeIntoObject,
  patchObject,
  readObject,
} from './objects.ts';

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * Whether something of an Ingress may be written, by what is known of it. What may not be written of one without annotations may be
 * written of none: an annotation asks for more care, never for less.
 */
export type MayWrite = (what: WriteKind, ingress: Pick<ObjectMeta, 'annotations'>) => boolean;

/** As the policy of each Ingress says, and never more than the controller's own allows. */
export const underPolicy =
  (ceiling: Policy): MayWrite =>
  (what, ingress) =>
    mayWrite(what, policyOfIngress(ingress, ceiling));

/** A person gave the order and named the objects (`albatross release`). */
export const asOrdered: MayWrite = () => true;

type OwnedMeta = ObjectMeta & { readonly ownerReferences?: readonly OwnerReference[] };

/** Makes the spec of a binding exactly `spec`; the webhook and the controller do it here, so that neither takes it from the other. */
export const applyBinding = (
  client: Pick<KubeClient, 'request'>,
  { namespace = '', name, uid }: ObjectName & { readonly uid?: string },
  spec: BindingSpec,
  timeoutMs?: number,
): Promise<KubeOutcome<LoadBalancerBinding>> =>
  applyObject(
    client,
    KINDS.bindings,
    { metadata: { namespace, name, ...(uid === undefined ? {} : { uid }) }, spec },
    { fieldManager: FIELD_MANAGERS.albatross, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
  );

/** The writes, through `client`, as far as `may` lets them. */
export class Writer {
  readonly #client: KubeClient;
  readonly #may: MayWrite;

  constructor(client: KubeClient, may: MayWrite) {
    this.#client = client;
    this.#may = may;
  }

  /**
   * Creates a binding or makes its spec exactly `spec` (server-side apply, taking fields over from others).
   * With `uid` the write fails with `conflict` if that object is gone, instead of creating another one.
   */
  applyBinding(name: ObjectName & { readonly uid?: string }, spec: BindingSpec) {
    return applyBinding(this.#client, name, spec);
  }

  /** Writes the parts of the status that differ; undefined when none does. `conflict`: `binding` is no longer as it is stored. */
  async patchStatus({ metadata, status: before = {} }: LoadBalancerBinding, after: BindingStatus) {
    const status = mergePatch(before, after);
    if (status === undefined) return undefined;
    // The change was decided on this version: on another one it might leave out what is wrong there.
    const { resourceVersion } = metadata;
    return this.#patchBinding(metadata, { metadata: { resourceVersion }, status }, 'status');
  }

  /** Takes what the status remembers of one target group off a binding, whatever else was written to it meanwhile. */
  forgetTargets({ metadata }: LoadBalancerBinding, targetGroupArn: string) {
    return this.#patchBinding(metadata, { status: { registered: { [targetGroupArn]: null } } }, 'status');
  }

  /** Puts finalizers and the owner on a binding, in one write; undefined when all are there. `conflict`: look again. */
  async claim({ metadata }: LoadBalancerBinding, finalizers: readonly string[], owner?: OwnerReference) {
    const change = claimOf(metadata, finalizers, owner);
    return change === undefined ? undefined : this.#patchBinding(metadata, { metadata: change });
  }

  /** Takes finalizers off a binding; undefined when it has none of them. A binding that is gone is `notFound`. */
  async releaseBinding({ metadata }: LoadBalancerBinding, drop: (finalizer: string) => boolean) {
    const change = withoutFinalizers(metadata, drop);
    return change === undefined ? undefined : this.#patchBinding(metadata, { metadata: change });
  }

  /** Deletes a binding, and only this one: a new one of the same name is `conflict`. */
  deleteBinding({ metadata }: LoadBalancerBinding): Promise<KubeOutcome> {
    return deleteObject(this.#client, KINDS.bindings, metadata);
  }

  /**
   * Makes the finalizers of an Ingress exactly these, and changes nothing else of it; undefined when they are these, or its
   * policy forbids it. `conflict`: it is no longer as it was read.
   */
  async writeFinalizers({ metadata }: { readonly metadata: ObjectMeta }, finalizers: readonly string[]) {
    if (!this.#may('ingressFinalizers', metadata)) return undefined;
    if (isDeepStrictEqual(metadata.finalizers ?? [], finalizers)) return undefined;
    // The version says on which list this was decided: nobody's finalizer is lost or brought back.
    const { resourceVersion } = metadata;
    return this.#patchIngress(metadata, { metadata: { resourceVersion, finalizers } });
  }

  /**
   * Puts a finalizer on an Ingress as it is stored now, for what the watch told may be older than our own last write; `ok` when
   * it carries it. `conflict`: it is another one, or is being deleted (Kubernetes: Finalizers, "How finalizers work": no new
   * ones then), or changes at this moment.
   */
  async holdIngress(
    { metadata }: { readonly metadata: ObjectMeta },
    finalizer: string,
  ): Promise<KubeOutcome<Ingress>> {
    const forbidden = { ok: false, reason: 'conflict', message: 'its policy forbids it now' } as const;
    if (!this.#may('ingressFinalizers', {})) return forbidden;
    const read = await readObject(this.#client, KINDS.ingresses, metadata);
    if (!read.ok) return read;
    const { uid, deletionTimestamp, resourceVersion, finalizers = [] } = read.object.metadata;
    if (uid !== metadata.uid || deletionTimestamp !== undefined)
      return { ok: false, reason: 'conflict', message: 'the Ingress is being deleted' };
    if (!this.#may('ingressFinalizers', read.object.metadata)) return forbidden;
    if (finalizers.includes(finalizer)) return read;
    const change = { resourceVersion, finalizers: [...finalizers, finalizer] };
    return this.#patchIngress(metadata, { metadata: change });
  }

  /**
   * Tells an Ingress its address in place of those that `former` knows as ours; what others wrote there stays. Undefined when
   * it knows it, or its policy forbids it. `conflict`: it is no longer as it was read.
   */
  async writeAddress(ingress: Ingress, address: IngressAddress, former: (hostname: string) => boolean) {
    if (!this.#may('ingressStatus', ingress.metadata)) return undefined;
    const change = withAddress(ingress, address, former);
    return change === undefined ? undefined : this.#patchIngress(ingress.metadata, change, 'status');
  }

  /**
   * Takes one of our addresses off an Ingress that is not ours any more; undefined when it does not have it, is gone, or its
   * policy forbids it. What others wrote there stays. `conflict`: it is no longer as it was read.
   */
  async takeAddress(name: ObjectName, hostname: string): Promise<KubeOutcome | undefined> {
    if (!this.#may('ingressStatus', {})) return undefined;
    const read = await readObject(this.#client, KINDS.ingresses, name);
    if (!read.ok) return read.reason === 'notFound' ? undefined : read;
    if (!this.#may('ingressStatus', read.object.metadata)) return undefined;
    const without = withoutAddress(read.object, hostname);
    return without === undefined ? undefined : this.#patchIngress(name, without, 'status');
  }

  /**
   * Makes these conditions of a pod what they are here, and leaves its other ones; undefined where the policy forbids it.
   * `conflict`: it is another pod of the same name.
   */
  async writePodConditions({ metadata }: Pod, conditions: readonly PodCondition[]) {
    if (!this.#may('podConditions', {})) return undefined;
    const change = { metadata: defined({ uid: metadata.uid }), status: { conditions } };
    return mergeIntoObject(this.#client, KINDS.pods, metadata, change, 'status');
  }

  /** Merges a change into a TargetGroupBinding; undefined where the policy forbids it. `conflict`: it is of another version. */
  async patchTargetGroupBinding({ metadata }: TargetGroupBinding, change: object, subresource?: 'status') {
    if (!this.#may('targetGroupBinding', {})) return undefined;
    return patchObject(this.#client, KINDS.targetGroupBindings, metadata, change, subresource);
  }

  /** Makes a TargetGroupBinding what it is here (server-side apply); undefined where the policy forbids it. */
  async applyTargetGroupBinding(object: TargetGroupBinding) {
    if (!this.#may('publishedTargetGroupBinding', {})) return undefined;
    return applyObject(this.#client, KINDS.targetGroupBindings, object, {
      fieldManager: FIELD_MANAGERS.albatross,
    });
  }

  /** Deletes a TargetGroupBinding, and only this one; undefined where the policy forbids it. */
  async deleteTargetGroupBinding({ metadata }: TargetGroupBinding): Promise<KubeOutcome | undefined> {
    if (!this.#may('publishedTargetGroupBinding', {})) return undefined;
    return deleteObject(this.#client, KINDS.targetGroupBindings, metadata);
  }

  #patchBinding(name: ObjectName, change: object, subresource?: 'status') {
    return patchObject(this.#client, KINDS.bindings, name, change, subresource);
  }

  #patchIngress(name: ObjectName, change: object, subresource?: 'status') {
    return patchObject(this.#client, KINDS.ingresses, name, change, subresource);
  }
}

/** The metadata that a claim changes, with the version it was decided on, so that nobody's finalizer is lost. Pure. */
export function claimOf(
  metadata: OwnedMeta,
  wanted: readonly string[],
  owner: OwnerReference | undefined,
): object | undefined {
  const finalizers = metadata.finalizers ?? [];
  const owners = metadata.ownerReferences ?? [];
  const missing = wanted.filter((one) => !finalizers.includes(one));
  const needsOwner = owner !== undefined && !owners.some(({ uid }) => uid === owner.uid);
  if (missing.length === 0 && !needsOwner) return undefined;
  return {
    resourceVersion: metadata.resourceVersion,
    ...(missing.length > 0 ? { finalizers: [...finalizers, ...missing] } : {}),
    // An owner of the same name but another uid is the one before: the garbage collector must not see it.
    ...(needsOwner ? { ownerReferences: [...owners.filter(({ name }) => name !== owner.name), owner] } : {}),
  };
}

/** The metadata without some finalizers, with the version it was decided on; undefined when there are none of them. Pure. */
export function withoutFinalizers(
  metadata: ObjectMeta,
  drop: (finalizer: string) => boolean,
): object | undefined {
  const finalizers = metadata.finalizers ?? [];
  const left = finalizers.filter((finalizer) => !drop(finalizer));
  return left.length === finalizers.length
    ? undefined
    : { resourceVersion: metadata.resourceVersion, finalizers: left };
}

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON merge patch (RFC 7386) that leads from one object to another; undefined when they are equal. Pure. */
export function mergePatch(from: object, to: object): Json | undefined {
  const before: Json = { ...from };
  const after: Json = { ...to };
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = before[key];
    const next = after[key];
    if (isDeepStrictEqual(old, next)) continue;
    patch[key] = isRecord(old) && isRecord(next) ? mergePatch(old, next) : (next ?? null);
    if (patch[key] === undefined) delete patch[key];
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
