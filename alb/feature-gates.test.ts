// Feature gates.
import { expect, test } from 'vitest';
import { FIXED_GATES, GATES, gatesOf, IDLE_GATES } from './feature-gates.ts';

test('what is said of a gate counts, the others stand as they do in the LBC', () => {
  expect(gatesOf({ ALBSingleSubnet: true, EnableRGTAPI: true, ListenerRulesTagging: true })).toEqual({
    gates: { ...GATES, ALBSingleSubnet: true },
    mistakes: [],
    notices: [],
  });
});

test('all gates of the LBC v3.5 are known (aws-model 12.2)', () => {
  const names = [GATES, FIXED_GATES, IDLE_GATES].flatMap((gates) => Object.keys(gates));
  expect(new Set(names).size).toBe(23);
  for (const name of names) {
    const positions = [true, false].map((on) => gatesOf({ [name]: on }).mistakes.length);
    expect(Math.min(...positions), name).toBe(0);
  }
});

test.each([
  ['NLBGatewayAPI', true, 'NLBGatewayAPI=true: Gateways are not served here'],
  ['GlobalAcceleratorController', true, 'accelerators are not made here'],
  ['IngressPlanAnnotation', true, 'albatross plan'],
  ['EnableIPTargetType', false, 'EnableIPTargetType=false: an Ingress that says target-type ip'],
])('%s=%s is told: %s', (name, on, words) => {
  expect(gatesOf({ [name]: on }).notices).toEqual([expect.stringContaining(words)]);
  expect(gatesOf({ [name]: !on }).notices).toEqual([]);
});

test.each([
  ['ListenerRulesTagging', false, 'ListenerRulesTagging is always true'],
  ['EnableCertificateManagement', true, 'EnableCertificateManagement is always false'],
  ['AlbSingleSubnet', true, 'there is no gate AlbSingleSubnet.'],
  ['constructor', true, 'there is no gate constructor.'],
])('%s=%s: %s', (name, on, words) => {
  expect(gatesOf({ [name]: on }).mistakes).toEqual([expect.stringContaining(words)]);
});
