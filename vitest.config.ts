// Two suites: `unit` lies beside the code and needs nothing; `e2e` runs on a real API server.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The scenarios that take longest, in this order: one of them started last would be waited for by all. */
const LONGEST = [
  'conformance',
  'orphans',
  'start',
  'isolation',
  'bringup',
  'drift',
  'local-aws-process',
  'local-aws-contract',
  'robust',
  'protections',
  'observe',
  'namespaces',
  'restart',
  'updates',
  'handover',
  'webhook-outage',
  'controller',
  'resets',
  'groups',
  'strays',
  'plan',
  'target-type',
  'local-aws-orders',
  'local-aws-package',
  'demo',
  'route',
  'kube-edges',
  'targets',
  'bypassed',
  'cluster',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      // After it there is nothing left to ask.
      if (moduleId.endsWith('/uninstall.e2e.ts')) return LONGEST.length + 1;
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.e2e.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** The files of each suite. */
export const INCLUDE = {
  unit: [
    '{api,alb,kube,webhook,controller,cli,hack,local-aws}/**/*.test.ts',
    'e2e/{harness,kind}/**/*.test.ts',
  ],
  e2e: ['e2e/scenarios/**/*.e2e.ts'],
  // Scenarios of both stages, and those that need real nodes and pods.
  kind: ['e2e/scenarios/{groups,readiness-gates}.e2e.ts', 'e2e/kind/scenarios/*.e2e.ts'],
};

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          // Nothing here changes what others see, so files share what they import; that halves the time.
          isolate: false,
          // Commands that are started as they are typed are not compiled anew each time.
          env: {
            NODE_COMPILE_CACHE: new URL('node_modules/.cache/compiled', import.meta.url).pathname,
            // Scenarios run at the same time, on ports of their own.
            ALBATROSS_FIRST_LANE: '8',
          },
          expect: { poll: { timeout: 60_000, interval: 10 } },
          // A law tries hundreds of cases, and a busy machine takes its time.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Each worker has ports of its own (e2e/harness/machine.ts).
          maxWorkers: Math.min(7, Math.max(1, availableParallelism() - 1)),
          include: INCLUDE.unit,
        },
      },
      {
        test: {
          name: 'e2e',
          include: INCLUDE.e2e,
          globalSetup: ['e2e/harness/setup.ts'],
          setupFiles: ['e2e/harness/give-up.ts'],
          expect: { poll: { timeout: 120_000, interval: 150 } },
          // Patience costs nothing while tests pass, and a busy machine needs it.
          testTimeout: 600_000,
          hookTimeout: 900_000,
          // Files share what they import and, in each worker, a cluster; they mostly wait, so six share two cores well.
          isolate: false,
          maxWorkers: 6,
        },
      },
      {
        test: {
          name: 'kind',
          include: INCLUDE.kind,
          globalSetup: ['e2e/kind/setup.ts'],
          setupFiles: ['e2e/harness/give-up.ts'],
          expect: { poll: { timeout: 300_000, interval: 250 } },
          testTimeout: 1_200_000,
          hookTimeout: 1_800_000,
          // One cluster, and one worker that has it.
          isolate: false,
          maxWorkers: 1,
        },
      },
    ],
  },
});
