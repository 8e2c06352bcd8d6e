// Tables of the encodings (spec annotations 1, 1.1, 1.2).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Schema } from '../annotation.ts';
import { decode, encodingOf, trim } from './decode.ts';

const decoded = (schema: Schema, text: string): unknown => {
  const answer = decode(schema, text);
  return 'value' in answer ? answer.value : 'no';
};

const LIST: Schema = { type: 'array', items: { type: 'string' } };
const MAP: Schema = { type: 'object', additionalProperties: { type: 'string' } };
const PORTS: Schema = {
  type: 'array',
  items: { type: 'object', properties: { HTTP: { type: 'integer' } }, additionalProperties: false },
};
const STRUCT: Schema = {
  type: 'object',
  required: ['type'],
  properties: {
    type: { type: 'string' },
    sourceIPConfig: { type: 'object', properties: { values: LIST } },
    nested: { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'string' } } },
    extra: { type: 'object', additionalProperties: { type: 'string' } },
    port: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
    on: { type: 'boolean' },
  },
};

test('the schema chooses the encoding', () => {
  const encodings = [
    { type: 'boolean' },
    { type: 'integer' },
    { type: 'string' },
    LIST,
    MAP,
    PORTS,
    STRUCT,
  ] as const;
  expect(encodings.map(encodingOf)).toEqual([
    'bool',
    'int32',
    'string',
    'stringList',
    'stringMap',
    'json',
    'json',
  ]);
});

describe('bool', () => {
  test.each(['1', 't', 'T', 'true', 'True', 'TRUE'])('%s', (text) => {
    expect(decoded({ type: 'boolean' }, text)).toBe(true);
  });
  test.each(['0', 'f', 'F', 'false', 'False', 'FALSE'])('%s', (text) => {
    expect(decoded({ type: 'boolean' }, text)).toBe(false);
  });
  test.each(['', ' true', 'yes', 'tRue', '2'])('"%s" is none', (text) => {
    expect(decoded({ type: 'boolean' }, text)).toBe('no');
  });
});

describe('int32', () => {
  test.each([
    ['0', 0],
    ['-0', 0],
    ['+5', 5],
    ['-1000', -1000],
    ['007', 7],
    ['2147483647', 2147483647],
    ['-2147483648', -2147483648],
  ])('%s', (text, value) => expect(decoded({ type: 'integer' }, text)).toBe(value));
  test.each(['', ' 1', '1 ', '1_0', '1.0', '1e3', '0x3', '+-1', '２', '2147483648', '1\n', '9'.repeat(400)])(
    '"%s" is none',
    (text) => expect(decoded({ type: 'integer' }, text)).toBe('no'),
  );
  test('a number with its unit is suggested without it', () => {
    expect(decode({ type: 'integer', minimum: 5, maximum: 300 }, '30s')).toEqual({
      misfits: [{ at: [], value: '30s', allowed: 'an integer from 5 to 300', suggestion: '30' }],
    });
  });
});

describe('int64, where the bounds are wider than 32 bits', () => {
  const seconds: Schema = { type: 'integer', maximum: Number.MAX_SAFE_INTEGER };
  test.each([
    ['0', 0],
    ['-0', 0],
    ['+0003600', 3600],
    ['-3', -3],
    ['9007199254740993', Number.MAX_SAFE_INTEGER],
    ['9223372036854775807', Number.MAX_SAFE_INTEGER],
    ['-9223372036854775808', -Number.MAX_SAFE_INTEGER],
    ['9223372036854775808', 'no'],
    ['-9223372036854775809', 'no'],
    ['1'.repeat(100_000), 'no'],
    ['1.0', 'no'],
    ['1h', 'no'],
    ['', 'no'],
  ])('%s', (text, value) => {
    expect(decoded(seconds, text)).toBe(value);
  });
});

test('string: kept byte for byte', () => expect(decoded({ type: 'string' }, ' a ')).toBe(' a '));

describe('stringList', () => {
  test.each([
    ['', []],
    [' , ,', []],
    ['b, a ,b', ['b', 'a', 'b']],
    ['\u0085a\u00a0,\u3000b', ['a', 'b']],
    ['\ufeffa', ['\ufeffa']],
  ])('%j', (text, value) => expect(decoded(LIST, text)).toEqual(value));
});

test('trim is Go’s', () => expect(trim('\u2028 x\u1680\v')).toBe('x'));

describe('stringMap', () => {
  test.each([
    ['', {}],
    ['a=b', { a: 'b' }],
    ['a = b , c=', { a: 'b', c: '' }],
    ['a=b,', { a: 'b,' }],
    ['a=b, ', { a: 'b,' }],
    ['a=b\\,c', { a: 'b,c' }],
    ['a=b=c', { a: 'b=c' }],
    ['a\\=b=c', { a: 'b=c' }],
    ['a=x\\\\y', { a: 'x\\y' }],
    ['a=x\\', { a: 'x\\' }],
    ['a=1,a=2', { a: '2' }],
  ])('%j', (text, value) => expect(decoded(MAP, text)).toEqual(value));
  test.each(['  ', 'a', 'a=b,,', ',a=b', 'a=b,,c=d', 'a=b,c', '=b'])('"%s" is none', (text) => {
    expect(decoded(MAP, text)).toBe('no');
  });
  test('names of built-in members are ordinary keys', () => {
    const value = decoded(MAP, '__proto__=a,constructor=b') as object;
    expect(Object.entries(value)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });
});

describe('json', () => {
  test.each([
    ['{"type":"a"}', { type: 'a' }],
    ['{"TYPE":"a"}', { type: 'a' }],
    [
      '{"\u017fourceIpConfig":{"Value\u017f":["x"]},"type":"a"}',
      { type: 'a', sourceIPConfig: { values: ['x'] } },
    ],
    ['{"type":"a","unknown":{"deep":[1,{}]}}', { type: 'a' }],
    ['{"type":"a","Type":"b"}', { type: 'b' }],
    ['{"type":"a","type":null}', { type: 'a' }],
    ['{"nested":{"a":1,"b":"x"},"nested":{"a":2}}', { nested: { a: 2, b: 'x' } }],
    ['{"extra":{"k":"1","l":"2"},"extra":{"k":"3"}}', { extra: { k: '3', l: '2' } }],
    ['{"nested":{"a":1},"nested":null}', {}],
    ['{"port":80}', { port: 80 }],
    ['{"port":"80"}', { port: '80' }],
    ['null', {}],
    [' \n{ } \t', {}],
    ['{"type":"\\ud800"}', { type: '\ufffd' }],
  ])('%s', (text, value) => expect(decoded(STRUCT, text)).toEqual(value));
  test.each([
    '',
    '{',
    '{"type":1}',
    '{"type":"a"} x',
    "{'type':'a'}",
    '{"type":"a",}',
    '{"on":"true"}',
    '{"nested":{"a":80.0}}',
    '{"nested":{"a":8e1}}',
    '{"nested":{"a":01}}',
    '{"nested":{"a":2147483648}}',
    '{"port":1.5}',
    '[]',
    '\ufeff{}',
    '\u00a0{}',
    '{"type":"a\nb"}',
    '{"type":"a',
  ])('%j is none', (text) => expect(decoded(STRUCT, text)).toBe('no'));
  test.each([
    ['[{"HTTP":80}]', [{ HTTP: 80 }]],
    ['[{"\\u0048TTP":80}]', [{ HTTP: 80 }]],
    ['[{"HTTP":80,"HTTP":81}]', [{ HTTP: 81 }]],
    ['[null]', [{}]],
    ['null', []],
    ['[{"HTTP":null}]', [{ HTTP: 0 }]],
  ])('%s', (text, value) => expect(decoded(PORTS, text)).toEqual(value));
  test('keys of a closed map keep their letter case, unknown ones stay for the check to name', () => {
    expect(decoded(PORTS, '[{"http":80}]')).toEqual([{ http: '80' }]);
  });
  test('every wrong part is told, with its place', () => {
    const answer = decode(STRUCT, '{"type":1,"nested":{"a":"1"},"sourceIPConfig":{"values":[1,"x",2]}}');
    expect('misfits' in answer ? answer.misfits.map((misfit) => misfit.at.join('.')) : []).toEqual([
      'type',
      'nested.a',
      'sourceIPConfig.values.0',
      'sourceIPConfig.values.2',
    ]);
  });
  test('depth is bounded', () => {
    expect(decoded(STRUCT, `{"x":${'['.repeat(200_000)}`)).toBe('no');
    expect(decoded(STRUCT, `{"type":"a","x":${'['.repeat(900)}${']'.repeat(900)}}`)).toEqual({ type: 'a' });
  });
});

test('agrees with JSON.parse on any JSON', () => {
  const any: Schema = {
    type: 'object',
    additionalProperties: { type: 'object', additionalProperties: { type: 'integer' } },
  };
  const json = fc.dictionary(
    fc.string(),
    fc.dictionary(fc.string(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  );
  fc.assert(
    fc.property(json, fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(decoded(any, text)).toEqual(JSON.parse(text));
    }),
  );
});

test('time is linear in the text', () => {
  const long = 250_000;
  const began = process.cpuUsage();
  for (const text of [
    `a${' '.repeat(long)}b`,
    'k=v,'.repeat(long / 4),
    ','.repeat(long),
    '\\'.repeat(long),
  ]) {
    decode(MAP, text);
    decode(LIST, text);
    decode(STRUCT, `{"type":"${text.replaceAll('\\', '\\\\')}"`);
  }
  // Microseconds of our own, so that a busy machine changes nothing.
  expect(process.cpuUsage(began).user).toBeLessThan(3_000_000);
});
