// The generator refuses schemas that the API server could not carry.
import { expect, test } from 'vitest';
import { inSubset } from './subset.ts';

test.each([
  { type: 'string', enum: ['a'] },
  { type: 'object', properties: { a: { type: 'integer', minimum: 1 } }, additionalProperties: false },
  { anyOf: [{ type: 'integer' }, { type: 'string' }] },
  { type: 'object', additionalProperties: { type: 'array', items: { type: 'boolean' } } },
])('%j is inside', (schema) => expect(() => inSubset(schema, 'x')).not.toThrow());

test.each([
  [{ type: 'string', format: 'ipv4' }, 'x: keyword format'],
  [{ type: 'number' }, 'x: type number'],
  [{}, 'x: a schema needs a type'],
  [{ type: 'object', properties: { a: { oneOf: [] } } }, 'x.properties.a: keyword oneOf'],
  [{ type: 'array', items: { anyOf: [{ type: 'string' }] } }, 'x.items: anyOf'],
  [{ type: 'object', properties: {}, additionalProperties: { type: 'string' } }, 'x: properties and'],
  [{ type: 'string', pattern: '^(?!a)' }, 'x: pattern'],
  [true, 'x: a schema is an object'],
])('%j is outside', (schema, words) => expect(() => inSubset(schema, 'x')).toThrow(words));
