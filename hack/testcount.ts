// Counts tests over several vitest runs, and finds the slowest files, from the reports of its JSON reporter.
import { relative } from 'node:path';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    /** Path of the file. */
    readonly name: string;
    readonly status: string;
    /** Milliseconds since 1970; without what comes before the first test. */
    readonly startTime: number;
    readonly endTime: number;
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

/** The files that took longest, as lines: `  63.2 s  e2e/scenarios/drift.e2e.ts`. */
export function slowest(reports: readonly string[], root: string, most = 15): string[] {
  return reports
    .flatMap((report) => (JSON.parse(report) as Report).testResults)
    .map(({ name, startTime, endTime }) => ({
      path: relative(root, name),
      seconds: (endTime - startTime) / 1000,
    }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, most)
    .map(({ path, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${path}`);
}

/** The files that a reporter's output does not name: those that had not ended when it was cut off. */
export const unmentioned = (files: readonly string[], output: string): string[] =>
  files.filter((file) => !output.includes(file)).sort();

/** The line that ends `make test`. */
export function lastLine(counts: readonly Counts[]): string {
  const sum = (which: keyof Counts) => counts.reduce((total, each) => total + each[which], 0);
  return `${sum('passed')} passed, ${sum('failed')} failed`;
}
