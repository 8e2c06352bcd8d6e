// list: all objects of a kind, page by page, or the reason why they cannot be had. Never a part of them.
// By hand: the library has no list in pages (its informer leaves the listing to its caller).
import { defined } from '../api/defined.ts';
import type { KubeClient, KubeOutcome } from './client.ts';
import { collectionPath, type KubeKind } from './kinds.ts';

/** Objects in one answer (Kubernetes: API Concepts, "Retrieving large results sets in chunks"). */
const PAGE = '500';

export interface Selection {
  /** Unset: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface Listing<T> {
  readonly items: readonly T[];
  /** Of the moment that all pages show; a watch goes on from it. */
  readonly resourceVersion: string;
}

interface ListPage<T> {
  readonly items?: readonly T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

/** The selectors as a query. Pure. */
export const queryOf = ({ labelSelector, fieldSelector }: Selection): Record<string, string> =>
  defined({ labelSelector, fieldSelector });

/** Lists the objects of a kind. */
export const listAll = <T>(
  client: Pick<KubeClient, 'request'>,
  kind: KubeKind<T>,
  selection: Selection = {},
): Promise<KubeOutcome<Listing<T>>> => listAs(client, kind, selection, (object) => object);

/**
 * Lists the objects of a kind, of each what `keep` makes of it before the next page is read. The pages are of one moment; when
 * that is too long ago for the next one, the list begins anew and is asked for whole.
 */
export async function listAs<T, K>(
  client: Pick<KubeClient, 'request'>,
  kind: KubeKind<T>,
  selection: Selection,
  keep: (object: T) => K,
): Promise<KubeOutcome<Listing<K>>> {
  const path = collectionPath(kind, selection.namespace);
  const selectors = queryOf(selection);
  const items: K[] = [];
  let paging: Record<string, string> = { limit: PAGE };
  for (;;) {
    const query = { ...selectors, ...paging };
    const page = await client.request<ListPage<T>>({ method: 'GET', path, query });
    if (!page.ok && page.reason === 'expired' && paging.continue !== undefined) {
      items.length = 0;
      paging = {};
      continue;
    }
    if (!page.ok) return page;
    for (const item of page.object.items ?? []) items.push(keep(item));
    const { continue: next = '', resourceVersion = '' } = page.object.metadata ?? {};
    if (next === '') return { ok: true, object: { items, resourceVersion } };
    paging = { limit: PAGE, continue: next };
  }
}
