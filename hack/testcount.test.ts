// The last line of `make test` never says "0 failed" when something failed.
import { describe, expect, test } from 'vitest';
import { count, lastLine, slowest, unmentioned } from './testcount.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

const report = (...testResults: ReturnType<typeof file>[]) => {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const numPassedTests = tests.filter(({ status }) => status === 'passed').length;
  const numFailedTests = tests.filter(({ status }) => status === 'failed').length;
  return JSON.stringify({ numPassedTests, numFailedTests, testResults });
};

describe('count', () => {
  test.each([
    ['all passed', 0, report(file('passed', 'passed', 'passed')), { passed: 2, failed: 0 }],
    ['one failed', 1, report(file('failed', 'passed', 'failed')), { passed: 1, failed: 1 }],
    ['a file did not load', 1, report(file('failed'), file('passed', 'passed')), { passed: 1, failed: 1 }],
    [
      'a hook failed and its tests were skipped',
      1,
      report(file('failed', 'skipped')),
      { passed: 0, failed: 1 },
    ],
    ['an error outside of every test', 1, report(file('passed', 'passed')), { passed: 1, failed: 1 }],
    ['the run was killed before it could report', -1, undefined, { passed: 0, failed: 1 }],
  ])('%s', (_, exitCode, text, expected) => {
    expect(count(exitCode, text)).toEqual(expected);
  });
});

test('the slowest files of all suites come first, some of them only', () => {
  const timed = (name: string, startTime: number, endTime: number) => ({
    ...file('passed', 'passed'),
    ...{ name: `/house/${name}`, startTime, endTime },
  });
  const unit = report(timed('api/a.test.ts', 1_000, 1_500), timed('api/b.test.ts', 0, 100));
  const e2e = report(timed('e2e/c.e2e.ts', 0, 63_210));
  expect(slowest([unit, e2e], '/house', 2)).toEqual(['   63.2 s  e2e/c.e2e.ts', '    0.5 s  api/a.test.ts']);
});

test('the last line adds up the suites', () => {
  const counts = [
    { passed: 3, failed: 0 },
    { passed: 2, failed: 1 },
  ];
  expect(lastLine(counts)).toBe('5 passed, 1 failed');
});

test('what a run that was cut off did not name had not ended', () => {
  const output = ' ✓ unit api/b.test.ts (3 tests) 5ms\n';
  expect(unmentioned(['cli/c.test.ts', 'api/b.test.ts', 'api/a.test.ts'], output)).toEqual([
    'api/a.test.ts',
    'cli/c.test.ts',
  ]);
});
