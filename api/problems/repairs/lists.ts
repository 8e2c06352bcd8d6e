// Repairs of lists and of pairs, whose items commas separate.
import { trim } from '../../validate/decode.ts';
import { readJson } from '../../validate/json.ts';
import { changed, type Repair, unquoted } from './plain.ts';

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

export const LISTS: readonly Repair[] = [
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

export const MAPS: readonly Repair[] = [
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
