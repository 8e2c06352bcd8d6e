// Tests of flags.
import { describe, expect, test } from 'vitest';
import { count, gates, lease, limit, names, pairs, percent, port, seconds, trueOrFalse } from './flags.ts';

describe('read', () => {
  test.each<[string, unknown, unknown]>([
    ['port', port('443'), 443],
    ['count', count('3'), 3],
    ['no limit', limit('0'), 0],
    ['boolean', trueOrFalse('false'), false],
    ['hours', seconds('10h'), 36_000],
    ['mixed', seconds('1h30m5s'), 5405],
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
