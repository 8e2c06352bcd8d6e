// What a schema allows, in words: the `allowed` of a problem and the reference page's column.
import type { Schema } from '../annotation.ts';

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

function bounded(what: string, least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return `${what} from ${least} to ${most}`;
  if (least !== undefined) return `${what} of at least ${least}`;
  return most === undefined ? what : `${what} of at most ${most}`;
}

function stringWords(schema: Schema): string {
  const { minLength: least, maxLength: most } = schema;
  if (least !== undefined && most !== undefined) return `a text of ${least} to ${most} characters`;
  if (most !== undefined) return `a text of at most ${plural(most, 'character')}`;
  return least === undefined ? 'a text' : `a text of at least ${plural(least, 'character')}`;
}

/** A noun phrase that continues "… is not": `one of a, b`, `an integer from 5 to 300`, or the schema's own description. */
export function allowedBy(schema: Schema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  if (schema.description !== undefined) return schema.description;
  if (schema.anyOf !== undefined) return 'a number or a text';
  switch (schema.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return bounded('an integer', schema.minimum, schema.maximum);
    case 'array':
      return schema.items === undefined ? 'a list' : `a list whose items are each ${allowedBy(schema.items)}`;
    case 'object':
      return schema.additionalProperties === false
        ? `an object with ${Object.keys(schema.properties ?? {}).join(' or ')}`
        : 'an object';
    default:
      return stringWords(schema);
  }
}
