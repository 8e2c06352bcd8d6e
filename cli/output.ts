// How an answer is written: for people, or as data in JSON or YAML.
import { Option } from 'commander';
import { stringify } from 'yaml';

export const FORMATS = ['text', 'json', 'yaml'] as const;
export type OutputFormat = (typeof FORMATS)[number];

/** The flag. */
export const outputOption = (): Option =>
  new Option('-o, --output <format>', 'for people or for programs').choices(FORMATS).default('text');

/** `1 rule`, `2 rules` */
export const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** `text` is only asked for when people read it. Without a line end behind it. */
export function written(format: OutputFormat, data: object, text: () => string): string {
  if (format === 'text') return text();
  return format === 'json' ? JSON.stringify(data, null, 2) : stringify(data, { lineWidth: 0 }).trimEnd();
}
