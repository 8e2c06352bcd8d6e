// Memory of refusals: what AWS refused of a group is left out, and asked for again ever more seldom. It lives in the process:
// after a restart everything is asked for once.
import { keyOf, type Refusal } from './parts.ts';

/** By `keyOf`. */
export type Refused = ReadonlyMap<string, Refusal>;

export interface RefusalMemory {
  /** What is not to be asked for in this pass. */
  of(group: string): Refused;
  /** Notes what a pass was refused, and forgets all but that and what it left out. */
  note(group: string, leftOut: readonly Refusal[], refused: readonly Refusal[]): void;
  /** Milliseconds until something is to be asked for again; undefined when nothing is left out. */
  again(group: string): number | undefined;
}

interface RememberedRefusal {
  readonly refusal: Refusal;
  readonly tries: number;
  readonly until: number;
}

const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;

/** Opens an empty memory; `now` in milliseconds. */
export function refusalMemory(now: () => number): RefusalMemory {
  const groups = new Map<string, ReadonlyMap<string, RememberedRefusal>>();
  return {
    of(group) {
      const held = [...(groups.get(group) ?? [])].filter(([, { until }]) => until > now());
      return new Map(held.map(([key, { refusal }]) => [key, refusal]));
    },
    note(group, leftOut, refused) {
      const before = groups.get(group);
      const next = new Map<string, RememberedRefusal>();
      for (const { part } of leftOut) {
        const held = before?.get(keyOf(part));
        if (held !== undefined) next.set(keyOf(part), held);
      }
      for (const refusal of refused) {
        const tries = (before?.get(keyOf(refusal.part))?.tries ?? 0) + 1;
        const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries - 1, 20));
        next.set(keyOf(refusal.part), { refusal, tries, until: now() + wait });
      }
      if (next.size === 0) groups.delete(group);
      else groups.set(group, next);
    },
    again(group) {
      const times = [...(groups.get(group)?.values() ?? [])].map(({ until }) => until - now());
      return times.length === 0 ? undefined : Math.max(0, Math.min(...times));
    },
  };
}
