// Tests of throttle.
import { expect, test } from 'vitest';
import { LIMITS, limitsWith, type ServiceLimits, throttle, throttleIn } from './throttle.ts';

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

/** The limits that a text says; a test fails where it says none. */
function read(text: string): ServiceLimits {
  const said = throttleIn(text);
  if ('mistake' in said) throw new Error(said.mistake);
  return said.limits;
}

test('who says limits of a service says all of them; the others keep theirs (aws-model 11.1)', () => {
  const limits = limitsWith(read('Elastic Load Balancing v2:^Modify|Create=2:1,WAF Regional:.*=1:1'));
  expect(limits.filter((one) => one.service === service)).toEqual([
    { service, actions: /^Modify|Create/, perSecond: 2, burst: 1 },
  ]);
  expect(limits.filter((one) => one.service === 'wafv2')).toEqual(
    LIMITS.filter((one) => one.service === 'wafv2'),
  );
  expect(limitsWith({})).toEqual(LIMITS);
});

test('what is said holds calls back', () => {
  const said = throttle(limitsWith(read('Elastic Load Balancing v2:(?i)^modify=2:1,EC2:^Create=0.5:1')));
  const waits = (of: 'ec2' | 'elasticloadbalancing', action: string) =>
    Array.from({ length: 3 }, () => said.reserve(of, action, 0));
  expect(waits('elasticloadbalancing', 'ModifyRule')).toEqual([0, 500, 1000]);
  expect(waits('elasticloadbalancing', 'RegisterTargets')).toEqual([0, 0, 0]);
  expect(waits('ec2', 'CreateTags')).toEqual([0, 2000, 4000]);
});

test.each([
  ['EC2', 'is not of the form serviceID:regex=rate:burst'],
  ['EC2:^D=1', 'is not of the form'],
  ['EC2:^D=fast:1', '"fast" in'],
  ['EC2:^D=0:1', 'above 0'],
  ['EC2:^D=1:0', 'whole number from 1'],
  ['EC2:^D=1:1.5', 'whole number from 1'],
  ['EC2:(=1:1', 'is not a regular expression'],
])('%s: %s', (text, words) => {
  expect(throttleIn(text)).toEqual({ mistake: expect.stringContaining(words) });
});
