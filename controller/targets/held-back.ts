// Held back: what is deregistered at once, and what stays for a moment because nothing in the cluster says why it should go.
// A list of endpoints may be wrong: the watch is interrupted, the cluster was restored, a selector was mistyped, somebody deleted
// the EndpointSlices. Pure.
//
//   endpoint gone ─▶ explained by its pod, node or Service? ─yes─▶ deregister
//                          └─no─▶ more than half of the target group gone this way? ─no─▶ deregister
//                                       └─yes─▶ stays for HOLD_MS, then deregister
import { HOLD_MS } from './intervals.ts';

export interface Loss {
  /** Targets that are registered and no longer among the endpoints, by `id:port`. */
  readonly extra: readonly string[];
  /** How many targets are registered. */
  readonly registered: number;
  /** How many endpoints there are. */
  readonly wanted: number;
  /** Whether the cluster says why a target is no longer among the endpoints. */
  explained(key: string): boolean;
  /** Why something of the cluster may not be seen at the moment. */
  readonly unseen: string | undefined;
  /** Since when this target group has held targets back; undefined: it does not. */
  readonly since: number | undefined;
  readonly now: number;
}

export interface HeldBack {
  /** To be deregistered, by `id:port`. */
  readonly going: readonly string[];
  /** Stays registered for now. */
  readonly held: readonly string[];
  /** When the rest goes; undefined: when the cluster is seen again. */
  readonly until: number | undefined;
}

/** What of a loss is carried out. */
export function heldBack({ extra, registered, wanted, explained, unseen, since, now }: Loss): HeldBack {
  const all = { going: extra, held: [], until: undefined };
  const half = registered / 2;
  const grave = wanted < half && extra.length > half;
  if (extra.length === 0 || (!grave && unseen === undefined)) return all;
  const held = extra.filter((key) => !explained(key));
  if (held.length === 0) return all;
  const until = (since ?? now) + HOLD_MS;
  if (unseen === undefined && (held.length <= half || now >= until)) return all;
  const staying = new Set(held);
  return {
    going: extra.filter((key) => !staying.has(key)),
    held,
    until: unseen === undefined ? until : undefined,
  };
}
