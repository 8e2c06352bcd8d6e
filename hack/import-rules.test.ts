// The import rules hold for every folder, and each of them speaks when it is broken.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, describe, expect, test } from 'vitest';
import { cruiseOptions, IMPORT_RULES, type ImportRule } from './import-rules.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['api', 'alb', 'kube', 'webhook', 'controller', 'cli', 'local-aws'];

async function violations(root: string, folders: string[], rules: readonly ImportRule[]): Promise<string[]> {
  const { output } = await cruise(folders, cruiseOptions(root, rules));
  const { summary } = output as ICruiseResult;
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} imports ${to}`);
}

test('no file of any folder breaks a rule', async () => {
  expect(await violations(ROOT, FOLDERS, IMPORT_RULES)).toEqual([]);
});

describe('a rule that is broken says so', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'import-rules-')));
  afterAll(() => rmSync(root, { recursive: true }));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  test.for(IMPORT_RULES.map((rule) => [rule.name, rule] as const))('%s', async ([name, rule]) => {
    const { file, imports } = rule.broken;
    const folder = `${name}/`;
    write(`${folder}api/broken.ts`, 'export const there = 1;\n');
    for (const room of [...FOLDERS, 'hack']) write(`${folder}${room}/there.ts`, 'export const there = 1;\n');
    write(`${folder}api/there-too.ts`, "export * from './broken.ts';\n");
    write(folder + file, `import * as other from '${imports}';\nexport const used = other;\n`);
    symlinkSync(join(ROOT, 'node_modules'), join(root, folder, 'node_modules'));
    const said = await violations(join(root, folder), [...FOLDERS], IMPORT_RULES);
    expect(said.some((line) => line.startsWith(`${name}: `))).toBe(true);
    // And it is this import that breaks it: without it nothing is said.
    write(folder + file, 'export const there = 1;\n');
    expect(await violations(join(root, folder), [...FOLDERS], IMPORT_RULES)).toEqual([]);
  });
});
