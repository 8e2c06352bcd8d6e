// Account limits and SSL policies (aws-limits 7, 2.1).
import { describe, expect, test } from 'vitest';
import { codeOf, inMemory } from './in-memory.ts';

describe('DescribeAccountLimits', () => {
  test('names the documented limits with their defaults', () => {
    const { Limits } = inMemory().call('DescribeAccountLimits', {});
    expect(Object.fromEntries((Limits ?? []).map(({ Name, Max }) => [Name, Max]))).toEqual({
      'application-load-balancers': '50',
      'listeners-per-application-load-balancer': '50',
      'rules-per-application-load-balancer': '100',
      'certificates-per-application-load-balancer': '25',
      'target-groups-per-application-load-balancer': '100',
      'target-groups-per-action-on-application-load-balancer': '5',
      'targets-per-application-load-balancer': '1000',
      'target-id-registrations-per-application-load-balancer': '1000',
      'target-groups': '3000',
      'targets-per-target-group': '1000',
      'condition-values-per-alb-rule': '5',
      'condition-wildcards-per-alb-rule': '6',
    });
  });

  test('tells a raised limit, and pages', () => {
    const aws = inMemory();
    aws.context.limits['application-load-balancers'] = 70;
    const names: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = aws.call('DescribeAccountLimits', { PageSize: 5, Marker });
      expect(page.Limits?.length).toBeLessThanOrEqual(5);
      names.push(...(page.Limits ?? []).map((limit) => limit.Name));
      if (Marker === undefined) expect(page.Limits?.[0]?.Max).toBe('70');
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    expect(new Set(names).size).toBe(12);
    expect(names).toHaveLength(12);
  });
});

describe('DescribeSSLPolicies', () => {
  const all = () => inMemory().call('DescribeSSLPolicies', {}).SslPolicies ?? [];

  test('46 policies, each with a name of the one form', () => {
    expect(all()).toHaveLength(46);
    for (const { Name } of all()) expect(Name).toMatch(/^ELBSecurityPolicy-[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/);
  });

  test.each<[string, string[]]>([
    ['2016-08', ['TLSv1.2', 'TLSv1.1', 'TLSv1']],
    ['TLS-1-2-2017-01', ['TLSv1.2']],
    ['FS-1-1-2019-08', ['TLSv1.2', 'TLSv1.1']],
    ['TLS13-1-3-2021-06', ['TLSv1.3']],
    ['TLS13-1-2-Res-PQ-2025-09', ['TLSv1.3', 'TLSv1.2']],
    ['TLS13-1-0-FIPS-PQ-2025-09', ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1']],
    ['TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07', ['TLSv1.3', 'TLSv1.2']],
  ])('%s speaks %o', (name, protocols) => {
    const Names = [`ELBSecurityPolicy-${name}`];
    const { SslPolicies } = inMemory().call('DescribeSSLPolicies', { Names });
    expect(SslPolicies).toHaveLength(1);
    expect(SslPolicies?.[0]?.SslProtocols).toEqual(protocols);
  });

  test('pages', () => {
    const aws = inMemory();
    const first = aws.call('DescribeSSLPolicies', { PageSize: 40 });
    const second = aws.call('DescribeSSLPolicies', { PageSize: 40, Marker: first.NextMarker });
    const names = [...(first.SslPolicies ?? []), ...(second.SslPolicies ?? [])].map(({ Name }) => Name);
    expect(names).toEqual(all().map(({ Name }) => Name));
    expect(second.NextMarker).toBeUndefined();
  });

  test('an unknown one is refused, and a gateway load balancer has none', () => {
    const aws = inMemory();
    const Names = ['ELBSecurityPolicy-2016-08', 'ELBSecurityPolicy-2099-01'];
    expect(codeOf(() => aws.call('DescribeSSLPolicies', { Names }))).toBe('SSLPolicyNotFound');
    expect(aws.call('DescribeSSLPolicies', { LoadBalancerType: 'gateway' }).SslPolicies).toEqual([]);
  });
});
