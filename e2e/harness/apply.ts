// Objects applied by the server, as `kubectl apply --server-side` does it. Scenarios apply hundreds of times, and each kubectl is a
// process that reads the API server's whole description first; those that are about kubectl start it.
import { parseAllDocuments } from 'yaml';
import type { KubeClient } from '../../kube/client.ts';

export type Apply = (...objects: readonly (string | object)[]) => Promise<void>;

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  /** Of a List. */
  readonly items?: readonly Manifest[];
}

interface Resources {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

const OPTIONS = { fieldManager: 'kubectl', force: 'true', fieldValidation: 'Strict' };

/** Applies with the rights of whoever `request` speaks for. */
export function applier(request: KubeClient['request']): Apply {
  const known = new Map<string, Resources['resources']>();

  async function resource({ apiVersion, kind }: Manifest) {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const named = () => known.get(path)?.find((one) => one.kind === kind && !one.name.includes('/'));
    if (named() === undefined) {
      const answer = await request<Resources>({ method: 'GET', path });
      if (answer.ok) known.set(path, answer.object.resources);
    }
    const found = named();
    if (found === undefined) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
    return { path, ...found };
  }

  async function applyOne(object: Manifest): Promise<void> {
    const { path, name: plural, namespaced } = await resource(object);
    const { name, namespace = 'default' } = object.metadata;
    const collection = namespaced ? `${path}/namespaces/${namespace}/${plural}` : `${path}/${plural}`;
    const answer = await request({
      method: 'PATCH',
      path: `${collection}/${name}`,
      query: OPTIONS,
      body: object,
      contentType: 'application/apply-patch+yaml',
    });
    if (!answer.ok) throw new Error(`apply ${plural} ${name}: ${answer.message}`);
  }

  return async (...objects) => {
    for (const object of objects.flatMap(manifestsIn)) await applyOne(object);
  };
}

function manifestsIn(object: string | object): readonly Manifest[] {
  const documents =
    typeof object === 'string'
      ? parseAllDocuments(object).map((one) => one.toJS() as Manifest | null)
      : [object as Manifest];
  return documents.flatMap((one) => (one === null ? [] : (one.items ?? [one])));
}
