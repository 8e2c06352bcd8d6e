// Revocation lists of trust stores: contents, ids, quotas (aws-limits 7).
import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from './in-memory.ts';
import { CA_PEM, createStore, put, revocationList, withBundles } from './trust-store-fixture.ts';

let one = '';
let three = '';
let sha1 = '';
beforeAll(async () => {
  one = await revocationList(1);
  three = await revocationList(3);
  sha1 = await revocationList(1, 'SHA-1');
});

function setUp() {
  const aws = withBundles();
  put(aws, 'one.crl', one);
  put(aws, 'three.crl', three);
  put(aws, 'sha1.crl', sha1);
  const TrustStoreArn = createStore(aws);
  const add = (...keys: string[]) =>
    aws.call('AddTrustStoreRevocations', {
      TrustStoreArn,
      RevocationContents: keys.map((S3Key) => ({ S3Bucket: 'pki', S3Key })),
    }).TrustStoreRevocations;
  const ids = () =>
    aws
      .call('DescribeTrustStoreRevocations', { TrustStoreArn })
      .TrustStoreRevocations?.map((list) => list.RevocationId);
  const total = () => aws.call('DescribeTrustStores', {}).TrustStores?.[0]?.TotalRevokedEntries;
  return { aws, TrustStoreArn, add, ids, total };
}

test('lists are counted, and ids are never used again', () => {
  const { aws, TrustStoreArn, add, ids, total } = setUp();
  expect(add('one.crl', 'three.crl')).toEqual([
    { TrustStoreArn, RevocationId: 1, RevocationType: 'CRL', NumberOfRevokedEntries: 1 },
    { TrustStoreArn, RevocationId: 2, RevocationType: 'CRL', NumberOfRevokedEntries: 3 },
  ]);
  expect(total()).toBe(4);
  aws.call('RemoveTrustStoreRevocations', { TrustStoreArn, RevocationIds: [2] });
  expect(total()).toBe(1);
  add('one.crl');
  expect(ids()).toEqual([1, 3]);
});

test('the content is what was added, also when S3 has changed', async () => {
  const { aws, TrustStoreArn, add } = setUp();
  add('three.crl');
  put(aws, 'three.crl', one);
  const { Location } = aws.call('GetTrustStoreRevocationContent', { TrustStoreArn, RevocationId: 1 });
  expect(await (await fetch(Location ?? '')).text()).toBe(three);
});

describe('refuses', () => {
  test.each([
    ['an unknown file', 'none.crl', 'RevocationContentNotFound'],
    ['a certificate', 'ca.pem', 'InvalidRevocationContent'],
    ['a SHA-1 signature', 'sha1.crl', 'InvalidRevocationContent'],
  ])('%s, and then adds none of the call', (_row, key, code) => {
    const { add, ids } = setUp();
    expect(codeOf(() => add('one.crl', key))).toBe(code);
    expect(ids()).toEqual([]);
  });

  test('no file at all', () => {
    const { add } = setUp();
    expect(codeOf(() => add())).toBe('ValidationError');
  });

  test('more lists or revoked certificates than the quotas', () => {
    const { aws, add } = setUp();
    aws.context.limits['revocation-lists-per-trust-store'] = 2;
    expect(codeOf(() => add('one.crl', 'one.crl', 'one.crl'))).toBe('TooManyTrustStoreRevocationEntries');
    aws.context.limits['revocation-entries-per-trust-store'] = 4;
    expect(codeOf(() => add('one.crl', 'three.crl'))).toBe('accepted');
    aws.context.limits['revocation-lists-per-trust-store'] = 3;
    expect(codeOf(() => add('one.crl'))).toBe('TooManyTrustStoreRevocationEntries');
  });

  test('ids that do not exist', () => {
    const { aws, TrustStoreArn, add, ids } = setUp();
    add('one.crl');
    const RevocationIds = [1, 2];
    expect(codeOf(() => aws.call('DescribeTrustStoreRevocations', { TrustStoreArn, RevocationIds }))).toBe(
      'RevocationIdNotFound',
    );
    expect(codeOf(() => aws.call('RemoveTrustStoreRevocations', { TrustStoreArn, RevocationIds }))).toBe(
      'RevocationIdNotFound',
    );
    expect(codeOf(() => aws.call('GetTrustStoreRevocationContent', { TrustStoreArn, RevocationId: 2 }))).toBe(
      'RevocationIdNotFound',
    );
    expect(ids()).toEqual([1]);
  });
});

test('a bundle is no revocation list', () => {
  const { aws, add } = setUp();
  put(aws, 'mixed.crl', `${one}\n${CA_PEM}`);
  expect(codeOf(() => add('mixed.crl'))).toBe('InvalidRevocationContent');
});
