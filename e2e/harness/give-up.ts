// Tests of a scenario build on each other and are patient: when one fails, those after it would wait in vain for minutes each.
// After the second failure of a file the rest of it is skipped, and says so.
import { afterEach, beforeEach } from 'vitest';

const MOST = 2;
let failed = 0;

beforeEach(({ skip }) => {
  skip(failed >= MOST, `${MOST} tests of this file have failed already`);
});

afterEach(({ task }) => {
  if (task.result?.state === 'fail') failed += 1;
});
