// Two suites: `unit` lies beside the code and needs nothing; `e2e` runs on a real API server.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{api,webhook,controller,cli,hack}/**/*.test.ts', 'e2e/{aws,harness}/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/scenarios/**/*.e2e.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          // Every file has a cluster of its own and mostly waits, so three share two cores well.
          maxWorkers: 3,
        },
      },
    ],
  },
});
