// Which roles the local AWS lets be assumed.
import { expect, test } from 'vitest';
import { admitsExternalId } from './assume-role.ts';

const asking = (id: string | readonly string[]) => ({
  Effect: 'Allow',
  Condition: { StringEquals: { 'sts:ExternalId': id } },
});

test.each([
  ['no condition', { Effect: 'Allow' }, null, true],
  ['the id', asking('x'), 'x', true],
  ['one of several', asking(['x', 'y']), 'y', true],
  ['another one', asking('x'), 'y', false],
  ['none', asking('x'), null, false],
  ['a denial', { Effect: 'Deny' }, null, false],
])('%s', (_, statement, given, admitted) => {
  expect(admitsExternalId(statement, given)).toBe(admitted);
});
