// Tests of flags.
import { describe, expect, test } from 'vitest';
import {
  bindAddress,
  count,
  endpoints,
  gates,
  label,
  lease,
  limit,
  named,
  names,
  pairs,
  percent,
  port,
  seconds,
  throttles,
  trueOrFalse,
} from './values.ts';

describe('read', () => {
  test.each<[string, unknown, unknown]>([
    ['port', port('443'), 443],
    ['count', count('3'), 3],
    ['no limit', limit('0'), 0],
    ['boolean', trueOrFalse('false'), false],
    ['hours', seconds('10h'), 36_000],
    ['mixed', seconds('1h30m5s'), 5405],
    ['a time as Go prints it', seconds('16m40s'), 1000],
    ['parts of a unit', seconds('1.5h500ms'), 5400.5],
    ['a boolean as Go takes it', [trueOrFalse('T'), trueOrFalse('0')], [true, false]],
    ['a name', named('alb'), 'alb'],
    ['a port of every address', bindAddress(':8080'), { port: 8080 }],
    ['a port of one address', bindAddress('127.0.0.1:80'), { host: '127.0.0.1', port: 80 }],
    ['a port of an IPv6 address', bindAddress('[::1]:80'), { host: '::1', port: 80 }],
    ['no port', bindAddress('0'), 'none'],
    ['a label', label('team=shop'), { key: 'team', value: 'shop' }],
    ['no label', label(''), undefined],
    [
      'URLs',
      endpoints('EC2=https://a,Elastic Load Balancing v2=http://b:1/c'),
      {
        EC2: 'https://a',
        'Elastic Load Balancing v2': 'http://b:1/c',
      },
    ],
    [
      'limits',
      throttles('EC2:^Describe=1.5:3'),
      { EC2: [{ actions: /^Describe/, perSecond: 1.5, burst: 3 }] },
    ],
    ['names', names('a, b,,c'), ['a', 'b', 'c']],
    ['pairs', pairs('team=shop,query=a=b'), { team: 'shop', query: 'a=b' }],
    ['gates', gates('A=true,B=false'), { A: true, B: false }],
    ['no pairs', pairs(''), {}],
    ['no percent', percent('0'), 0],
    ['all percent', percent('100'), 100],
    ['a Lease', lease('a/b'), { namespace: 'a', name: 'b' }],
    ['no Lease', lease('none'), 'none'],
  ])('%s', (_name, value, expected) => {
    expect(value).toEqual(expected);
  });
});

test.each<[string, () => unknown]>([
  ['port 0', () => port('0')],
  ['half a port', () => port('80.5')],
  ['count 0', () => count('0')],
  ['a limit below 0', () => limit('-1')],
  ['yes', () => trueOrFalse('yes')],
  ['a bare number', () => seconds('10')],
  ['no time', () => seconds('')],
  ['a time of no length', () => seconds('0s')],
  ['a time with more', () => seconds('10h and a bit')],
  ['an empty name', () => named('')],
  ['an address without a port', () => bindAddress('127.0.0.1')],
  ['two labels', () => label('a=b,c=d')],
  ['a URL without a protocol', () => endpoints('EC2=ec2.example.com')],
  ['a URL of a file', () => endpoints('EC2=file:///etc/passwd')],
  ['a limit without a burst', () => throttles('EC2:^Describe=1')],
  ['no equals sign', () => pairs('team')],
  ['a gate that is neither open nor shut', () => gates('A=on')],
  ['no key', () => pairs('=shop')],
  ['more than all', () => percent('101')],
  ['nothing as percent', () => percent('')],
  ['a part of a percent', () => percent('0.5')],
  ['a Lease without a namespace', () => lease('name')],
])('%s is refused', (_name, read) => {
  expect(read).toThrow();
});
