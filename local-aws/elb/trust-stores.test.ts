// Trust stores: names, bundles, status, quotas, users, tags (aws-limits N15, 7).
import type { CreateTrustStoreInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import { ourMappings } from '../account/tagging.ts';
import { codeOf } from './in-memory.ts';
import {
  bundleAt,
  CA_PEM,
  createBalancer,
  createStore,
  httpsListener,
  put,
  withBundles,
} from './trust-store-fixture.ts';

const ANOTHER = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:truststore/another/0123456789abcdef';

describe('CreateTrustStore refuses', () => {
  test.each<[string, Partial<CreateTrustStoreInput>, string]>([
    ['N15 empty name', { Name: '' }, 'ValidationError'],
    ['N15 33 characters', { Name: 'a'.repeat(33) }, 'ValidationError'],
    ['N15 two hyphens', { Name: 'a--b' }, 'ValidationError'],
    ['N15 hyphen last', { Name: 'a-' }, 'ValidationError'],
    ['N15 underscore', { Name: 'a_b' }, 'ValidationError'],
    ['no bucket', { CaCertificatesBundleS3Bucket: undefined }, 'ValidationError'],
    ['unknown key', bundleAt('none.pem'), 'CaCertificatesBundleNotFound'],
    ['unknown version', { CaCertificatesBundleS3ObjectVersion: '7' }, 'CaCertificatesBundleNotFound'],
    ['no PEM', bundleAt('text.pem'), 'InvalidCaCertificatesBundle'],
    ['TA3 reserved tag', { Tags: [{ Key: 'aws:a', Value: '' }] }, 'ValidationError'],
    ['TA5 repeated tag', { Tags: ['1', '2'].map((Value) => ({ Key: 'a', Value })) }, 'DuplicateTagKeys'],
  ])('%s', (_row, changes, code) => {
    const aws = withBundles();
    put(aws, 'text.pem', 'just text');
    expect(codeOf(() => aws.call('CreateTrustStore', { Name: 'a', ...bundleAt('ca.pem'), ...changes }))).toBe(
      code,
    );
    expect(aws.state.trustStores.size).toBe(0);
  });

  test('the same name again, with the same bundle too', () => {
    const aws = withBundles();
    createStore(aws);
    expect(codeOf(() => createStore(aws))).toBe('DuplicateTrustStoreName');
  });

  test('the 21st in an account', () => {
    const aws = withBundles();
    for (let n = 0; n < 20; n++) createStore(aws, `store-${n}`);
    expect(codeOf(() => createStore(aws, 'store-20'))).toBe('TooManyTrustStores');
  });
});

test('a trust store is CREATING at first, and tells what it holds', () => {
  const aws = withBundles();
  aws.context.provisioningMs = 5000;
  const { TrustStores: created } = aws.call('CreateTrustStore', { Name: 'a-1', ...bundleAt('two.pem') });
  const arn = created[0]?.TrustStoreArn ?? '';
  expect(arn).toMatch(/^arn:aws:elasticloadbalancing:us-west-2:123456789012:truststore\/a-1\/[0-9a-f]{16}$/);
  const store = { Name: 'a-1', TrustStoreArn: arn, NumberOfCaCertificates: 2, TotalRevokedEntries: 0 };
  expect(created).toEqual([{ ...store, Status: 'CREATING' }]);
  aws.context.now += 4999;
  expect(aws.call('DescribeTrustStores', {}).TrustStores).toEqual([{ ...store, Status: 'CREATING' }]);
  aws.context.now += 1;
  expect(aws.call('DescribeTrustStores', { Names: ['a-1'] }).TrustStores).toEqual([
    { ...store, Status: 'ACTIVE' },
  ]);
});

test('a version of a bundle is an object of its own', () => {
  const aws = withBundles();
  put(aws, 'ca.pem', `${CA_PEM}\n${CA_PEM}`, '7');
  const [store] = aws.call('CreateTrustStore', {
    Name: 'a',
    ...bundleAt('ca.pem'),
    CaCertificatesBundleS3ObjectVersion: '7',
  }).TrustStores;
  expect(store?.NumberOfCaCertificates).toBe(2);
});

describe('DescribeTrustStores', () => {
  test('pages in the order of creation', () => {
    const aws = withBundles();
    for (const name of ['c', 'a', 'b']) createStore(aws, name);
    const first = aws.call('DescribeTrustStores', { PageSize: 2 });
    expect(first.TrustStores?.map((store) => store.Name)).toEqual(['c', 'a']);
    const second = aws.call('DescribeTrustStores', { PageSize: 2, Marker: first.NextMarker });
    expect(second.TrustStores?.map((store) => store.Name)).toEqual(['b']);
    expect(second.NextMarker).toBeUndefined();
  });

  test.each([
    ['an unknown name', { Names: ['store', 'x'] }, 'TrustStoreNotFound'],
    ['an unknown ARN', { TrustStoreArns: [ANOTHER] }, 'TrustStoreNotFound'],
    ['what is no trust store ARN', { TrustStoreArns: ['store'] }, 'ValidationError'],
    ['names and ARNs', { Names: ['store'], TrustStoreArns: [ANOTHER] }, 'ValidationError'],
  ])('refuses %s', (_row, input, code) => {
    const aws = withBundles();
    createStore(aws);
    expect(codeOf(() => aws.call('DescribeTrustStores', input))).toBe(code);
  });
});

describe('ModifyTrustStore', () => {
  test('replaces the bundle, which GetTrustStoreCaCertificatesBundle then gives', async () => {
    const aws = withBundles();
    const TrustStoreArn = createStore(aws);
    const { TrustStores } = aws.call('ModifyTrustStore', { TrustStoreArn, ...bundleAt('two.pem') });
    expect(TrustStores[0]).toMatchObject({ NumberOfCaCertificates: 2, Status: 'ACTIVE' });
    const { Location } = aws.call('GetTrustStoreCaCertificatesBundle', { TrustStoreArn });
    expect(await (await fetch(Location ?? '')).text()).toBe(`${CA_PEM}\n${CA_PEM}`);
  });

  test('refuses what is missing, and keeps the old bundle', () => {
    const aws = withBundles();
    const TrustStoreArn = createStore(aws);
    const modify = (arn: string, key: string) =>
      codeOf(() => aws.call('ModifyTrustStore', { TrustStoreArn: arn, ...bundleAt(key) }));
    expect(modify(ANOTHER, 'two.pem')).toBe('TrustStoreNotFound');
    expect(modify(TrustStoreArn, 'none.pem')).toBe('CaCertificatesBundleNotFound');
    expect(aws.call('DescribeTrustStores', {}).TrustStores?.[0]?.NumberOfCaCertificates).toBe(1);
  });
});

test('a trust store in use names its listeners and cannot be deleted', () => {
  const aws = withBundles();
  const TrustStoreArn = createStore(aws);
  const MutualAuthentication = { Mode: 'verify', TrustStoreArn };
  const [listener] = aws.call('CreateListener', {
    ...httpsListener(createBalancer(aws), 443),
    MutualAuthentication,
  }).Listeners;
  const ListenerArn = listener?.ListenerArn ?? '';
  expect(aws.call('DescribeTrustStoreAssociations', { TrustStoreArn }).TrustStoreAssociations).toEqual([
    { ResourceArn: ListenerArn },
  ]);
  expect(codeOf(() => aws.call('DeleteTrustStore', { TrustStoreArn }))).toBe('TrustStoreInUse');
  const shared = (ResourceArn: string) =>
    codeOf(() => aws.call('DeleteSharedTrustStoreAssociation', { TrustStoreArn, ResourceArn }));
  expect(shared(ListenerArn)).toBe('DeleteAssociationSameAccount');
  expect(shared('arn:aws:elasticloadbalancing:us-west-2:2:listener/app/a/b/c')).toBe('AssociationNotFound');
  aws.call('ModifyListener', { ListenerArn, MutualAuthentication: { Mode: 'off' } });
  aws.call('DeleteTrustStore', { TrustStoreArn });
  expect(aws.call('DescribeTrustStores', {}).TrustStores).toEqual([]);
  expect(codeOf(() => createStore(aws))).toBe('accepted');
});

test('GetResourcePolicy: nothing is shared', () => {
  const aws = withBundles();
  expect(aws.call('GetResourcePolicy', { ResourceArn: createStore(aws) })).toEqual({});
  expect(codeOf(() => aws.call('GetResourcePolicy', { ResourceArn: ANOTHER }))).toBe('ResourceNotFound');
});

test('tags go with a trust store and are found by tag search', () => {
  const aws = withBundles();
  const arn = createStore(aws);
  aws.call('AddTags', { ResourceArns: [arn], Tags: [{ Key: 'team', Value: 'red' }] });
  const Tags = [{ Key: 'team', Value: 'red' }];
  expect(aws.call('DescribeTags', { ResourceArns: [arn] }).TagDescriptions).toEqual([
    { ResourceArn: arn, Tags },
  ]);
  const ResourceTypeFilters = ['elasticloadbalancing:truststore'];
  expect(ourMappings(aws.state, { ResourceTypeFilters })).toEqual([{ ResourceARN: arn, Tags }]);
  aws.call('RemoveTags', { ResourceArns: [arn], TagKeys: ['team'] });
  expect(ourMappings(aws.state, { ResourceTypeFilters })).toEqual([]);
});
