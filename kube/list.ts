// list: all objects of a kind, page by page, or the reason why they cannot be had. Never a part of them.
import type { KubeClient, KubeOutcome } from './client.ts';

/** Objects in one answer (Kubernetes: API Concepts, "Retrieving large results sets in chunks"). */
const PAGE = '500';

/** Lists a collection, for example one of `PATHS`. The pages are of one moment; one that has expired is a failure. */
export async function listAll<T>(
  client: Pick<KubeClient, 'request'>,
  path: string,
): Promise<KubeOutcome<readonly T[]>> {
  const items: T[] = [];
  for (let next = ''; ; ) {
    const query = { limit: PAGE, ...(next === '' ? {} : { continue: next }) };
    const page = await client.request<{ items?: T[] | null; metadata?: { continue?: string } }>({
      method: 'GET',
      path,
      query,
    });
    if (!page.ok) return page;
    items.push(...(page.object.items ?? []));
    next = page.object.metadata?.continue ?? '';
    if (next === '') return { ok: true, object: items };
  }
}
