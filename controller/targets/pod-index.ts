// What pods mean for targets: which have gates that wait for the health of a target, and which end although EndpointSlices may
// still name them as ready: those of a pod are told later than the pod itself.
import { isDeepStrictEqual } from 'node:util';
import {
  CONTAINERS_READY,
  holds,
  needsTargetsOnly,
  targetHealthGates,
  unmetGates,
} from '../../alb/readiness-gates.ts';
import { keyOf, type Pod } from '../../api/kube.ts';
import type { WatchChange } from '../../kube/watch.ts';

/** Whether a pod is on its way out: it finishes its requests, and gets no new ones (Kubernetes: Pod Lifecycle, "Pod termination"). */
export const isEnding = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

/** A pod that is not seen any more: nothing of it may run on, whatever was told of it last. */
const ended = ({ metadata }: Pod): Pod => ({
  metadata: { ...metadata, deletionTimestamp: metadata.deletionTimestamp ?? '' },
});

/** Stands for a gate in one namespace. */
const gateKey = (namespace: string, gate: string): string => `${namespace}/${gate}`;

/** What a change of a pod may change elsewhere. */
export interface PodEffect {
  /** The targets of the Services that have it among their endpoints. */
  readonly targets: boolean;
  /** The conditions of its gates. */
  readonly gates: boolean;
}

export class PodIndex {
  /** Pods with gates for the health of targets, by `namespace/name`. */
  readonly #gated = new Map<string, Pod>();
  /** Keys of pods by the gates that they have not met, by `gateKey`. */
  readonly #waiting = new Map<string, Set<string>>();
  /** Keys of pods by gates that they have, likewise. */
  readonly #byGate = new Map<string, Set<string>>();
  /** Keys of pods of which it was told that they end. */
  readonly #ending = new Set<string>();
  /** Addresses of pods that run and do not end, by pod, and the keys of these pods by address. */
  readonly #addresses = new Map<string, readonly string[]>();
  readonly #at = new Map<string, Set<string>>();
  /** Pods that are gone while EndpointSlices still named them, as they were last. */
  readonly #gone = new Map<string, Pod>();

  /** Notes a pod; `named`: some EndpointSlice names it. */
  put(pod: Pod, change: WatchChange, named: boolean): PodEffect {
    const key = keyOf(pod);
    const before = this.#gated.get(key);
    const wasEnding = this.#ending.has(key);
    if (before !== undefined) this.#forget(key, before);
    this.#gone.delete(key);
    this.#place(
      key,
      change === 'deleted' || isEnding(pod) ? [] : (pod.status?.podIPs ?? []).map(({ ip }) => ip),
    );
    if (change === 'deleted') {
      this.#ending.delete(key);
      if (named) this.#gone.set(key, ended(pod));
      return { targets: named && !wasEnding, gates: false };
    }
    if (isEnding(pod)) this.#ending.add(key);
    else this.#ending.delete(key);
    const ends = isEnding(pod) && !wasEnding;
    if (targetHealthGates(pod).length === 0) return { targets: ends, gates: false };
    this.#note(key, pod);
    const targets = ends || needsTargetsOnly(pod) !== (before !== undefined && needsTargetsOnly(before));
    return { targets, gates: !isEnding(pod) && !isDeepStrictEqual(before?.status, pod.status) };
  }

  /** A pod that was seen to go, and that some EndpointSlice still names. */
  gone(namespace: string, name: string): Pod | undefined {
    return this.#gone.get(`${namespace}/${name}`);
  }

  /** Whether a pod that runs and does not end has the address. */
  isAt(address: string): boolean {
    return this.#at.has(address);
  }

  #place(key: string, addresses: readonly string[]): void {
    for (const address of this.#addresses.get(key) ?? []) take(this.#at, address, key);
    for (const address of addresses) add(this.#at, address, key);
    if (addresses.length === 0) this.#addresses.delete(key);
    else this.#addresses.set(key, addresses);
  }

  /** Forgets the pods that are gone and that no EndpointSlice names any more. */
  settle(named: (pod: string) => boolean): void {
    for (const key of this.#gone.keys()) if (!named(key)) this.#gone.delete(key);
  }

  /** Pods with this gate, by `namespace/name`. */
  withGate(namespace: string, gate: string): readonly string[] {
    return [...(this.#byGate.get(gateKey(namespace, gate)) ?? [])];
  }

  /** Pods that have not met this gate, by `namespace/name`. */
  waitingFor(namespace: string, gate: string): readonly string[] {
    return [...(this.#waiting.get(gateKey(namespace, gate)) ?? [])];
  }

  /** Whether a pod whose containers are ready has not met this gate. */
  isAwaited(namespace: string, gate: string): boolean {
    return this.waitingFor(namespace, gate).some((key) => {
      const pod = this.#gated.get(key);
      return pod !== undefined && !isEnding(pod) && holds(pod, CONTAINERS_READY);
    });
  }

  /** The gates that some pod whose containers are ready has not met. */
  awaited(): { readonly namespace: string; readonly gate: string }[] {
    return [...this.#waiting.keys()].flatMap((key) => {
      const slash = key.indexOf('/');
      const [namespace, gate] = [key.slice(0, slash), key.slice(slash + 1)];
      return this.isAwaited(namespace, gate) ? [{ namespace, gate }] : [];
    });
  }

  /** Pods with a gate that is not met, by `namespace/name`; of one namespace, or of all. */
  waiting(namespace?: string): readonly string[] {
    const all = [...new Set([...this.#waiting.values()].flatMap((keys) => [...keys]))];
    return namespace === undefined ? all : all.filter((key) => key.startsWith(`${namespace}/`));
  }

  isWaiting(key: string): boolean {
    const pod = this.#gated.get(key);
    return pod !== undefined && unmetGates(pod).length > 0;
  }

  #note(key: string, pod: Pod): void {
    const { namespace = '' } = pod.metadata;
    this.#gated.set(key, pod);
    for (const gate of targetHealthGates(pod)) add(this.#byGate, gateKey(namespace, gate), key);
    for (const gate of unmetGates(pod)) add(this.#waiting, gateKey(namespace, gate), key);
  }

  #forget(key: string, pod: Pod): void {
    const { namespace = '' } = pod.metadata;
    this.#gated.delete(key);
    for (const gate of targetHealthGates(pod))
      for (const index of [this.#byGate, this.#waiting]) take(index, gateKey(namespace, gate), key);
  }
}

function add(index: Map<string, Set<string>>, key: string, pod: string): void {
  index.getOrInsertComputed(key, () => new Set()).add(pod);
}

function take(index: Map<string, Set<string>>, key: string, pod: string): void {
  const pods = index.get(key);
  pods?.delete(pod);
  if (pods?.size === 0) index.delete(key);
}
