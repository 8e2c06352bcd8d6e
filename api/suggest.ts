// The likely intent behind a misspelt name: the nearest known one.

/** Longest text that is compared, in characters: longer ones are no misspellings of our names. */
const COMPARED_MAX = 80;

/** Edits (insert, delete, replace, swap of neighbours) between two texts: optimal string alignment distance. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1));
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}

/**
 * The known name nearest to a text, or undefined when none is near: another letter case or other separators only, at most
 * a third of its characters edited, or the first whole words of the name.
 */
export function suggest(text: string, known: readonly string[]): string | undefined {
  if (text.length > COMPARED_MAX) return undefined;
  const fold = (name: string) => name.toLowerCase().replace(/[\s._-]+/g, '-');
  const wanted = fold(text);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of known) {
    // Words left off at the end are less than two edits, so that a name with one wrong letter comes before.
    const begun = wanted !== '' && fold(name).startsWith(`${wanted}-`);
    const edits = begun ? 1.5 : distance(wanted, fold(name));
    if (edits < least && edits <= Math.floor(Math.max(wanted.length, name.length) / 3)) {
      least = edits;
      best = name;
    }
  }
  return best === text ? undefined : best;
}
