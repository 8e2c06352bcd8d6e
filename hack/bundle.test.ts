// Which build the executable says that it is: of a checkout, and of a bundle with and without build arguments.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';
import { writeBundle } from './bundle.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'albatross-build-'));
afterAll(() => rmSync(directory, { recursive: true }));

const said = (script: string, ...args: readonly string[]): string =>
  execFileSync(process.execPath, [script, ...args], { encoding: 'utf8' }).trim();

test('a checkout is dev', () => {
  expect(said(join(ROOT, 'cli/albatross.ts'), '--version')).toBe('albatross dev');
});

test('a bundle says version and commit, of build arguments or of the checkout', async () => {
  const write = () => writeBundle(directory, { build: 'api/build.ts' });
  const read = () =>
    said('--eval', `import('${join(directory, 'build.mjs')}').then(({ BUILD }) => console.log(BUILD))`);
  vi.stubEnv('VERSION', '9.8.7').stubEnv('COMMIT', 'cafe');
  await write();
  expect(read()).toBe('9.8.7 (commit cafe)');
  vi.stubEnv('VERSION', undefined).stubEnv('COMMIT', undefined);
  await write();
  expect(read()).toMatch(/^\d+\.\d+\.\d+( \(commit [0-9a-f]{7,40}(-dirty)?\))?$/);
  vi.unstubAllEnvs();
});
