// What etcd holds, read and put back. An API server follows etcd, so that a cluster is as it was in a moment, without a new
// process. Keys and values are base64, as etcd's JSON gateway has them (etcd documentation, "gRPC gateway").

/** Base64 keys and values of everything that the API server stores, apart from what it renews by itself. */
export type Snapshot = Readonly<Record<string, string>>;

interface Range {
  readonly kvs?: readonly { readonly key: string; readonly value?: string }[];
  readonly more?: boolean;
}

const encode = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const decode = (text: string): string => Buffer.from(text, 'base64').toString('latin1');

const PREFIX = '/registry/';
/** The first key behind all that begin with the prefix. */
const END = encode('/registry0');
const PAGE = 500;
/** etcd takes 128 operations in one transaction unless told otherwise. */
const OPERATIONS = 100;
const RENEWED = /^\/registry\/(leases|masterleases|peerserverleases)\//;

async function call(url: string, method: 'range' | 'txn', body: object): Promise<unknown> {
  const answer = await fetch(`${url}/v3/kv/${method}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`etcd ${method}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Reads it all. `url` is etcd's client URL. @throws Error with etcd's words. */
export async function takeSnapshot(url: string): Promise<Snapshot> {
  const held: Record<string, string> = {};
  for (let from = PREFIX; ; ) {
    const range = { key: encode(from), range_end: END, limit: PAGE };
    const { kvs = [], more = false } = (await call(url, 'range', range)) as Range;
    for (const { key, value = '' } of kvs) if (!RENEWED.test(decode(key))) held[key] = value;
    const last = kvs.at(-1);
    if (!more || last === undefined) return held;
    from = `${decode(last.key)}\0`;
  }
}

/** The operations of an etcd transaction that lead from one snapshot to another. */
export function changesBetween(from: Snapshot, to: Snapshot): Change[] {
  const gone = Object.keys(from).filter((key) => !(key in to));
  const other = Object.entries(to).filter(([key, value]) => from[key] !== value);
  return [
    ...gone.map((key) => ({ request_delete_range: { key } })),
    ...other.map(([key, value]) => ({ request_put: { key, value } })),
  ];
}

interface Change {
  readonly request_delete_range?: { readonly key: string };
  readonly request_put?: { readonly key: string; readonly value: string };
}

const keysOf = (changes: readonly Change[]): string[] =>
  changes.map((one) => decode((one.request_put ?? one.request_delete_range)?.key ?? ''));

/** How often a controller that is still at work may undo a part. */
const ROUNDS = 50;

/**
 * Puts everything back as it was, until it stays so: controllers may still be at work on what they saw before.
 * @throws Error with etcd's words, or that names the keys that change for ever.
 */
export async function restoreSnapshot(url: string, to: Snapshot): Promise<void> {
  for (let round = 1; ; round++) {
    const changes = changesBetween(await takeSnapshot(url), to);
    if (changes.length === 0) return;
    if (round > ROUNDS) {
      const keys = keysOf(changes).join(' ');
      throw new Error(`the cluster does not come to rest, somebody writes again and again: ${keys}`);
    }
    for (let at = 0; at < changes.length; at += OPERATIONS)
      await call(url, 'txn', { success: changes.slice(at, at + OPERATIONS) });
    // Controllers hear of it now; the next look shows whether one of them wrote once more.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
