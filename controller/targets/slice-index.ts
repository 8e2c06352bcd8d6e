// EndpointSlices by the Service that they belong to, and by the pods that they name.
import { type EndpointSlice, keyOf } from '../../api/kube.ts';
import type { WatchChange } from '../../kube/watch.ts';

/** Names the Service of an EndpointSlice (Kubernetes: EndpointSlices, "Ownership"). */
export const SERVICE_LABEL = 'kubernetes.io/service-name';

/** Stands for one Service. */
export const serviceKey = (namespace: string, service: string): string => `${namespace}/${service}`;

const serviceOf = ({ metadata }: EndpointSlice): string | undefined => metadata.labels?.[SERVICE_LABEL];

/** The names of the pods behind a slice, each once. */
const podsOf = ({ endpoints }: EndpointSlice): Set<string> =>
  new Set(
    (endpoints ?? []).flatMap(({ targetRef }) =>
      targetRef?.kind === 'Pod' && targetRef.name !== undefined ? [targetRef.name] : [],
    ),
  );

/** Slices by something that names them, then by `namespace/name`; a key without any is forgotten. */
class SlicesBy {
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();

  put(key: string, slice: EndpointSlice): void {
    this.#slices.getOrInsertComputed(key, () => new Map()).set(keyOf(slice), slice);
  }

  take(key: string, slice: EndpointSlice): void {
    const known = this.#slices.get(key);
    known?.delete(keyOf(slice));
    if (known?.size === 0) this.#slices.delete(key);
  }

  of(key: string): EndpointSlice[] {
    return [...(this.#slices.get(key)?.values() ?? [])];
  }
}

export class SliceIndex {
  /** As they were told last: the Service of a slice, and its pods, may come to be others. */
  readonly #all = new Map<string, EndpointSlice>();
  readonly #services = new SlicesBy();
  readonly #pods = new SlicesBy();

  /** Notes a slice. Gives the names of the Services (in its namespace) whose endpoints changed with it. */
  put(slice: EndpointSlice, change: WatchChange): readonly string[] {
    const key = keyOf(slice);
    const before = this.#all.get(key);
    if (before !== undefined) for (const [index, name] of this.#keysOf(before)) index.take(name, before);
    if (change === 'deleted') this.#all.delete(key);
    else {
      this.#all.set(key, slice);
      for (const [index, name] of this.#keysOf(slice)) index.put(name, slice);
    }
    const now = change === 'deleted' ? undefined : serviceOf(slice);
    const changed = [before === undefined ? undefined : serviceOf(before), now];
    return [...new Set(changed)].filter((service) => service !== undefined);
  }

  of(namespace: string, service: string): EndpointSlice[] {
    return this.#services.of(serviceKey(namespace, service));
  }

  /** Whether some slice names the pod. */
  names(pod: string): boolean {
    return this.#pods.of(pod).length > 0;
  }

  /** The Services (in its namespace) that have the pod among their endpoints; `pod` is its `namespace/name`. */
  servicesOf(pod: string): string[] {
    return [...new Set(this.#pods.of(pod).map(serviceOf))].filter((service) => service !== undefined);
  }

  #keysOf(slice: EndpointSlice): (readonly [SlicesBy, string])[] {
    const { namespace = '' } = slice.metadata;
    const service = serviceOf(slice);
    return [
      ...(service === undefined ? [] : [[this.#services, serviceKey(namespace, service)] as const]),
      ...[...podsOf(slice)].map((name) => [this.#pods, `${namespace}/${name}`] as const),
    ];
  }
}
