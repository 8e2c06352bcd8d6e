// The demo is a promise to newcomers: it runs to its end, and every check in it holds.
import { expect, test } from 'vitest';
import { runCommand } from '../harness/cluster.ts';
import { ROOT } from '../harness/machine.ts';

test('make demo ONCE=1 plays all seven steps, and every check holds', async () => {
  const main = `${ROOT}e2e/demo/main.ts`;
  const { code, stdout, stderr } = await runCommand(process.execPath, [main], { env: { ONCE: '1' } });
  expect(stdout, stderr).toContain('Every check held.');
  expect(stdout.match(/^Step \d/gm)).toEqual([1, 2, 3, 4, 5, 6, 7].map((step) => `Step ${step}`));
  expect(stdout).not.toContain('✗');
  expect(code).toBe(0);
});
