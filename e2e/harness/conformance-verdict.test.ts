// Verdicts on made-up cases: equal, different, different only where the recorded controller failed.
import { expect, test } from 'vitest';
import type { Played } from './conformance.ts';
import { tally, type Verdict, verdictOn } from './conformance-verdict.ts';

const played = (expected: readonly Record<string, unknown>[], steps: unknown[]): Played => ({
  of: { name: 'one', namespace: 'c-one', others: [], steps: [], firstPort: 30_100, expected, alone: false },
  steps,
});
const failed = { outcome: { web: 'FailedBuildModel' } };

test.each<[string, readonly Record<string, unknown>[], unknown[], number, number]>([
  ['equal', [{ stacks: { a: 1 } }], [{ stacks: { a: 1 } }], 0, 0],
  ['different', [{ stacks: { a: 1 } }], [{ stacks: { a: 2 } }], 1, 0],
  ['different after a failure', [{ ...failed, stacks: { a: 1 } }], [{ stacks: { a: 2 } }], 0, 1],
  ['a step is missing', [{ stacks: { a: 1 } }, { stacks: { a: 1 } }], [{ stacks: { a: 1 } }], 1, 0],
])('%s', (_, expected, steps, differing, apart) => {
  const verdict = verdictOn(played(expected, steps));
  expect([verdict.differing.length, verdict.apart.length]).toEqual([differing, apart]);
});

test('the tally counts each case once, and finds what nobody meant', () => {
  const one = (name: string, differing: number, apart: number): Verdict => ({
    name,
    differing: Array.from({ length: differing }, () => 'x'),
    apart: Array.from({ length: apart }, () => 'x'),
  });
  const verdicts = [one('a', 0, 0), one('b', 1, 1), one('c', 0, 2), one('d', 1, 0), one('e', 0, 0)];
  const byDesign = new Map([
    ['b', 'a reason'],
    ['e', 'another'],
  ]);
  expect(tally(verdicts, byDesign)).toEqual({
    line: '2 of 5 equal, 1 different by design, 1 where the LBC failed',
    wrong: ['d'],
    idle: ['e'],
  });
});
