// What of a plan is somebody else's doing, and told once.
import { describe, expect, test } from 'vitest';
import { inWords, type Operation } from '../../alb/plan/operation.ts';
import { concerned, Drifts } from './detect.ts';

const step = (id: string): Operation => ({
  verb: 'reorder',
  kind: 'rule',
  id: `rule/${id}`,
  moves: [],
  because: [],
});
const [one, two] = [step('80:1'), step('80:2')];

function play() {
  const drifts = new Drifts();
  const look = (hash: string, planned: readonly Operation[], applied = false): string[] =>
    drifts.news('shop', { hash, applied, planned }).map(inWords);
  return { drifts, look };
}
const WORDS = ['reorder rule/80:1', 'reorder rule/80:2'];

describe('a difference is somebody else’s doing when', () => {
  test('all was in place in this process', () => {
    const { drifts, look } = play();
    drifts.settle('shop', 'a');
    expect(look('a', [])).toEqual([]);
    expect(look('a', [one])).toEqual([WORDS[0]]);
  });

  test('all was in place as the bindings say', () => {
    expect(play().look('a', [one], true)).toEqual([WORDS[0]]);
  });
});

describe('it is none when', () => {
  test('nobody knows whether all was ever in place', () => {
    expect(play().look('a', [one])).toEqual([]);
  });

  test('something else is wanted, also when it is wanted back halfway', () => {
    const { drifts, look } = play();
    drifts.settle('shop', 'a');
    expect(look('b', [one])).toEqual([]);
    expect(look('a', [one])).toEqual([]);
  });

  test('we are at work', () => {
    const { drifts, look } = play();
    drifts.settle('shop', 'a');
    look('a', [one]);
    drifts.acted('shop');
    expect(look('a', [two])).toEqual([]);
  });

  test('the group is gone', () => {
    const { drifts, look } = play();
    drifts.settle('shop', 'a');
    drifts.settle('shop');
    expect(look('a', [one])).toEqual([]);
  });
});

test('each difference is told once while it stands, and again when it comes back', () => {
  const { drifts, look } = play();
  drifts.settle('shop', 'a');
  expect([look('a', [one]), look('a', [one]), look('a', [one, two])]).toEqual([[WORDS[0]], [], [WORDS[1]]]);
  drifts.settle('shop', 'a');
  expect(look('a', [one])).toEqual([WORDS[0]]);
});

describe('it concerns', () => {
  const backends = [{ id: 'targetGroup/shop/web/web:80', member: 'shop/web' }];
  const origins = [
    { id: 'rule/80:1', member: 'shop/web' },
    { id: 'listener/80', member: 'shop/web' },
  ];
  const everybody = ['shop/api', 'shop/web'];
  test.each([
    ['rule', 'rule/80:1', ['shop/web']],
    ['rule', 'arn:of/a/stranger', everybody],
    ['targetGroup', 'targetGroup/shop/web/web:80', ['shop/web']],
    ['listener', 'listener/80', everybody],
    ['loadBalancer', 'loadBalancer', everybody],
  ] as const)('%s %s', (kind, id, members) => {
    expect(concerned({ kind, id }, { backends, origins } as never, everybody)).toEqual(members);
  });
});
