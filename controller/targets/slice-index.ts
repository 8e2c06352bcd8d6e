// EndpointSlices by the Service that they belong to.
import { type EndpointSlice, keyOf } from '../../api/kube.ts';
import type { WatchChange } from '../../kube/watch.ts';

/** Names the Service of an EndpointSlice (Kubernetes: EndpointSlices, "Ownership"). */
export const SERVICE_LABEL = 'kubernetes.io/service-name';

/** Stands for one Service. */
export const serviceKey = (namespace: string, service: string): string => `${namespace}/${service}`;

export class SliceIndex {
  /** By `serviceKey`, then by name. */
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();
  /** The Service of each slice, by `namespace/name`: its label may come to name another one. */
  readonly #serviceOf = new Map<string, string>();

  /** Notes a slice. Gives the names of the Services (in its namespace) whose endpoints changed with it. */
  put(slice: EndpointSlice, change: WatchChange): readonly string[] {
    const { namespace = '', labels } = slice.metadata;
    const key = keyOf(slice);
    const before = this.#serviceOf.get(key);
    const now = change === 'deleted' ? undefined : labels?.[SERVICE_LABEL];
    if (before !== undefined) this.#take(serviceKey(namespace, before), key);
    if (now === undefined) this.#serviceOf.delete(key);
    else {
      this.#serviceOf.set(key, now);
      this.#slices.getOrInsertComputed(serviceKey(namespace, now), () => new Map()).set(key, slice);
    }
    return [...new Set([before, now])].filter((service) => service !== undefined);
  }

  of(namespace: string, service: string): EndpointSlice[] {
    return [...(this.#slices.get(serviceKey(namespace, service))?.values() ?? [])];
  }

  #take(service: string, key: string): void {
    const slices = this.#slices.get(service);
    slices?.delete(key);
    if (slices?.size === 0) this.#slices.delete(service);
  }
}
