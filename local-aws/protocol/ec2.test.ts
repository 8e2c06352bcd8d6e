// EC2's forms and documents: lists, filters with wildcards, pages, names of members.
import { describe, expect, test } from 'vitest';
import { codeOf } from '../elb/in-memory.ts';
import { checkDryRun, ec2Filters, ec2List, ec2Page, ec2Xml, filtered, meets } from './ec2.ts';

describe('forms', () => {
  test('lists and filters, in their order', () => {
    const form = new URLSearchParams(
      'Id.10=c&Id.2=b&Id.1=a&IdX.1=n&Filter.2.Name=vpc-id&Filter.2.Value.1=v&Filter.1.Name=x&Filter.1.Value.1=1&Filter.1.Value.2=2',
    );
    expect(ec2List(form, 'Id')).toEqual(['a', 'b', 'c']);
    expect(ec2Filters(form)).toEqual([
      { name: 'vpc-id', values: ['v'] },
      { name: 'x', values: ['1', '2'] },
    ]);
  });

  test('a dry run is refused as one that would have gone well', () => {
    expect(codeOf(() => checkDryRun(new URLSearchParams('DryRun=true')))).toBe('DryRunOperation');
    expect(codeOf(() => checkDryRun(new URLSearchParams('DryRun=false')))).toBe('accepted');
  });
});

test.each([
  ['ELB app/shop/*', 'ELB app/shop/0123', true],
  ['ELB app/shop/*', 'ELB app/shops/0123', false],
  ['sh?p', 'shop', true],
  ['sh?p', 'shoop', false],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['a.b', 'axb', false],
  ['(a|b)', '(a|b)', true],
  ['Shop', 'shop', false],
])('%s on %s: %s', (text, value, met) => {
  expect(meets(text, value)).toBe(met);
});

describe('filtered', () => {
  const items = [
    { id: 'a', tags: [{ Key: 'k', Value: 'v' }] },
    { id: 'b', tags: [] },
  ];
  const ids = (name: string, ...values: string[]) =>
    filtered(items, [{ name, values }], { id: (one) => [one.id] }, (one) => one.tags).map((one) => one.id);

  test('by the table and by tags', () => {
    expect(ids('id', 'b', 'x')).toEqual(['b']);
    expect(ids('tag:k', 'v*')).toEqual(['a']);
    expect(ids('tag:k', 'w')).toEqual([]);
    expect(ids('tag-key', 'k')).toEqual(['a']);
  });

  test('an unknown filter is refused', () => {
    expect(codeOf(() => ids('toString', 'x'))).toBe('InvalidParameterValue');
  });
});

describe('pages', () => {
  const items = [...'gfedcba'];
  const page = (form: string, all = items) => ec2Page(all, (one) => one, new URLSearchParams(form));

  test('neither repeat nor skip when an item goes in between', () => {
    const first = page('MaxResults=5');
    expect(first.items.join('')).toBe('abcde');
    const token = `NextToken=${first.NextToken}`;
    expect(page(token)).toEqual({ items: ['f', 'g'] });
    expect(page(token, [...'gfdcba']).items.join('')).toBe('fg');
  });

  test('without MaxResults everything comes at once', () => {
    expect(page('').items).toHaveLength(7);
  });

  test.each(['MaxResults=4', 'MaxResults=1001', 'MaxResults=x', 'NextToken=x'])('%s is refused', (form) => {
    expect(codeOf(() => page(form))).not.toBe('accepted');
  });
});

test('members have the names and the escapes of EC2', () => {
  const output = {
    NetworkInterfaces: [{ Groups: [{ GroupId: 'sg-1' }], TagSet: [], Description: 'a<b', VpcId: undefined }],
    NextToken: 'x',
  };
  expect(ec2Xml('DescribeNetworkInterfaces', output, 'id')).toBe(
    '<DescribeNetworkInterfacesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>id</requestId>' +
      '<networkInterfaceSet><item><groupSet><item><groupId>sg-1</groupId></item></groupSet><tagSet></tagSet>' +
      '<description>a&lt;b</description></item></networkInterfaceSet><nextToken>x</nextToken>' +
      '</DescribeNetworkInterfacesResponse>',
  );
});
