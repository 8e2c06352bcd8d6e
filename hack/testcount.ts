// Counts tests over several vitest runs, from the reports of its JSON reporter.

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * One run's tests. A file that failed without a failed test in it (it did not load, or its hooks failed) counts as one
 * failed, and so does a run that failed or left no report without a single failure in it.
 */
export function count(exitCode: number, report: string | undefined): Counts {
  if (report === undefined) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(report) as Report;
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = numFailedTests + brokenFiles;
  return { passed: numPassedTests, failed: exitCode !== 0 && failed === 0 ? 1 : failed };
}

/** The line that ends `make test`. */
export function lastLine(counts: readonly Counts[]): string {
  const sum = (which: keyof Counts) => counts.reduce((total, each) => total + each[which], 0);
  return `${sum('passed')} passed, ${sum('failed')} failed`;
}
