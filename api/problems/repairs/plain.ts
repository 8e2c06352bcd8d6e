// Repairs of texts of any kind, and of numbers.
import { trim } from '../../validate/decode.ts';
import { readJson } from '../../validate/json.ts';

export interface Repair {
  /** What went wrong, as one sentence without a full stop. */
  readonly because: string;
  /** Undefined when the text has no such mistake. */
  mend(text: string): string | undefined;
}

const QUOTES = new Set(['"', "'", '`', '\u2018', '\u2019', '\u201c', '\u201d', '\u00ab', '\u00bb']);

/** Without the quotes around a text, of whatever kind. */
export function unquoted(text: string): string | undefined {
  const inner = trim(text);
  const [first, last] = [inner[0] ?? '', inner.at(-1) ?? ''];
  if (inner.length < 2 || !QUOTES.has(first) || !QUOTES.has(last)) return undefined;
  const json = first === '"' && last === '"' ? readJson(inner) : undefined;
  if (json !== undefined && 'node' in json && json.node.kind === 'string') return json.node.text;
  return inner.slice(1, -1);
}

/** The mended text, if it is another one. */
export const changed = (text: string, mended: string): string | undefined =>
  mended === text ? undefined : mended;

const LINE_BEHIND: Repair = {
  because:
    'a line end stands behind it, as YAML keeps it in a block that begins with "|": begin it with "|-" or ">-"',
  mend: (text) => (/[\r\n][\s]*$/.test(text) ? changed(text, trim(text)) : undefined),
};
const BLANKS_AROUND: Repair = {
  because: 'there are blanks around it, which count',
  mend: (text) => changed(text, trim(text)),
};
const QUOTES_INSIDE: Repair = {
  because: 'the quotes are part of the value, since it has quotes inside quotes or inside a YAML block',
  mend: unquoted,
};
const SMART_QUOTES: Repair = {
  because: 'it has typographic quotes, as word processors write them',
  mend: (text) =>
    changed(text, text.replace(/[\u201c\u201d\u201e\u00ab\u00bb]/g, '"').replace(/[\u2018\u2019]/g, "'")),
};
const COMMA_BEHIND: Repair = {
  because: 'a sign that belongs to no value stands behind it',
  mend: (text) => changed(text, trim(text).replace(/[,;.]+$/, '')),
};
export const ANY: readonly Repair[] = [LINE_BEHIND, BLANKS_AROUND, QUOTES_INSIDE, SMART_QUOTES, COMMA_BEHIND];

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };
const DURATION = /^\s*(?:[0-9]{1,9}(?:\.[0-9]{1,3})?\s*[a-z]+\s*){1,4}$/i;

/** Seconds of `5m`, `1m30s`, `2 minutes`. */
function seconds(text: string): string | undefined {
  if (text.length > 40 || !DURATION.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, word = ''] of text.matchAll(/([0-9.]+)\s*([a-z]+)/gi)) {
    const lower = word.toLowerCase();
    const unit = lower.startsWith('ms') || lower.startsWith('mil') ? 'ms' : (lower[0] ?? '');
    const factor = SECONDS[unit];
    if (factor === undefined) return undefined;
    sum += Number(amount) * factor;
  }
  return Number.isInteger(sum) ? String(sum) : undefined;
}

export const NUMBERS: readonly Repair[] = [
  { because: 'a number without a unit is expected; where it is a time, it counts seconds', mend: seconds },
  {
    because: 'a number is written without separators and without a fraction',
    mend: (text) =>
      /^\s*[0-9]{1,3}(?:[,_ '][0-9]{3})*(?:\.0+)?\s*$/.test(text)
        ? changed(text, text.replace(/\.0+\s*$/, '').replace(/[,_ ']/g, ''))
        : undefined,
  },
  {
    because: 'a number alone is expected, without words around it',
    mend: (text) => /^[A-Za-z\s:=]*\b([0-9]{1,9})\b[A-Za-z\s]*$/.exec(text.slice(0, 80))?.[1],
  },
];
