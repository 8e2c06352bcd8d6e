// Tests of throttle.
import { expect, test } from 'vitest';
import { throttle } from './throttle.ts';

const service = 'elasticloadbalancing';

test('a burst leaves at once, then calls leave at the rate, in order', () => {
  const limits = throttle([{ service, actions: /^Modify/, perSecond: 2, burst: 3 }]);
  const waits = Array.from({ length: 6 }, () => limits.reserve(service, 'ModifyRule', 0));
  expect(waits).toEqual([0, 0, 0, 500, 1000, 1500]);
});

test('tokens come back with time, never more than the burst', () => {
  const limits = throttle([{ service, actions: /^Modify/, perSecond: 2, burst: 3 }]);
  for (let n = 0; n < 3; n += 1) limits.reserve(service, 'ModifyRule', 0);
  const waits = Array.from({ length: 4 }, () => limits.reserve(service, 'ModifyRule', 60_000));
  expect(waits).toEqual([0, 0, 0, 500]);
});

test('other actions and services are not held back', () => {
  const limits = throttle([{ service, actions: /^Modify/, perSecond: 1, burst: 1 }]);
  limits.reserve(service, 'ModifyRule', 0);
  expect(limits.reserve(service, 'CreateRule', 0)).toBe(0);
  expect(limits.reserve('ec2', 'ModifyRule', 0)).toBe(0);
});

test('the default limits hold back the 21st registration (aws-model 11.1)', () => {
  const limits = throttle();
  const waits = Array.from({ length: 21 }, () => limits.reserve(service, 'RegisterTargets', 0));
  expect(waits.at(19)).toBe(0);
  expect(waits.at(20)).toBe(250);
});
