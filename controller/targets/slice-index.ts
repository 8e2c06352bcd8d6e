// EndpointSlices by the Service that they belong to.
import type { EndpointSlice } from '../../api/kube.ts';
import type { Change } from '../../kube/watch.ts';

/** Stands for one Service. */
export const serviceKey = (namespace: string, service: string): string => `${namespace}/${service}`;

/** EndpointSlices by `serviceKey`. */
export class SliceIndex {
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();

  put(key: string, slice: EndpointSlice, change: Change): void {
    const known = this.#slices.get(key) ?? new Map<string, EndpointSlice>();
    if (change === 'deleted') known.delete(slice.metadata.name);
    else known.set(slice.metadata.name, slice);
    if (known.size === 0) this.#slices.delete(key);
    else this.#slices.set(key, known);
  }

  of(key: string): EndpointSlice[] {
    return [...(this.#slices.get(key)?.values() ?? [])];
  }
}
