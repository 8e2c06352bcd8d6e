// EndpointSlices by the Service that they belong to.

import type { Change } from '../../kube/watch.ts';
import type { EndpointSlice } from './endpoints.ts';

/** EndpointSlices by `namespace/service`. */
export class SliceIndex {
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();

  put(key: string, slice: EndpointSlice, change: Change): void {
    const of = this.#slices.get(key) ?? new Map<string, EndpointSlice>();
    if (change === 'deleted') of.delete(slice.metadata.name);
    else of.set(slice.metadata.name, slice);
    if (of.size === 0) this.#slices.delete(key);
    else this.#slices.set(key, of);
  }

  of(key: string): EndpointSlice[] {
    return [...(this.#slices.get(key)?.values() ?? [])];
  }
}
