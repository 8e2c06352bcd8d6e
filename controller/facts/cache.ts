// Remembering answers of AWS for a while: one call serves everybody who asks at the same time, and failures are never kept.

/** How old an answer may become: one time for all in milliseconds, or by the answer. */
export type Age<V> = number | ((value: V) => number);

/** Remembers what `read` gives. */
export function remember<V>(age: Age<V>, read: (key: string) => Promise<V>, now = () => performance.now()) {
  const entries = new Map<string, { readonly value: Promise<V>; until: number }>();
  return {
    /** The value of `key`, read if it is not known or too old. Rejects as the reading does. */
    get(key: string): Promise<V> {
      const entry = entries.get(key);
      if (entry !== undefined && now() < entry.until) return entry.value;
      const value = read(key);
      const fresh = { value, until: Number.POSITIVE_INFINITY };
      entries.set(key, fresh);
      value.then(
        (answer) => {
          fresh.until = now() + (typeof age === 'number' ? age : age(answer));
        },
        () => {
          if (entries.get(key) === fresh) entries.delete(key);
        },
      );
      return value;
    },
    forget: (key: string): void => {
      entries.delete(key);
    },
  };
}
