// Every object of an API server, byte for byte: all kinds that discovery tells of, all namespaces, resource versions and
// managed fields included. Whoever wrote one without changing it is seen, too.
import type { KubeClient } from '../../kube/client.ts';

/** `GROUP/VERSION/PLURAL NAMESPACE/NAME` → the object as JSON. */
export type EveryObject = Map<string, string>;

interface Stored {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}

async function get<T>(client: KubeClient, path: string): Promise<T> {
  const outcome = await client.request<T>({ method: 'GET', path });
  if (!outcome.ok) throw new Error(`GET ${path}: ${outcome.message}`);
  return outcome.object;
}

/** An object as it is compared: members of a list do not say what they are. */
export const bytesOf = (object: object): string =>
  JSON.stringify({ ...object, apiVersion: undefined, kind: undefined });

export const objectKey = (collection: string, { metadata }: Stored): string =>
  `${collection} ${metadata.namespace ?? ''}/${metadata.name}`;

/** The paths of all collections that can be listed (Kubernetes: "Kubernetes API Concepts", discovery). */
async function collections(client: KubeClient): Promise<string[]> {
  const { groups } = await get<{ groups: { versions: { groupVersion: string }[] }[] }>(client, '/apis');
  const named = groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => `/apis/${groupVersion}`));
  const all = ['/api/v1', ...named].map(async (path) => {
    const { resources } = await get<{ resources: { name: string; verbs: string[] }[] }>(client, path);
    return resources
      .filter(({ name, verbs }) => verbs.includes('list') && !name.includes('/'))
      .map(({ name }) => `${path}/${name}`);
  });
  return (await Promise.all(all)).flat();
}

/** Reads them all, but the kinds of these plural names. */
export async function everyObject(client: KubeClient, but: ReadonlySet<string>): Promise<EveryObject> {
  const paths = (await collections(client)).filter((path) => !but.has(path.split('/').at(-1) ?? ''));
  const lists = paths.map(async (path) => {
    const { items } = await get<{ items?: Stored[] | null }>(client, path);
    return (items ?? []).map((one) => [objectKey(path, one), bytesOf(one)] as const);
  });
  return new Map((await Promise.all(lists)).flat());
}

/** What is not as it was, in words. */
export function changesBetween(before: EveryObject, after: EveryObject): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    if (old === now) return [];
    if (old === undefined) return [`new: ${key}`];
    return now === undefined ? [`gone: ${key}`] : [`changed: ${key}\n  ${old}\n  ${now}`];
  });
}
