// Repair: the text that somebody meant by one that is refused. Each repair undoes one way in which texts go wrong on their
// way into an annotation; one is believed only when every check takes its result, so a suggestion can be pasted in.
import type { AnyAnnotation } from './annotation.ts';
import { type Encoding, encodingOf, trim } from './decode.ts';
import { readJson } from './json.ts';

/** A text that is taken, and the mistake that lay between it and what was written. */
export interface Repaired {
  readonly text: string;
  readonly because: string;
}

interface Repair {
  readonly because: string;
  /** Undefined when the text has no such mistake. */
  mend(text: string): string | undefined;
}

/** Longer texts are not mended: each attempt reads them anew. */
const MENDED_MAX = 4_000;

const QUOTES = new Set(['"', "'", '`', '\u2018', '\u2019', '\u201c', '\u201d', '\u00ab', '\u00bb']);

/** Without the quotes around a text, of whatever kind. */
function unquoted(text: string): string | undefined {
  const inner = trim(text);
  const [first, last] = [inner[0] ?? '', inner.at(-1) ?? ''];
  if (inner.length < 2 || !QUOTES.has(first) || !QUOTES.has(last)) return undefined;
  const json = first === '"' && last === '"' ? readJson(inner) : undefined;
  if (json !== undefined && 'node' in json && json.node.kind === 'string') return json.node.text;
  return inner.slice(1, -1);
}

const changed = (text: string, mended: string): string | undefined => (mended === text ? undefined : mended);

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
const ANY: readonly Repair[] = [LINE_BEHIND, BLANKS_AROUND, QUOTES_INSIDE, SMART_QUOTES, COMMA_BEHIND];

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

const NUMBERS: readonly Repair[] = [
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

const itemsOf = (text: string, separator: RegExp): string[] =>
  text
    .split(separator)
    .map((item) => trim(item).replace(/^-\s+/, '').replace(/[,;]$/, ''))
    .filter((item) => item !== '');

const lines = (text: string): string | undefined => {
  const items = itemsOf(text, /[\r\n]+/);
  return items.length > 1 ? items.join(',') : undefined;
};

/** Texts and numbers of a JSON list. */
function jsonItems(text: string): string[] | undefined {
  const read = readJson(text.replaceAll("'", '"'));
  if ('because' in read || read.node.kind !== 'array') return undefined;
  const items = read.node.items.map((node) => (node.kind === 'string' ? node.text : node.raw));
  return items.length === 0 ? undefined : items;
}

const LISTS: readonly Repair[] = [
  { because: 'the items stand on lines, and only commas separate them', mend: lines },
  {
    because: 'it is a JSON list, and a text with commas between the items is expected',
    mend: (text) => jsonItems(text)?.join(','),
  },
  {
    because: 'quotes around an item are part of it',
    mend: (text) =>
      changed(
        text,
        itemsOf(text, /,/)
          .map((item) => unquoted(item) ?? item)
          .join(','),
      ),
  },
  {
    because: 'brackets belong to no item; commas alone separate them',
    mend: (text) => /^\s*\[(.*)\]\s*$/s.exec(text)?.[1],
  },
  {
    because: 'the items are separated by something else than commas',
    mend: (text) => {
      const items = itemsOf(text, /[;|\s]+/);
      return items.length > 1 ? items.join(',') : undefined;
    },
  },
];

const escaped = (value: string): string => value.replace(/[\\,]/g, (sign) => `\\${sign}`);
const pair = (key: string, value: string): string => `${escaped(key)}=${escaped(value)}`;

/** `{"a":"b"}`, and the lists of `Key` and `Value` that AWS itself takes, as pairs. */
function jsonPairs(text: string): string | undefined {
  const read = readJson(text.replaceAll("'", '"'));
  if ('because' in read) return undefined;
  const textOf = (node: (typeof read)['node'] | undefined): string | undefined =>
    node === undefined || node.kind === 'object' || node.kind === 'array'
      ? undefined
      : node.kind === 'string'
        ? node.text
        : node.raw;
  const pairsIn = (node: (typeof read)['node']): (string | undefined)[] => {
    if (node.kind === 'array') return node.items.flatMap(pairsIn);
    if (node.kind !== 'object') return [undefined];
    const members = new Map(node.members.map(([name, value]) => [name.toLowerCase(), value]));
    const [key, value] = [textOf(members.get('key')), textOf(members.get('value'))];
    if (key !== undefined && value !== undefined && members.size === 2) return [pair(key, value)];
    return node.members.map(([name, one]) => {
      const said = textOf(one);
      return said === undefined ? undefined : pair(name, said);
    });
  };
  const pairs = pairsIn(read.node);
  return pairs.length === 0 || pairs.includes(undefined) ? undefined : pairs.join(',');
}

/** Commas that separate no pairs, escaped: `a=GET,POST,c=d` is `a=GET\,POST,c=d`. */
function innerCommas(text: string): string | undefined {
  const parts = text.split(/(?<!\\),/);
  const joined = parts.reduce((before, part, at) => {
    if (at === 0) return part;
    return before + (part.includes('=') ? ',' : '\\,') + part;
  }, '');
  return changed(text, joined);
}

const MAPS: readonly Repair[] = [
  { because: 'the pairs stand on lines, and only commas separate them', mend: lines },
  {
    because: 'a comma separates pairs; one inside a value is written with a backslash before it: \\,',
    mend: innerCommas,
  },
  { because: 'it is JSON, and key=value pairs separated by commas are expected', mend: jsonPairs },
  {
    because: 'a key and its value are joined by "=", and pairs are separated by commas',
    mend: (text) => {
      const items = itemsOf(text.replace(/^\s*\{|\}\s*$/g, ''), /[\r\n,;]+/);
      const pairs = items.map((item) =>
        item.replace(/^(['"]?)([^:='"]+)\1\s*[:=]\s*(['"]?)([^'"]*)\3$/, '$2=$4'),
      );
      return changed(text, pairs.join(','));
    },
  },
  {
    because: "AWS's own way to write tags is not read here: key=value pairs separated by commas are",
    mend: (text) =>
      changed(text, text.replace(/\bKey=([^,\s]+),\s*Value=([^,\s]*)/gi, '$1=$2').replace(/ +/g, ',')),
  },
  {
    because: 'the pairs are separated by something else than commas',
    mend: (text) => {
      const items = itemsOf(text, /[;|\s]+/);
      return items.length > 1 ? items.join(',') : undefined;
    },
  },
];

const OBJECTS: readonly Repair[] = [
  {
    because: 'JSON writes texts and names in double quotes, not in single ones',
    mend: (text) => changed(text, text.replaceAll("'", '"')),
  },
  {
    because: 'a comma stands behind the last item, which JSON does not have',
    mend: (text) => changed(text, text.replace(/,(\s*[\]}])/g, '$1').replace(/,\s*$/, '')),
  },
  {
    because: 'JSON writes names in double quotes',
    mend: (text) => changed(text, text.replace(/([{,]\s*)([A-Za-z_][\w-]*)\s*:/g, '$1"$2":')),
  },
  {
    because: 'a number is written without quotes',
    mend: (text) => changed(text, text.replace(/:\s*"([0-9]+)"/g, ':$1')),
  },
  {
    because: 'JSON writes true, false and null in small letters and without quotes',
    mend: (text) =>
      changed(
        text,
        text.replace(
          /:\s*"?(true|false|null|none)"?(?=\s*[,}\]])/gi,
          (_, word: string) => `:${word.toLowerCase().replace('none', 'null')}`,
        ),
      ),
  },
  {
    because: 'the quotes inside are escaped, which is right between double quotes in YAML only',
    mend: (text) => changed(text, text.replaceAll('\\"', '"')),
  },
  { because: 'a list is expected: put it in [ and ]', mend: (text) => `[${trim(text)}]` },
  {
    because: 'one object is expected, not a list',
    mend: (text) => /^\s*\[(.*)\]\s*$/s.exec(text)?.[1],
  },
  {
    because: 'a JSON list of objects with protocol and port is expected',
    mend: (text) => {
      const ports = [...text.matchAll(/\b(HTTPS?)\b["']?\s*[:=-]?\s*["']?([0-9]{1,5})/gi)];
      return ports.length === 0
        ? undefined
        : JSON.stringify(
            ports.map(([, protocol = '', port]) => ({ [protocol.toUpperCase()]: Number(port) })),
          );
    },
  },
];

const OF_ENCODING: Readonly<Record<Encoding, readonly Repair[]>> = {
  bool: [],
  int32: NUMBERS,
  string: [],
  stringList: LISTS,
  stringMap: MAPS,
  json: OBJECTS,
};

/**
 * What was likely meant by a text that is refused: the first mended text that `taken` accepts, with one repair, or with two
 * of them one after the other.
 */
export function repaired(
  { schema, examples }: AnyAnnotation,
  text: string,
  taken: (text: string) => boolean,
): Repaired | undefined {
  if (text.length > MENDED_MAX) return undefined;
  const encoding = encodingOf(schema);
  const isNumber = encoding === 'string' && examples.good.some((example) => /^[0-9]+$/.test(example));
  const repairs = [...ANY, ...OF_ENCODING[isNumber ? 'int32' : encoding]];
  const once = repairs.flatMap(({ because, mend }, at): (Repaired & { readonly at: number })[] => {
    const mended = mend(text);
    return mended === undefined || mended === '' ? [] : [{ text: mended, because, at }];
  });
  const whole = once.find((one) => taken(one.text));
  if (whole !== undefined) return { text: whole.text, because: whole.because };
  for (const first of once) {
    for (const { because, mend } of repairs.slice(first.at + 1)) {
      const mended = mend(first.text);
      if (mended === undefined || mended === '' || !taken(mended)) continue;
      return { text: mended, because: `${first.because}; ${because}` };
    }
  }
  return undefined;
}

/** What a text holds that no program was to see: the place of a value that nobody filled in. */
export function leftover(text: string): string | undefined {
  const template =
    /\{\{[^{}]{0,80}\}\}|\$\{[A-Za-z_][^{}]{0,80}\}|\$\([A-Za-z_][\w.]{0,80}\)|<no value>|%!s\(<nil>\)/.exec(
      text.slice(0, MENDED_MAX),
    )?.[0];
  return template === undefined ? undefined : `${template} is a place of a template that was not filled in`;
}
