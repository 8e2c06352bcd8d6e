// The page of differences holds what it says: a reason, cases that exist, tests that exist.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCases } from './conformance-case.ts';
import { readDifferences } from './differences.ts';
import { ROOT } from './machine.ts';

const differences = readDifferences();
const cases = new Set(readCases(new Map()).map(({ name }) => name));

test('a section becomes a difference', () => {
  const page =
    '# Page\n\n## Part\n\n### A thing\n\nWhy.\n\n- Recorded case: `one`\n- On taking over: it changes\n- Test: `a.ts` "b"\n\n## Other\n\nText.\n';
  expect(readDifferences(page)).toEqual([
    {
      title: 'A thing',
      reason: 'Why.',
      cases: ['one'],
      onTakingOver: 'it changes',
      tests: [{ file: 'a.ts', name: 'b' }],
    },
  ]);
});

describe.each(differences)('$title', ({ reason, cases: named, tests }) => {
  test('says why', () => expect(reason.length).toBeGreaterThan(60));
  test('names cases that there are', () => expect(named.filter((name) => !cases.has(name))).toEqual([]));
  test('has a test', () => expect(tests).not.toEqual([]));
  test.each(tests)('$file has "$name"', ({ file, name }) => {
    const path = join(ROOT, file);
    expect(existsSync(path) ? readFileSync(path, 'utf8') : `${file} does not exist`).toContain(name);
  });
});

test('no case differs for two reasons', () => {
  const all = differences.flatMap(({ cases: named }) => named);
  expect(all.length).toBe(new Set(all).size);
});
