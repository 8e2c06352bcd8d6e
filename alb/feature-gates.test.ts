// Feature gates.
import { expect, test } from 'vitest';
import { GATES, gatesOf } from './feature-gates.ts';

test('what is said of a gate counts, the others stand as they do in the LBC', () => {
  expect(gatesOf({ ALBSingleSubnet: true, EnableRGTAPI: true, ListenerRulesTagging: true })).toEqual({
    gates: { ...GATES, ALBSingleSubnet: true },
    mistakes: [],
  });
});

test.each([
  ['ListenerRulesTagging', false, 'ListenerRulesTagging is always true'],
  ['EnableCertificateManagement', true, 'EnableCertificateManagement is always false'],
  ['AlbSingleSubnet', true, 'there is no gate AlbSingleSubnet.'],
  ['constructor', true, 'there is no gate constructor.'],
])('%s=%s: %s', (name, on, words) => {
  expect(gatesOf({ [name]: on }).mistakes).toEqual([expect.stringContaining(words)]);
});
