// Tags and tag search (aws-limits 5; moto-coverage 6).
import { describe, expect, test } from 'vitest';
import {
  checkGetResources,
  type GetResourcesInput,
  ourMappings,
  pageOfMappings,
} from '../account/tagging.ts';
import { codeOf, inMemory } from './in-memory.ts';

function setUp() {
  const aws = inMemory();
  const [lb] = aws.call('CreateLoadBalancer', {
    Name: 'a',
    Subnets: ['subnet-a', 'subnet-b'],
    Tags: [{ Key: 'team', Value: 'red' }],
  }).LoadBalancers;
  const groups = ['one', 'two', 'three'].map((Name) => {
    const [group] = aws.call('CreateTargetGroup', {
      Name,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: 'vpc-1',
      Tags: [
        { Key: 'team', Value: Name === 'one' ? 'red' : 'blue' },
        { Key: 'name', Value: Name },
      ],
    }).TargetGroups;
    return group?.TargetGroupArn ?? '';
  });
  const [listener] = aws.call('CreateListener', {
    LoadBalancerArn: lb?.LoadBalancerArn,
    Port: 80,
    Protocol: 'HTTP',
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } }],
    Tags: [{ Key: 'team', Value: 'red' }],
  }).Listeners;
  return { aws, lb: lb?.LoadBalancerArn ?? '', groups, listener: listener?.ListenerArn ?? '' };
}

describe('AddTags, RemoveTags, DescribeTags', () => {
  test('several resources of several kinds at once, in the order asked', () => {
    const { aws, lb, listener } = setUp();
    aws.call('AddTags', { ResourceArns: [lb, listener], Tags: [{ Key: 'a', Value: '1' }] });
    aws.call('RemoveTags', { ResourceArns: [lb], TagKeys: ['team', 'nothing'] });
    expect(aws.call('DescribeTags', { ResourceArns: [listener, lb] }).TagDescriptions).toEqual([
      {
        ResourceArn: listener,
        Tags: [
          { Key: 'team', Value: 'red' },
          { Key: 'a', Value: '1' },
        ],
      },
      { ResourceArn: lb, Tags: [{ Key: 'a', Value: '1' }] },
    ]);
  });

  test.each([
    [':loadbalancer/app/x/1', 'LoadBalancerNotFound'],
    [':targetgroup/x/1', 'TargetGroupNotFound'],
    [':listener/app/x/1/2', 'ListenerNotFound'],
    [':listener-rule/app/x/1/2/3', 'RuleNotFound'],
    [':truststore/x/1', 'TrustStoreNotFound'],
    [':something', 'ValidationError'],
  ])('a missing resource %s is refused: %s (moto-coverage 1, trap 12)', (arn, code) => {
    const { aws, lb } = setUp();
    expect(codeOf(() => aws.call('DescribeTags', { ResourceArns: [lb, `arn:aws${arn}`] }))).toBe(code);
  });

  test('TA8 21 ARNs', () => {
    const { aws, lb } = setUp();
    const ResourceArns = Array.from({ length: 21 }, () => lb);
    expect(codeOf(() => aws.call('DescribeTags', { ResourceArns }))).toBe('ValidationError');
  });

  test('TA4 the fifty-first tag, all or nothing', () => {
    const { aws, lb, listener } = setUp();
    const Tags = Array.from({ length: 49 }, (_, n) => ({ Key: `k${n}`, Value: '' }));
    aws.call('AddTags', { ResourceArns: [lb], Tags });
    const one = { ResourceArns: [listener, lb], Tags: [{ Key: 'x', Value: '' }] };
    expect(codeOf(() => aws.call('AddTags', one))).toBe('TooManyTags');
    expect(aws.state.listeners.get(listener)?.tags).toEqual({ team: 'red' });
    const known = { ResourceArns: [lb], Tags: [{ Key: 'k1', Value: 'new' }] };
    expect(codeOf(() => aws.call('AddTags', known))).toBe('accepted');
  });

  test('an empty list of tags is refused', () => {
    const { aws, lb } = setUp();
    expect(codeOf(() => aws.call('AddTags', { ResourceArns: [lb], Tags: [] }))).toBe('ValidationError');
  });

  test('tags end with their resource', () => {
    const { aws, lb } = setUp();
    aws.call('DeleteLoadBalancer', { LoadBalancerArn: lb });
    expect(codeOf(() => aws.call('DescribeTags', { ResourceArns: [lb] }))).toBe('LoadBalancerNotFound');
  });
});

describe('GetResources', () => {
  const found = (input: GetResourcesInput) => {
    const { aws, lb, groups, listener } = setUp();
    const names = new Map([
      [lb, 'lb'],
      [listener, 'listener'],
      ...groups.map((arn, n): [string, string] => [arn, ['one', 'two', 'three'][n] ?? '']),
    ]);
    return ourMappings(aws.state, input)
      .map((mapping) => names.get(mapping.ResourceARN))
      .sort();
  };
  test.each<[string, GetResourcesInput, string[]]>([
    ['one value', { TagFilters: [{ Key: 'team', Values: ['red'] }] }, ['lb', 'listener', 'one']],
    [
      'one of two values',
      { TagFilters: [{ Key: 'team', Values: ['red', 'blue'] }] },
      ['lb', 'listener', 'one', 'three', 'two'],
    ],
    ['a key', { TagFilters: [{ Key: 'name' }] }, ['one', 'three', 'two']],
    [
      'two filters',
      {
        TagFilters: [
          { Key: 'team', Values: ['blue'] },
          { Key: 'name', Values: ['two'] },
        ],
      },
      ['two'],
    ],
    [
      'a type',
      { TagFilters: [{ Key: 'team' }], ResourceTypeFilters: ['elasticloadbalancing:listener'] },
      ['listener'],
    ],
    ['a narrow type', { ResourceTypeFilters: ['elasticloadbalancing:loadbalancer/app'] }, ['lb']],
    ['another load balancer type', { ResourceTypeFilters: ['elasticloadbalancing:loadbalancer/net'] }, []],
  ])('by %s', (_row, input, expected) => {
    expect(found(input)).toEqual(expected);
  });

  test('pages go on where they stopped', () => {
    const { aws } = setUp();
    const all = ourMappings(aws.state, {});
    const first = pageOfMappings(all, { ResourcesPerPage: 3 });
    const second = pageOfMappings(all, { ResourcesPerPage: 3, PaginationToken: first.PaginationToken });
    const arns = [...first.ResourceTagMappingList, ...second.ResourceTagMappingList].map(
      (one) => one.ResourceARN,
    );
    expect(new Set(arns).size).toBe(5);
    expect(second.PaginationToken).toBe('');
  });

  test.each<[string, GetResourcesInput]>([
    ['ARNs with filters', { ResourceARNList: ['arn:aws:x'], TagFilters: [{ Key: 'a' }] }],
    ['51 filters', { TagFilters: Array.from({ length: 51 }, () => ({ Key: 'a' })) }],
    ['21 values', { TagFilters: [{ Key: 'a', Values: Array.from({ length: 21 }, () => 'b') }] }],
    ['101 ARNs', { ResourceARNList: Array.from({ length: 101 }, () => 'arn:aws:x') }],
    ['a page of 101', { ResourcesPerPage: 101 }],
  ])('TA8 %s is refused', (_row, input) => {
    expect(codeOf(() => checkGetResources(input))).toBe('InvalidParameterException');
  });
});
