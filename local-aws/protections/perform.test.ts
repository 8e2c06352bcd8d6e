// Shield, WAFv2 associations and WAF Classic: what is answered, what is refused, and that a history can be repeated.
import { describe, expect, test } from 'vitest';
import { codeOf } from '../elb/in-memory.ts';
import { structureOf } from './input.ts';
import { isProtection, performProtection } from './perform.ts';
import { emptyProtections, goneOf, type ProtectionFacts, type ProtectionState } from './state.ts';

const LB = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/shop/0123456789abcdef';
const LB2 = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/bank/0123456789abcdee';
const acl = (name: string, scope = 'regional', region = 'us-west-2') =>
  `arn:aws:wafv2:${region}:123456789012:${scope}/webacl/${name}/11111111-2222-3333-4444-555555555555`;
const FACTS: ProtectionFacts = {
  now: 1_700_000_000_000,
  region: 'us-west-2',
  account: '123456789012',
  resourceExists: true,
  webAclExists: true,
  gone: [],
};

/** A state, and a way to call it and to hear its refusals. */
function rig(service: string, state: ProtectionState = emptyProtections()) {
  const call = (action: string, input: Record<string, unknown> = {}, facts: Partial<ProtectionFacts> = {}) =>
    structureOf(performProtection(state, { service, action, input }, { ...FACTS, ...facts }));
  return {
    state,
    call,
    code: (...args: Parameters<typeof call>) => codeOf(() => call(...args)),
  };
}

describe('shield', () => {
  test('without a subscription nothing can be protected', () => {
    const { state, call, code } = rig('shield');
    expect(call('GetSubscriptionState')).toEqual({ SubscriptionState: 'INACTIVE' });
    const protect = { Name: 'x', ResourceArn: LB };
    for (const action of [
      'DescribeSubscription',
      'CreateProtection',
      'ListProtections',
      'DeleteSubscription',
    ])
      expect(code(action, protect)).toBe('ResourceNotFoundException');
    expect(state).toEqual(emptyProtections());
    call('CreateSubscription');
    expect(code('CreateSubscription')).toBe('ResourceAlreadyExistsException');
    expect(call('GetSubscriptionState')).toEqual({ SubscriptionState: 'ACTIVE' });
    expect(call('DescribeSubscription').Subscription).toMatchObject({ StartTime: FACTS.now / 1000 });
  });

  test('a subscription ends after its year', () => {
    const { state, call, code } = rig('shield');
    call('CreateSubscription');
    const year = 365 * 24 * 3600 * 1000;
    expect(code('DeleteSubscription', {}, { now: FACTS.now + year - 1 })).toBe('LockedSubscriptionException');
    call('DeleteSubscription', {}, { now: FACTS.now + year });
    expect(state.subscribedAt).toBeUndefined();
  });

  test('a protection is found by its id and its resource, once', () => {
    const { call, code } = rig('shield');
    call('CreateSubscription');
    const { ProtectionId: id } = call('CreateProtection', { Name: 'a b_c.d-1', ResourceArn: LB });
    expect(code('CreateProtection', { Name: 'y', ResourceArn: LB })).toBe('ResourceAlreadyExistsException');
    const byArn = call('DescribeProtection', { ResourceArn: LB });
    expect(byArn.Protection).toMatchObject({ Id: id, Name: 'a b_c.d-1', ResourceArn: LB });
    expect(call('DescribeProtection', { ProtectionId: id })).toEqual(byArn);
    expect(code('DescribeProtection', {})).toBe('InvalidParameterException');
    expect(code('DescribeProtection', { ResourceArn: LB2 })).toBe('ResourceNotFoundException');
    call('DeleteProtection', { ProtectionId: id });
    expect(code('DeleteProtection', { ProtectionId: id })).toBe('ResourceNotFoundException');
    expect(code('DescribeProtection', { ResourceArn: LB })).toBe('ResourceNotFoundException');
  });

  test.each<[string, Record<string, unknown>, Partial<ProtectionFacts>, string]>([
    ['a name with a slash', { Name: 'a/b', ResourceArn: LB }, {}, 'InvalidParameterException'],
    ['a name of 129', { Name: 'a'.repeat(129), ResourceArn: LB }, {}, 'InvalidParameterException'],
    ['a name of 128', { Name: 'a'.repeat(128), ResourceArn: LB }, {}, 'accepted'],
    [
      'a target group',
      { Name: 'a', ResourceArn: LB.replace('loadbalancer/app', 'targetgroup') },
      {},
      'InvalidResourceException',
    ],
    [
      'an unknown one',
      { Name: 'a', ResourceArn: LB },
      { resourceExists: false },
      'ResourceNotFoundException',
    ],
    [
      'a distribution',
      { Name: 'a', ResourceArn: 'arn:aws:cloudfront::123456789012:distribution/E1' },
      {},
      'accepted',
    ],
  ])('CreateProtection of %s', (_row, input, facts, expected) => {
    const { call, code } = rig('shield');
    call('CreateSubscription');
    expect(code('CreateProtection', input, facts)).toBe(expected);
  });

  test('pages and filters of the list', () => {
    const { call, code } = rig('shield');
    call('CreateSubscription');
    for (let n = 0; n < 5; n++)
      call('CreateProtection', { Name: `p${n}`, ResourceArn: LB.replace('shop', `shop${n}`) });
    const names = (page: Record<string, unknown>) =>
      (Array.isArray(page.Protections) ? page.Protections : []).map((one) => structureOf(one).Name);
    const first = call('ListProtections', { MaxResults: 3 });
    expect(names(first)).toEqual(['p0', 'p1', 'p2']);
    const second = call('ListProtections', { MaxResults: 3, NextToken: first.NextToken });
    expect([names(second), second.NextToken]).toEqual([['p3', 'p4'], undefined]);
    expect(names(call('ListProtections', { InclusionFilters: { ProtectionNames: ['p4'] } }))).toEqual(['p4']);
    expect(code('ListProtections', { NextToken: 'x' })).toBe('InvalidPaginationTokenException');
  });

  test('tags of a protection', () => {
    const { call } = rig('shield');
    call('CreateSubscription');
    call('CreateProtection', { Name: 'a', ResourceArn: LB, Tags: [{ Key: 'k', Value: 'v' }] });
    const { ProtectionArn: ResourceARN } = structureOf(
      call('DescribeProtection', { ResourceArn: LB }).Protection,
    );
    call('TagResource', { ResourceARN, Tags: [{ Key: 'l', Value: 'w' }] });
    call('UntagResource', { ResourceARN, TagKeys: ['k'] });
    expect(call('ListTagsForResource', { ResourceARN })).toEqual({ Tags: [{ Key: 'l', Value: 'w' }] });
  });
});

describe('wafv2', () => {
  test('a second web ACL takes the place of the first', () => {
    const { call } = rig('wafv2');
    call('AssociateWebACL', { ResourceArn: LB, WebACLArn: acl('one') });
    call('AssociateWebACL', { ResourceArn: LB, WebACLArn: acl('two') });
    expect(call('GetWebACLForResource', { ResourceArn: LB })).toEqual({ WebACLArn: acl('two') });
    expect(call('ListResourcesForWebACL', { WebACLArn: acl('one') })).toEqual({ ResourceArns: [] });
    expect(call('ListResourcesForWebACL', { WebACLArn: acl('two') })).toEqual({ ResourceArns: [LB] });
    call('DisassociateWebACL', { ResourceArn: LB });
    call('DisassociateWebACL', { ResourceArn: LB });
    expect(call('GetWebACLForResource', { ResourceArn: LB })).toEqual({});
  });

  test.each<[string, Record<string, unknown>, Partial<ProtectionFacts>, string]>([
    ['an ACL of CloudFront', { WebACLArn: acl('a', 'global') }, {}, 'WAFInvalidParameterException'],
    [
      'an ACL of another Region',
      { WebACLArn: acl('a', 'regional', 'eu-west-1') },
      {},
      'WAFInvalidParameterException',
    ],
    ['no ARN of an ACL', { WebACLArn: 'a' }, {}, 'WAFInvalidParameterException'],
    ['no load balancer', { ResourceArn: 'x' }, {}, 'WAFInvalidParameterException'],
    ['an unknown ACL', {}, { webAclExists: false }, 'WAFNonexistentItemException'],
    ['an unknown load balancer', {}, { resourceExists: false }, 'WAFUnavailableEntityException'],
  ])('AssociateWebACL with %s', (_row, input, facts, expected) => {
    const { state, code } = rig('wafv2');
    expect(code('AssociateWebACL', { ResourceArn: LB, WebACLArn: acl('a'), ...input }, facts)).toBe(expected);
    expect(state).toEqual(emptyProtections());
  });

  test('the rest of WAFv2 is not ours', () => {
    expect(isProtection('wafv2', 'CreateWebACL')).toBe(false);
    expect(isProtection('wafv2', 'AssociateWebACL')).toBe(true);
    expect(isProtection('shield', 'DescribeAttack')).toBe(true);
    expect(isProtection('ec2', 'toString')).toBe(false);
  });
});

describe('waf-regional', () => {
  const made = (state?: ProtectionState) => {
    const it = rig('waf-regional', state);
    const { ChangeToken } = it.call('GetChangeToken');
    const input = { Name: 'old', MetricName: 'old', DefaultAction: { Type: 'ALLOW' }, ChangeToken };
    return { ...it, input, id: structureOf(it.call('CreateWebACL', input).WebACL).WebACLId };
  };

  test('a change token is the same until a change uses it', () => {
    const { call, code, input } = made();
    expect(call('GetChangeToken')).toEqual(call('GetChangeToken'));
    expect(call('GetChangeToken').ChangeToken).not.toBe(input.ChangeToken);
    expect(code('CreateWebACL', input)).toBe('WAFStaleDataException');
  });

  test('a web ACL is listed, associated, and stays while it is', () => {
    const { call, code, id } = made();
    expect(call('ListWebACLs')).toEqual({ WebACLs: [{ WebACLId: id, Name: 'old' }] });
    call('AssociateWebACL', { ResourceArn: LB, WebACLId: id });
    expect(call('GetWebACLForResource', { ResourceArn: LB })).toEqual({
      WebACLSummary: { WebACLId: id, Name: 'old' },
    });
    expect(call('ListResourcesForWebACL', { WebACLId: id })).toEqual({ ResourceArns: [LB] });
    const drop = { WebACLId: id, ...call('GetChangeToken') };
    expect(code('DeleteWebACL', drop)).toBe('WAFReferencedItemException');
    call('DisassociateWebACL', { ResourceArn: LB });
    call('DeleteWebACL', drop);
    expect(code('GetWebACL', { WebACLId: id })).toBe('WAFNonexistentItemException');
    expect(code('AssociateWebACL', { ResourceArn: LB, WebACLId: id })).toBe('WAFNonexistentItemException');
  });
});

describe('history', () => {
  test('an association goes with its load balancer; a read and a refusal change nothing', () => {
    const { state, call, code } = rig('wafv2');
    call('AssociateWebACL', { ResourceArn: LB, WebACLArn: acl('a') });
    call('AssociateWebACL', { ResourceArn: LB2, WebACLArn: acl('a') });
    const gone = goneOf(state, new Set([LB2]));
    expect(gone).toEqual([LB]);
    const before = structuredClone(state);
    expect(call('ListResourcesForWebACL', { WebACLArn: acl('a') }, { gone })).toEqual({
      ResourceArns: [LB2],
    });
    expect(state).toEqual(before);
    expect(code('DisassociateWebACL', { ResourceArn: LB2 }, { gone, resourceExists: false })).not.toBe(
      'accepted',
    );
    expect(state).toEqual(before);
    call('DisassociateWebACL', { ResourceArn: LB2 }, { gone });
    expect(state.webAcls).toEqual({});
  });

  test('the same calls with the same facts give the same ids, and the state survives JSON', () => {
    const run = (again: (state: ProtectionState) => ProtectionState) => {
      const shield = rig('shield');
      shield.call('CreateSubscription');
      const state = again(shield.state);
      rig('shield', state).call('CreateProtection', { Name: 'a', ResourceArn: LB });
      return state;
    };
    expect(run((state) => JSON.parse(JSON.stringify(state)))).toEqual(run((state) => state));
  });

  test('an action that is not offered is refused', () => {
    expect(rig('shield').code('DescribeAttack')).toBe('UnknownOperationException');
    expect(rig('waf-regional').code('toString')).toBe('UnknownOperationException');
  });
});
