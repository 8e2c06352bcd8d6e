// Turns: everybody who works at the same time waits for a turn before each step, and one of them at a time gets it, in an
// order that a number decides. The same number gives the same order.

export interface Turns {
  /** Between 0 and 1; the next one is another one. */
  random(): number;
  /** Resolves when it is the caller's turn. */
  turn(): Promise<void>;
  /** Lets one go on until it waits again; false when nobody waits. */
  step(): Promise<boolean>;
}

/** Numbers between 0 and 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function takeTurns(seed: number): Turns {
  const random = numbers(seed);
  const waiting: (() => void)[] = [];
  return {
    random,
    turn: () => new Promise((resolve) => waiting.push(resolve)),
    async step() {
      const [go] = waiting.splice(Math.floor(random() * waiting.length), 1);
      go?.();
      // Whatever follows without waiting for a turn is done when the event loop comes round.
      await new Promise((resolve) => setImmediate(resolve));
      return go !== undefined;
    },
  };
}
