// Tests of log: the shape of a line, and that an error tells nothing of the request it belongs to.
import { expect, test } from 'vitest';
import { explained } from './log.ts';

test('of an error only what explains it', () => {
  const error = Object.assign(new Error('refused', { cause: new Error('ECONNREFUSED') }), {
    code: 'E',
    request: { headers: { authorization: 'Bearer secret' } },
  });
  const line = explained(error);
  expect(line).toEqual({
    type: 'Error',
    message: 'refused',
    code: 'E',
    stack: error.stack,
    cause: 'ECONNREFUSED',
  });
  expect(JSON.stringify(line)).not.toContain('secret');
  expect(explained('text')).toBe('text');
});
