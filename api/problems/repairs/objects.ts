// Repairs of JSON.
import { trim } from '../../validate/decode.ts';
import { changed, type Repair } from './plain.ts';

export const OBJECTS: readonly Repair[] = [
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
