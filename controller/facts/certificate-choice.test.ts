// Tests of certificate-choice.
import { expect, test } from 'vitest';
import { chooseCertificates, covers } from './certificate-choice.ts';

test.each([
  ['shop.example.com', 'shop.example.com', true],
  ['Shop.example.com', 'shop.example.com', false],
  ['*.example.com', 'shop.example.com', true],
  ['*.example.com', 'example.com', false],
  ['*.example.com', 'a.shop.example.com', false],
  ['*.example.com', '*.example.com', true],
  ['*.example.com', '.example.com', false],
])('%s covers %s: %s', (domain, host, expected) => {
  expect(covers(domain, host)).toBe(expected);
});

test('every matching certificate for every host, in ARN order (aws-model 7.1)', () => {
  const certificates = [
    { arn: 'c', domains: ['*.example.com'] },
    { arn: 'a', domains: ['other.org', 'shop.example.com'] },
    { arn: 'b', domains: ['unrelated.net'] },
  ];
  expect(chooseCertificates(['shop.example.com', 'api.example.com', 'x.y'], certificates)).toEqual({
    arns: ['a', 'c'],
    uncovered: ['x.y'],
  });
});
