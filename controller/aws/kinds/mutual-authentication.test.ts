// Mutual authentication: what counts as the same, and there and back.
import { expect, test } from 'vitest';
import { sameMutual } from '../../../alb/kinds/mutual-authentication.ts';
import type { MutualAuthentication } from '../../../api/aws.ts';
import { mutualFromAws, mutualToAws } from './mutual-authentication.ts';

const verify: MutualAuthentication = { mode: 'verify', trustStoreArn: 'arn:x' };

test.each<[string, MutualAuthentication | undefined, MutualAuthentication | undefined, boolean]>([
  ['nothing wanted is left as it is', undefined, verify, true],
  ['off and nothing', { mode: 'off' }, undefined, true],
  ['off and verify', { mode: 'off' }, verify, false],
  ['passthrough', { mode: 'passthrough' }, { mode: 'passthrough' }, true],
  ['defaults said aloud', verify, { ...verify, ignoreExpiry: false, advertiseCaNames: 'off' }, true],
  ['another trust store', verify, { ...verify, trustStoreArn: 'arn:y' }, false],
  ['another option', { ...verify, ignoreExpiry: true }, verify, false],
])('%s', (_, wanted, found, same) => expect(sameMutual(wanted, found)).toBe(same));

test('what is sent is found again; an empty trust store is none', () => {
  const wanted: MutualAuthentication = { ...verify, ignoreExpiry: true, advertiseCaNames: 'on' };
  expect(mutualFromAws(mutualToAws(wanted))).toEqual(wanted);
  expect(mutualToAws({ mode: 'passthrough' })).toEqual({ Mode: 'passthrough' });
  expect(mutualFromAws({ Mode: 'passthrough', TrustStoreArn: '' })).toEqual({ mode: 'passthrough' });
});
