// looks: when each group is looked at in full again. Every group has its turn once in a period, one at a time and evenly
// spread, so that a fleet of any size makes no burst; each round goes in another order, so that restarts leave nobody out.

export interface Looks {
  groups(): readonly string[];
  readonly periodMs: number;
  /** Nothing is looked at before: a restart is cheap. */
  readonly firstMs: number;
  look(group: string): void;
  /** Resolves after this many milliseconds, or at once when it is time to end. */
  sleep(ms: number): Promise<void>;
  ended(): boolean;
  /** From 0 to less than 1. */
  random(): number;
}

/** The same in any order. */
function shuffled(groups: readonly string[], random: () => number): string[] {
  const places = groups.map((group) => ({ group, place: random() }));
  return places.sort((a, b) => a.place - b.place).map(({ group }) => group);
}

/** Goes round until it is ended. */
export async function goRound({
  groups,
  periodMs,
  firstMs,
  look,
  sleep,
  ended,
  random,
}: Looks): Promise<void> {
  await sleep(firstMs);
  while (!ended()) {
    const round = shuffled(groups(), random);
    const pause = periodMs / Math.max(1, round.length);
    if (round.length === 0) await sleep(pause);
    for (const group of round) {
      if (ended()) return;
      if (groups().includes(group)) look(group);
      await sleep(pause);
    }
  }
}
