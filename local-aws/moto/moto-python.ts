// Which Python runs moto: the one that `make install` made for the release that is pinned here, else that of `moto_server` on
// the PATH.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The pinned release, as pip reads it. */
export const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** Where programs of this project keep what every checkout shares. */
export const sharedCache = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'albatross');

/** The virtual environment that `make install` makes, named by a hash so that a changed pin never meets an old build. */
export function motoPlace(env: NodeJS.ProcessEnv = process.env): string {
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  return join(sharedCache(env), `moto-${hash}`);
}

/** A Python that has moto, or undefined. */
export function motoPython(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const installed = join(motoPlace(env), 'bin/python');
  if (existsSync(installed)) return installed;
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    const script = join(directory, 'moto_server');
    const python = existsSync(script) ? pythonOf(readFileSync(script, 'utf8')) : undefined;
    if (python !== undefined && existsSync(python)) return python;
  }
  return undefined;
}

/**
 * The Python of a script that pip made. Its first line names it, or, where the path is long or has a space in it, the line
 * after `#!/bin/sh` does.
 */
export function pythonOf(script: string): string | undefined {
  const [first = '', second = ''] = script.split('\n', 2);
  return /^'''exec' "?([^"]+?)"? "\$0"/.exec(second)?.[1] ?? /^#!\s*(\/\S*python[\d.]*)\s*$/.exec(first)?.[1];
}
