// Certificates as ACM lists them: key types, pages, users.
import { describe, expect, test } from 'vitest';
import { codeOf } from '../elb/in-memory.ts';
import { emptyState } from '../elb/state.ts';
import { structureOf } from '../protections/input.ts';
import { certificatePage, listRequest } from './acm.ts';

const arns = (page: object) => {
  const { CertificateSummaryList: list } = structureOf(page);
  return Array.isArray(list) ? list.map((one) => structureOf(one).CertificateArn) : [];
};
const list = ['arn:c', 'arn:a', 'arn:b', 'arn:d'].map((CertificateArn) => ({ CertificateArn }));

test('only RSA keys of 1024 and 2048 bits are listed unless others are asked for', () => {
  const usual = { Includes: { keyTypes: ['RSA_1024', 'RSA_2048'] } };
  expect(listRequest({})).toEqual(usual);
  expect(listRequest({ Includes: { keyTypes: [] }, MaxItems: 3, NextToken: 'x' })).toEqual(usual);
  const asked = { CertificateStatuses: ['ISSUED'], Includes: { keyTypes: ['EC_prime256v1'] } };
  expect(listRequest(asked)).toEqual(asked);
});

describe('pages', () => {
  const first = structureOf(certificatePage(list, { MaxItems: 2 }, emptyState()));

  test('follow each other in the order of the list', () => {
    expect(arns(first)).toEqual(['arn:c', 'arn:a']);
    const second = certificatePage(list, { MaxItems: 2, NextToken: first.NextToken }, emptyState());
    expect(arns(second)).toEqual(['arn:b', 'arn:d']);
    expect(second).not.toHaveProperty('NextToken');
  });

  test('go on where they were when the last certificate is gone', () => {
    const rest = list.filter((one) => one.CertificateArn !== 'arn:a');
    expect(arns(certificatePage(rest, { NextToken: first.NextToken }, emptyState()))).toEqual([
      'arn:b',
      'arn:d',
    ]);
  });

  test.each([{ MaxItems: 0 }, { MaxItems: 1001 }, { NextToken: 'x' }])('%j is refused', (input) => {
    expect(codeOf(() => certificatePage(list, input, emptyState()))).toBe('ValidationException');
  });
});
