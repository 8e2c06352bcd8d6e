// `make generate`: writes every generated file. A generator is a path and a text; to add one, add it to the list.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { annotationsPage } from './annotationspage.ts';
import { chart } from './chart/chart.ts';
import { crd } from './crd.ts';
import { flagsPage } from './flagspage.ts';
import { iam } from './iam.ts';
import { problemsPage } from './problemspage.ts';
import { targetGroupBinding, targetGroupBindingCrd } from './target-group-binding.ts';
import { binding, schema, values } from './value-types.ts';

/** A file that is wholly made from other files of the repository. */
export interface Generated {
  /** From the repository's root. */
  readonly path: string;
  readonly render: () => Promise<string>;
}

export const GENERATED: readonly Generated[] = [
  values,
  schema,
  binding,
  crd,
  targetGroupBinding,
  targetGroupBindingCrd,
  iam,
  annotationsPage,
  problemsPage,
  flagsPage,
  ...chart,
];

/** The repository's root directory. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The generated file as it lies in the repository; undefined when it does not exist. */
export function stored(generated: Generated): string | undefined {
  try {
    return readFileSync(join(ROOT, generated.path), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

if (import.meta.main) {
  for (const generated of GENERATED) {
    const text = await generated.render();
    if (text === stored(generated)) continue;
    const target = join(ROOT, generated.path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    process.stdout.write(`wrote ${generated.path}\n`);
  }
}
