// One annotation, one file: with a descriptor cut out of its file, everything that is made from it is gone, and the rest
// of the program still fits.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './main.ts';

const NAME = 'healthcheck-interval-seconds';
const HOME = 'api/annotations/healthcheck.ts';
const MADE = [
  'api/generated/values.ts',
  'api/generated/binding.ts',
  'api/generated/binding.schema.json',
  'config/crd/loadbalancerbindings.yaml',
  'docs/annotations.md',
];

/** The name, not as a part of a longer one. */
const NAMED = new RegExp(`(?<![a-z-])${NAME}`);

test('a descriptor that is cut out of its file is gone everywhere', { timeout: 120_000 }, () => {
  const copy = mkdtempSync(join(tmpdir(), 'one-file-'));
  try {
    for (const part of [
      'api',
      'kube',
      'webhook',
      'controller',
      'cli',
      'config',
      'docs',
      'hack',
      'tsconfig.json',
    ]) {
      cpSync(join(ROOT, part), join(copy, part), {
        recursive: true,
        filter: (path) => !path.endsWith('.test.ts') && !path.includes('/hack/tools'),
      });
    }
    cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const file = join(copy, HOME);
    const whole = readFileSync(file, 'utf8');
    const cut = whole.replace(new RegExp(`export const \\w+ = annotation\\('${NAME}'[^]*?\\n}\\);\\n`), '');
    expect(cut.length).toBeLessThan(whole.length);
    writeFileSync(file, cut);

    for (const path of MADE) expect(readFileSync(join(copy, path), 'utf8'), path).toMatch(NAMED);
    execFileSync(process.execPath, [join(copy, 'hack/generate/main.ts')], { cwd: copy });
    for (const path of MADE) {
      const text = readFileSync(join(copy, path), 'utf8');
      expect(text, path).not.toMatch(NAMED);
      expect(text, path).toContain('healthcheck-timeout-seconds');
    }
    const program = ['api/read.ts', 'webhook/main.ts', 'controller/main.ts', 'cli/lint.ts'];
    const config = { extends: './tsconfig.json', include: [], files: program };
    writeFileSync(join(copy, 'program.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const checked = spawnSync(process.execPath, [tsc, '--noEmit', '-p', 'program.json'], { cwd: copy });
    expect(String(checked.stdout)).toBe('');
    expect(checked.status).toBe(0);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
