// Unquoted: values of annotations that YAML reads as numbers, truth values, lists or maps. The API server takes texts only;
// each is told, with the text to write instead.
import { PREFIX } from '../annotation.ts';
import { pathOfAnnotation } from '../problems/finding.ts';
import { type Problem, refusal } from '../problems/problem.ts';
import { descriptorOf } from '../registry.ts';
import { encodingOf } from './decode.ts';
import { isObject } from './type-guards.ts';

/** The text that stands for a value in a file, by the path of its field; undefined where it is not known. */
export type Writing = (path: string) => string | undefined;

/**
 * Every annotation whose value is not a text; absent and null are no values. `written` keeps what YAML makes of a text apart
 * from the text: `yes`, `0755`, `1.10`.
 */
export function unquotedProblems(annotations: unknown, written: Writing = () => undefined): Problem[] {
  if (!isObject(annotations)) return [];
  return Object.entries(annotations).flatMap(([name, value]): Problem[] => {
    if (typeof value === 'string' || value === null || value === undefined) return [];
    const path = pathOfAnnotation(name);
    const plain = isPlain(value) ? written(path) : undefined;
    const because = `${plain ?? JSON.stringify(value)} without quotes is ${kindOf(value)} in YAML, and the API server takes texts only: put it in quotes`;
    return [refusal('Malformed', path, { because, suggestion: plain ?? textOf(name, value) })];
  });
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'a map';
  return typeof value === 'boolean' ? 'a boolean' : 'a number';
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** The value as the text that its annotation expects: lists and maps with commas where it takes such. */
function textOf(name: string, value: unknown): string {
  const known = name.startsWith(PREFIX) ? descriptorOf(name.slice(PREFIX.length)) : undefined;
  const encoding = known === undefined ? 'json' : encodingOf(known.descriptor.schema);
  const escaped = (text: unknown): string => String(text).replace(/[\\,]/g, (sign) => `\\${sign}`);
  if (encoding === 'stringList' && Array.isArray(value) && value.every(isPlain)) return value.join(',');
  if (encoding === 'stringMap' && isObject(value) && Object.values(value).every(isPlain))
    return Object.entries(value)
      .map(([key, one]) => `${escaped(key)}=${escaped(one)}`)
      .join(',');
  return isPlain(value) ? String(value) : JSON.stringify(value);
}
