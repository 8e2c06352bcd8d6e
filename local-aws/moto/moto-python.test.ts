// Which Python runs moto, by what pip writes into its scripts.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { motoPlace, motoPython, pythonOf } from './moto-python.ts';

const folder = mkdtempSync(join(tmpdir(), 'moto-python-'));
const executable = (...path: string[]): string => {
  const file = join(folder, ...path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  return file;
};

afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['#!/home/ann/moto/bin/python\nimport sys\n', '/home/ann/moto/bin/python'],
  ['#!/usr/bin/python3.12\n', '/usr/bin/python3.12'],
  // A path that is too long for the kernel, or has a space in it.
  [`#!/bin/sh\n'''exec' "/home/ann b/bin/python3" "$0" "$@"\n' '''\n`, '/home/ann b/bin/python3'],
  [`#!/bin/sh\n'''exec' /very/long/bin/python3 "$0" "$@"\n' '''\n`, '/very/long/bin/python3'],
  ['#!/bin/bash\nexec moto\n', undefined],
  ['', undefined],
])('%j names %s', (script, python) => {
  expect(pythonOf(script)).toBe(python);
});

test('the pinned one of the cache comes first, then that of moto_server on the PATH, then none', () => {
  const env = { XDG_CACHE_HOME: join(folder, 'cache'), PATH: `${folder}/none:${folder}/bin` };
  expect(motoPython(env)).toBeUndefined();
  const python = executable('venv', 'python3');
  writeFileSync(executable('bin', 'moto_server'), `#!${python}\n`);
  expect(motoPython(env)).toBe(python);
  writeFileSync(join(folder, 'bin', 'moto_server'), '#!/gone/bin/python\n');
  expect(motoPython(env)).toBeUndefined();
  const pinned = executable('cache', 'albatross', motoPlace(env).replace(/^.*\//, ''), 'bin', 'python');
  expect(motoPython(env)).toBe(pinned);
});
