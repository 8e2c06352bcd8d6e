// The likely intent behind a misspelt name: the nearest known one, by its letters or by its words.
import { once } from '../once.ts';

/** Longest text that is compared, in characters: longer ones are no misspellings of our names. */
const COMPARED_MAX = 80;

/** Edits (insert, delete, replace, swap of neighbours) between two texts: optimal string alignment distance. */
export function distance(a: string, b: string): number {
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

/** Words that mean the same in names. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  lb: ['load', 'balancer'],
  alb: ['load', 'balancer'],
  elb: ['load', 'balancer'],
  loadbalancer: ['load', 'balancer'],
  tg: ['target', 'group'],
  targetgroup: ['target', 'group'],
  sg: ['security', 'group'],
  hc: ['healthcheck'],
  cert: ['certificate'],
  attr: ['attribute'],
  attrs: ['attribute'],
  listener: ['listen'],
  listening: ['listen'],
  sec: ['second'],
  secs: ['second'],
  proto: ['protocol'],
  addr: ['address'],
};

/** Words that say little: they stand in many names and in none that needs them. */
const FAINT = new Set(['load', 'balancer', 'aws', 'ingress', 'annotation', 'is', 'use']);
const FAINT_WEIGHT = 0.2;

const singular = (word: string): string =>
  word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;

/** The words of a name: `healthCheck_success-codes` has healthcheck, success and code. */
function wordsOf(name: string): string[] {
  const parts = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9*]+/)
    .filter((part) => part !== '');
  const words = parts.flatMap((part) => SYNONYMS[part] ?? [singular(part)]);
  return words.flatMap((word, at) => {
    if (word === 'health' && words[at + 1] === 'check') return ['healthcheck'];
    return word === 'check' && words[at - 1] === 'health' ? [] : [word];
  });
}

const weightOf = (words: readonly string[]): number =>
  words.reduce((sum, word) => sum + (FAINT.has(word) ? FAINT_WEIGHT : 1), 0);

/** The same word, or one with a letter wrong. */
const alike = (a: string, b: string): boolean =>
  a === b || (a.length > 4 && Math.abs(a.length - b.length) < 2 && distance(a, b) === 1);

/** How much of their words two names share, from 0 to 1, in whatever order. */
function likeness(a: readonly string[], b: readonly string[]): number {
  const rest = [...b];
  let shared = 0;
  for (const word of a) {
    const at = rest.findIndex((other) => alike(word, other));
    if (at < 0) continue;
    shared += 2 * weightOf(rest.splice(at, 1));
  }
  const all = weightOf(a) + weightOf(b);
  return all === 0 ? 0 : shared / all;
}

interface KnownName {
  readonly name: string;
  readonly folded: string;
  readonly words: readonly string[];
}

const fold = (name: string): string => name.toLowerCase().replace(/[\s._-]+/g, '-');

/** Looked at once for each list of names. */
const preparedOf = once((names: readonly string[]): readonly KnownName[] =>
  names.map((name) => ({ name, folded: fold(name), words: wordsOf(name) })),
);

/** Words that are shared so far say more than letters, and fewer say less. */
const SURE = 0.75;
const LIKELY = 0.65;

/** The lower the nearer; undefined when a name is not near. */
function rankOf(wanted: Omit<KnownName, 'name'>, known: KnownName): number | undefined {
  // Words left off at the end are less than two edits, so that a name with one wrong letter comes before.
  const begun = wanted.folded !== '' && known.folded.startsWith(`${wanted.folded}-`);
  const edits = begun ? 1.5 : distance(wanted.folded, known.folded);
  if (edits <= 1) return edits;
  // One wrong letter is a slip; after it the words count, and then the letters.
  const shared = likeness(wanted.words, known.words);
  if (shared >= SURE) return 2 - shared;
  if (edits <= Math.floor(Math.max(wanted.folded.length, known.name.length) / 3)) return 2 + edits;
  return shared >= LIKELY ? COMPARED_MAX + 3 - shared : undefined;
}

/**
 * The known name nearest to a text, or undefined when none is near: the same words in another order, letter case or number,
 * at most a third of its characters edited, the first whole words of the name, or most of its words.
 */
export function suggest(text: string, known: readonly string[]): string | undefined {
  if (text.length > COMPARED_MAX) return undefined;
  const wanted = { folded: fold(text), words: wordsOf(text) };
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const one of preparedOf(known)) {
    const rank = rankOf(wanted, one);
    if (rank !== undefined && rank < least) {
      least = rank;
      best = one.name;
    }
  }
  return best === text ? undefined : best;
}
