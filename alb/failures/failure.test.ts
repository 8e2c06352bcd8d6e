// Tests of errors.
import { describe, expect, test } from 'vitest';
import { AwsFailure, failureOf, isFailure, kindOf } from './failure.ts';

describe('the kind is decided by the code', () => {
  test.each([
    ['TargetGroupNotFound', 'notFound'],
    ['InvalidGroup.NotFound', 'notFound'],
    ['InvalidSubnetID.NotFound', 'notFound'],
    ['ResourceInUse', 'inUse'],
    ['DependencyViolation', 'inUse'],
    ['PriorityInUse', 'inUse'],
    ['DuplicateLoadBalancerName', 'duplicate'],
    ['DuplicateListener', 'duplicate'],
    ['InvalidGroup.Duplicate', 'duplicate'],
    ['InvalidPermission.Duplicate', 'duplicate'],
    ['Throttling', 'throttled'],
    ['RequestLimitExceeded', 'throttled'],
    ['TooManyRequests', 'throttled'],
    ['TooManyRules', 'limit'],
    ['TargetGroupAssociationLimit', 'limit'],
    ['RulesPerSecurityGroupLimitExceeded', 'limit'],
    ['AccessDenied', 'denied'],
    ['UnauthorizedOperation', 'denied'],
    ['ServiceUnavailable', 'unavailable'],
    ['ValidationError', 'refused'],
    ['OperationNotPermitted', 'refused'],
  ])('%s is %s', (code, kind) => {
    expect(kindOf(code)).toBe(kind);
  });
});

test('an SDK error loses its suffix and keeps its words', () => {
  const thrown = Object.assign(new Error('already there'), {
    name: 'DuplicateListenerException',
    $metadata: { httpStatusCode: 400 },
  });
  expect(failureOf('CreateListener', thrown)).toMatchObject({
    action: 'CreateListener',
    code: 'DuplicateListener',
    kind: 'duplicate',
    message: 'already there',
    status: 400,
  });
});

test.each([
  ['no answer', Object.assign(new Error('connect ECONNREFUSED'), { name: 'Error' }), 'unavailable'],
  [
    'a broken server',
    Object.assign(new Error('?'), { name: 'Oops', $metadata: { httpStatusCode: 502 } }),
    'unavailable',
  ],
  [
    'a strange refusal',
    Object.assign(new Error('?'), { name: 'Oops', $metadata: { httpStatusCode: 400 } }),
    'refused',
  ],
])('%s', (_name, thrown, kind) => {
  expect(failureOf('DescribeRules', thrown).kind).toBe(kind);
});

test('a failure is not wrapped twice', () => {
  const failure = new AwsFailure({ action: 'A', code: 'C', message: 'm', kind: 'limit', status: 400 });
  expect(failureOf('B', failure)).toBe(failure);
  expect(isFailure(failure, 'limit', 'denied')).toBe(true);
  expect(isFailure(failure, 'denied')).toBe(false);
  expect(isFailure(failure)).toBe(true);
  expect(isFailure(new Error('no answer'))).toBe(false);
  expect(isFailure(new Error('limit'), 'limit')).toBe(false);
});
