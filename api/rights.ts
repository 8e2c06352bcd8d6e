// What a process must be allowed to do at the API server (Kubernetes: Authorization Overview, "Request attributes"). Pure.

/** One verb on one kind of objects. */
export interface Right {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  /** API group; empty for the core group. */
  readonly group: string;
  /** Plural, with its subresource if one is meant: `ingresses/status`. */
  readonly resource: string;
  /** Unset: all namespaces, or a kind without them. */
  readonly namespace?: string;
  /** Unset: all names. */
  readonly name?: string;
}

/** `services (list, watch), ingresses/status.networking.k8s.io (patch)`. */
export function rightsInWords(all: readonly Right[]): string {
  const byKind = Map.groupBy(all, ({ group, resource, namespace }) => {
    const kind = group === '' ? resource : `${resource}.${group}`;
    return namespace === undefined ? kind : `${kind} in ${namespace}`;
  });
  return [...byKind].map(([kind, of]) => `${kind} (${of.map(({ verb }) => verb).join(', ')})`).join(', ');
}
