// Security groups and their rules: names, networks as EC2 keeps them, ports, rules that are there twice.
import { describe, expect, test } from 'vitest';
import { codeOf } from '../elb/in-memory.ts';
import { canonicalCidr, checkNewGroup, checkNewRules, withCanonicalNetworks } from './group-rules.ts';

describe('canonicalCidr', () => {
  test.each([
    ['100.68.0.18/18', '100.68.0.0/18'],
    ['10.1.2.3/32', '10.1.2.3/32'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    ['192.168.255.255/23', '192.168.254.0/23'],
    ['2001:DB8:0:0:1::1/64', '2001:db8::/64'],
    ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
    ['::/0', '::/0'],
    ['::ffff:10.0.0.1/128', '::ffff:a00:1/128'],
    ['1:2:3:4:5:6:7:8/112', '1:2:3:4:5:6:7:0/112'],
  ])('%s is kept as %s', (text, kept) => {
    expect(canonicalCidr(text)).toBe(kept);
  });

  test.each(['10.0.0.1', '10.0.0.0/33', 'x/8', ''])('%s is no network', (text) => {
    expect(canonicalCidr(text)).toBeUndefined();
  });
});

test('networks are rewritten wherever a call has them, and nothing else is', () => {
  const form = new URLSearchParams({
    GroupId: 'sg-1',
    CidrIp: '10.1.1.1/8',
    'IpPermissions.1.IpRanges.2.CidrIp': '10.1.1.1/16',
    'IpPermissions.1.Ipv6Ranges.1.CidrIpv6': '2001:db8::1/32',
    'SecurityGroupRule.1.SecurityGroupRule.CidrIpv4': '10.1.1.1/24',
    'IpPermissions.1.IpRanges.2.Description': '10.1.1.1/8',
    'IpPermissions.1.IpRanges.3.CidrIp': 'nonsense',
  });
  expect([...withCanonicalNetworks(form).values()]).toEqual([
    'sg-1',
    '10.0.0.0/8',
    '10.1.0.0/16',
    '2001:db8::/32',
    '10.1.1.0/24',
    '10.1.1.1/8',
    'nonsense',
  ]);
});

describe('checkNewGroup', () => {
  test.each([
    ['k8s-shop_1.a:/()#,@[]+=&;{}!$*', 'x', 'accepted'],
    ['a'.repeat(255), 'x', 'accepted'],
    ['a'.repeat(256), 'x', 'InvalidParameterValue'],
    ['sg-shop', 'x', 'InvalidParameterValue'],
    ['größe', 'x', 'InvalidParameterValue'],
    ['default', 'x', 'InvalidGroup.Reserved'],
    ['shop', '', 'MissingParameter'],
    ['shop', 'a'.repeat(256), 'InvalidParameterValue'],
    ['shop', '<x>', 'InvalidParameterValue'],
  ])('%s with description %s: %s', (GroupName, GroupDescription, expected) => {
    expect(codeOf(() => checkNewGroup(new URLSearchParams({ GroupName, GroupDescription })))).toBe(expected);
  });
});

describe('checkNewRules', () => {
  const rule = (at: number, changes: Record<string, string> = {}) =>
    Object.fromEntries(
      Object.entries({
        IpProtocol: 'tcp',
        FromPort: '80',
        ToPort: '80',
        'IpRanges.1.CidrIp': '10.0.0.0/8',
        ...changes,
      }).map(([name, value]) => [`IpPermissions.${at}.${name}`, value]),
    );
  test.each<[string, Record<string, string>, string]>([
    ['one rule', rule(1), 'accepted'],
    ['two ports', { ...rule(1), ...rule(2, { FromPort: '443', ToPort: '443' }) }, 'accepted'],
    ['a rule twice', { ...rule(1), ...rule(2) }, 'InvalidParameterValue'],
    ['a network twice in one rule', rule(1, { 'IpRanges.2.CidrIp': '10.0.0.0/8' }), 'InvalidParameterValue'],
    ['port 70000', rule(1, { ToPort: '70000' }), 'InvalidParameterValue'],
    ['port -1 of tcp', rule(1, { FromPort: '-1', ToPort: '-1' }), 'InvalidParameterValue'],
    ['a range backwards', rule(1, { FromPort: '81' }), 'InvalidParameterValue'],
    ['every protocol', rule(1, { IpProtocol: '-1', FromPort: '-1', ToPort: '-1' }), 'accepted'],
    ['a description with markup', rule(1, { 'IpRanges.1.Description': '<b>' }), 'InvalidParameterValue'],
    [
      'parameters without a list',
      { IpProtocol: 'tcp', FromPort: '1', ToPort: '99999', CidrIp: '10.0.0.0/8' },
      'InvalidParameterValue',
    ],
  ])('%s', (_row, form, expected) => {
    expect(codeOf(() => checkNewRules(new URLSearchParams(form)))).toBe(expected);
  });
});
