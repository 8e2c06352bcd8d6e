// Mutual authentication of listeners (aws-limits N14 to N18; moto-coverage 3).
import type { MutualAuthenticationAttributes } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import { codeOf } from './in-memory.ts';
import { createBalancer, createStore, httpsListener, withBundles } from './trust-store-fixture.ts';

function setUp() {
  const aws = withBundles();
  const store = createStore(aws);
  const lb = createBalancer(aws);
  const listen = (MutualAuthentication: MutualAuthenticationAttributes, port = 443) => {
    const input = { ...httpsListener(lb, port), MutualAuthentication };
    return aws.call('CreateListener', input).Listeners[0];
  };
  return { aws, lb, store, listen };
}

describe('is read back with its defaults', () => {
  test.each<[string, (store: string) => MutualAuthenticationAttributes, object]>([
    ['nothing', () => ({}), { Mode: 'off' }],
    ['off', () => ({ Mode: 'off' }), { Mode: 'off' }],
    ['off with empty settings', () => ({ Mode: 'off', TrustStoreArn: '' }), { Mode: 'off' }],
    [
      'N16 off without ignoring',
      () => ({ Mode: 'off', IgnoreClientCertificateExpiry: false }),
      { Mode: 'off' },
    ],
    [
      'N17 passthrough',
      () => ({ Mode: 'passthrough', AdvertiseTrustStoreCaNames: 'off' }),
      { Mode: 'passthrough' },
    ],
    [
      'verify',
      (TrustStoreArn) => ({ Mode: 'verify', TrustStoreArn }),
      { IgnoreClientCertificateExpiry: false, AdvertiseTrustStoreCaNames: 'off' },
    ],
    [
      'verify with everything',
      (TrustStoreArn) => ({
        ...{ Mode: 'verify', TrustStoreArn },
        ...{ IgnoreClientCertificateExpiry: true, AdvertiseTrustStoreCaNames: 'on' },
      }),
      { IgnoreClientCertificateExpiry: true, AdvertiseTrustStoreCaNames: 'on' },
    ],
  ])('%s', (_row, asked, answer) => {
    const { aws, lb, store, listen } = setUp();
    const verified = { Mode: 'verify', TrustStoreArn: store, TrustStoreAssociationStatus: 'active' };
    const expected = 'Mode' in answer ? answer : { ...verified, ...answer };
    expect(listen(asked(store))?.MutualAuthentication).toEqual(expected);
    const { Listeners } = aws.call('DescribeListeners', { LoadBalancerArn: lb });
    expect(Listeners?.[0]?.MutualAuthentication).toEqual(expected);
  });

  test('and stays when a change does not name it', () => {
    const { aws, store, listen } = setUp();
    const listener = listen({ Mode: 'verify', TrustStoreArn: store });
    const [changed] = aws.call('ModifyListener', { ListenerArn: listener?.ListenerArn, Port: 444 }).Listeners;
    expect(changed?.MutualAuthentication).toEqual(listener?.MutualAuthentication);
  });
});

describe('refuses', () => {
  const elsewhere = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:truststore/store/0123456789abcdef';
  test.each<[string, MutualAuthenticationAttributes, string]>([
    ['N14 mode', { Mode: 'on' }, 'ValidationError'],
    ['N15 verify without a store', { Mode: 'verify' }, 'ValidationError'],
    ['N15 an empty store', { Mode: 'verify', TrustStoreArn: '' }, 'ValidationError'],
    ['N15 a name', { Mode: 'verify', TrustStoreArn: 'store' }, 'ValidationError'],
    ['N15 another Region', { Mode: 'verify', TrustStoreArn: elsewhere }, 'TrustStoreNotFound'],
    ['N15 off with a store', { Mode: 'off', TrustStoreArn: elsewhere }, 'ValidationError'],
    ['N15 passthrough with a store', { Mode: 'passthrough', TrustStoreArn: elsewhere }, 'ValidationError'],
    ['N16 passthrough', { Mode: 'passthrough', IgnoreClientCertificateExpiry: true }, 'ValidationError'],
    ['N17 off', { Mode: 'off', AdvertiseTrustStoreCaNames: 'on' }, 'ValidationError'],
  ])('%s', (_row, asked, code) => {
    const { aws, listen } = setUp();
    expect(codeOf(() => listen(asked))).toBe(code);
    expect(aws.state.listeners.size).toBe(0);
  });

  test('N14 an HTTP listener', () => {
    const { aws, lb } = setUp();
    const { Certificates: _none, ...http } = httpsListener(lb, 80);
    const input = { ...http, Protocol: 'HTTP' as const, MutualAuthentication: { Mode: 'off' } };
    expect(codeOf(() => aws.call('CreateListener', input))).toBe('ValidationError');
  });

  test('N15 a trust store that is still being created', () => {
    const { aws, listen } = setUp();
    aws.context.provisioningMs = 1000;
    const TrustStoreArn = createStore(aws, 'late');
    expect(codeOf(() => listen({ Mode: 'verify', TrustStoreArn }))).toBe('TrustStoreNotReady');
    aws.context.now += 1000;
    expect(codeOf(() => listen({ Mode: 'verify', TrustStoreArn }))).toBe('accepted');
  });

  test('N18 a third verifying listener, but no third of another mode', () => {
    const { store, listen } = setUp();
    const verify = { Mode: 'verify', TrustStoreArn: store };
    listen(verify, 1);
    listen(verify, 2);
    expect(codeOf(() => listen(verify, 3))).toBe('InvalidConfigurationRequest');
    expect(codeOf(() => listen({ Mode: 'passthrough' }, 3))).toBe('accepted');
  });

  test('N3 a repeat that differs in one setting of it', () => {
    const { store, listen } = setUp();
    const verify = { Mode: 'verify', TrustStoreArn: store };
    const first = listen(verify);
    expect(listen(verify)?.ListenerArn).toBe(first?.ListenerArn);
    expect(codeOf(() => listen({ ...verify, IgnoreClientCertificateExpiry: true }))).toBe(
      'DuplicateListener',
    );
  });
});
