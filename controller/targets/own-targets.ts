// What this cluster registered in a target group that clusters share, kept in a ConfigMap beside the binding as the LBC keeps it:
// what goes while nobody runs is deregistered later, what others registered never is (aws-model 6.10).
import { multiClusterConfigMap } from '../../alb/desire/names.ts';
import type { KubeClient, KubeOutcome } from '../../kube/client.ts';
import { applyConfigMap, deleteConfigMap, readConfigMap } from '../../kube/config-map.ts';
import type { ObjectName } from '../../kube/kinds.ts';
import type { OwnerReference } from '../../kube/write.ts';
import type { Serving } from './serving.ts';

/** Separates the targets in the one text that holds them (aws-model 6.10). */
const SEPARATOR = ',';
const KEY = 'targets';

export interface OwnTargets {
  /** By `id:port`; none when nothing was ever noted. Undefined: they could not be read. */
  read(serving: Serving): Promise<ReadonlySet<string> | undefined>;
  /** True when they are noted. */
  write(serving: Serving, keys: ReadonlySet<string>): Promise<boolean>;
  /** The target group is shared no more. */
  forget(serving: Serving): Promise<void>;
}

export interface OwnTargetsOptions {
  readonly client: Pick<KubeClient, 'request'>;
  /** Goes with this object; undefined: it is gone, or not known yet. */
  owner(serving: Serving): OwnerReference | undefined;
  failed(serving: Serving, step: string, outcome: KubeOutcome): void;
}

const placeOf = ({ name, backend: { namespace } }: Serving): ObjectName => ({
  namespace,
  name: multiClusterConfigMap(name),
});

/** The targets in the text of a ConfigMap. Pure. */
export const keysIn = (text: string): ReadonlySet<string> =>
  new Set(text.split(SEPARATOR).filter((key) => key !== ''));

/** The ConfigMaps, through `client`. */
export function ownTargets({ client, owner, failed }: OwnTargetsOptions): OwnTargets {
  return {
    async read(serving) {
      const outcome = await readConfigMap(client, placeOf(serving));
      if (outcome.ok) return keysIn(outcome.object.data?.[KEY] ?? '');
      if (outcome.reason === 'notFound') return new Set();
      failed(serving, 'read its own targets', outcome);
      return undefined;
    },
    async write(serving, keys) {
      const text = [...keys].sort().join(SEPARATOR);
      const outcome = await applyConfigMap(client, placeOf(serving), { [KEY]: text }, owner(serving));
      if (!outcome.ok) failed(serving, 'note its own targets', outcome);
      return outcome.ok;
    },
    async forget(serving) {
      const outcome = await deleteConfigMap(client, placeOf(serving));
      if (!outcome.ok && outcome.reason !== 'notFound') failed(serving, 'forget its own targets', outcome);
    },
  };
}
