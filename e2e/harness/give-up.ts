// Tests of a scenario build on each other and are patient: when one fails, those after it would wait in vain for minutes each.
// After the second failure of a file the rest of it is skipped, and says so. What a file leaves at work when it fails (a test
// whose time is over is not stopped) may write on: the next file gets a cluster and a moto of its own.
import { afterAll, afterEach, beforeEach } from 'vitest';
import { leaveShared } from './prepared.ts';

const MOST = 2;
let failed = 0;

beforeEach(({ skip }) => {
  skip(failed >= MOST, `${MOST} tests of this file have failed already`);
});

afterEach(({ task }) => {
  if (task.result?.state === 'fail') failed += 1;
});

// biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that a hook wants from this pattern.
afterAll(({}, { result }) => {
  // A hook that failed is the file's own failure.
  if (failed > 0 || result?.state === 'fail') leaveShared();
});
