// record: which groups this cluster has had under `sync`, in a ConfigMap beside the Lease and of the same name. Only what is
// written there may ever be removed as an orphan: another cluster of the same name, or a wrong kubeconfig, has no such record.
//
//   a pass over a group ─note─▶ memory ─a second later─▶ ConfigMap        start, look ─load─▶ memory
import type { KubeClient, KubeOutcome } from '../../../kube/client.ts';
import { type ConfigMap, readConfigMap, writeConfigMap } from '../../../kube/config-map.ts';
import { KINDS, type ObjectName } from '../../../kube/kinds.ts';
import { listAll } from '../../../kube/list.ts';
import type { Aws } from '../../aws/client.ts';
import type { Next } from '../../queue/queue.ts';
import type { OwnedGroups } from './judge.ts';

/** Which fleet a record is about: the same words in another cluster are about another one. */
export type Fleet = Pick<Aws, 'clusterName' | 'vpcId'>;

/** What the record says. */
export interface WrittenRecord {
  /** Undefined when there is no record of this cluster and fleet yet. */
  readonly groups?: ReadonlySet<string>;
  /** Stack → when it was first seen as an orphan, in milliseconds since the epoch. */
  readonly orphans: ReadonlyMap<string, number>;
  readonly object?: ConfigMap;
  /** How the record names cluster and fleet. */
  readonly cluster: string;
}

type RecordRead<T> = { readonly ok: true; readonly value: T } | Extract<KubeOutcome, { ok: false }>;

/**
 * What tells one cluster from another: the UID of its namespace kube-system, which every cluster has and no backup restores.
 * Asked for by `list`, since the controller has no `get` on namespaces.
 */
async function identity(client: Pick<KubeClient, 'request'>, fleet: Fleet): Promise<RecordRead<string>> {
  const listed = await listAll(client, KINDS.namespaces, { fieldSelector: 'metadata.name=kube-system' });
  if (!listed.ok) return listed;
  const uid = listed.object.items[0]?.metadata.uid;
  if (uid === undefined)
    return { ok: false, reason: 'unavailable', message: 'the namespace kube-system does not exist' };
  return { ok: true, value: JSON.stringify({ name: fleet.clusterName, vpc: fleet.vpcId, uid }) };
}

/** What the text of `data.orphans` says; nothing when it is not ours. */
function timesIn(text: string | undefined): Map<string, number> {
  const lines = (text ?? '').split('\n').filter((line) => line.includes(' '));
  return new Map(
    lines.flatMap((line): [string, number][] => {
      const [time = '', stack = ''] = line.split(' ');
      const at = Date.parse(time);
      return Number.isNaN(at) ? [] : [[stack, at]];
    }),
  );
}

const linesOf = (text: string | undefined): string[] =>
  (text ?? '').split('\n').filter((line) => line !== '');

/** Reads the record. One of another cluster, VPC or cluster name counts as none. */
export async function readRecord(
  client: Pick<KubeClient, 'request'>,
  place: Required<ObjectName>,
  fleet: Fleet,
): Promise<RecordRead<WrittenRecord>> {
  const [cluster, read] = await Promise.all([identity(client, fleet), readConfigMap(client, place)]);
  if (!cluster.ok) return cluster;
  if (!read.ok && read.reason !== 'notFound') return read;
  const nothing = { orphans: new Map<string, number>(), cluster: cluster.value };
  if (!read.ok) return { ok: true, value: nothing };
  const { data = {} } = read.object;
  if (data.cluster !== cluster.value) return { ok: true, value: { ...nothing, object: read.object } };
  const groups = new Set(linesOf(data.groups));
  return { ok: true, value: { ...nothing, groups, orphans: timesIn(data.orphans), object: read.object } };
}

export interface RecordOptions extends Fleet {
  readonly client: Pick<KubeClient, 'request'>;
  readonly place: Required<ObjectName>;
  /** Whether anything is written; under `observe` nothing is. */
  readonly writes: boolean;
  /** Resolves while we lead. */
  mayWrite(): Promise<void>;
}

/** The record as this process knows it. */
export class GroupsRecord {
  readonly #options: RecordOptions;
  /** What was said since the start: this cluster answers for a group, or somebody else does now. */
  readonly #noted = new Map<string, boolean>();
  #orphans: ReadonlyMap<string, number> = new Map();
  #loaded: ReadonlySet<string> | undefined;
  #trouble = 'it was not read yet';

  constructor(options: RecordOptions) {
    this.#options = options;
  }

  /** Whether this cluster answers for a group, under `sync`. True when that is news. */
  note(group: string, ours: boolean): boolean {
    const news = this.#noted.get(group) !== ours && !(ours && this.#loaded?.has(group) === true);
    this.#noted.set(group, ours);
    return news;
  }

  /** What the last look saw as orphans, and since when. */
  seen(orphans: ReadonlyMap<string, number>): void {
    this.#orphans = orphans;
  }

  /** Forgets groups that have nothing in AWS any more and nobody wants. */
  keep(stays: (group: string) => boolean): void {
    if (this.#loaded !== undefined) this.#loaded = new Set([...this.#loaded].filter(stays));
    for (const group of [...this.#noted.keys()]) if (!stays(group)) this.#noted.delete(group);
  }

  owned(): OwnedGroups {
    if (this.#loaded === undefined) return { unknown: this.#trouble };
    return this.#groups();
  }

  /** Reads what was written before this process began, once. */
  async load(): Promise<void> {
    if (this.#loaded !== undefined) return;
    const { client, place } = this.#options;
    const read = await readRecord(client, place, this.#options);
    if (read.ok) this.#loaded = read.value.groups ?? new Set();
    else this.#trouble = `cannot read the ConfigMap ${place.namespace}/${place.name}: ${read.message}`;
  }

  /** Writes what is known where it differs. Gives what went wrong, if anything did. */
  async write(): Promise<{ readonly next: Next; readonly failed?: KubeOutcome }> {
    const { client, place, writes, mayWrite } = this.#options;
    if (!writes) return { next: 'done' };
    await this.load();
    const read = await readRecord(client, place, this.#options);
    if (!read.ok) return { next: 'retry', failed: read };
    if (this.#loaded === undefined) return { next: 'retry' };
    const { object, cluster } = read.value;
    const data = this.#data(cluster);
    const isSame = Object.entries(data).every(([key, text]) => (object?.data?.[key] ?? '') === text);
    if (isSame || (object === undefined && this.#groups().size + this.#orphans.size === 0))
      return { next: 'done' };
    await mayWrite();
    const wrote = await writeConfigMap(client, place, object, data);
    if (wrote.ok) return { next: 'done' };
    return { next: 'retry', ...(wrote.reason === 'conflict' ? {} : { failed: wrote }) };
  }

  #groups(): Set<string> {
    const all = new Set(this.#loaded);
    for (const [group, ours] of this.#noted) {
      if (ours) all.add(group);
      else all.delete(group);
    }
    return all;
  }

  #data(cluster: string): Record<string, string> {
    const orphans = [...this.#orphans].map(([stack, at]) => `${new Date(at).toISOString()} ${stack}`);
    return { cluster, groups: [...this.#groups()].sort().join('\n'), orphans: orphans.sort().join('\n') };
  }
}
