// A problem of a value before it is known which object said it, and the field paths that problems name.
import { PREFIX } from '../annotation.ts';
import { defined } from '../defined.ts';
import type { Problem, ProblemCode } from './problem.ts';

/** `at` leads from the annotation to the part of its value: `.port`, `[0]`. */
export interface Finding extends Omit<Problem, 'path' | 'object'> {
  readonly at?: string;
}

type FindingWords = { readonly [K in Exclude<keyof Finding, 'code' | 'severity'>]?: Finding[K] | undefined };

/** A finding that refuses; what is undefined is not said. */
export const refuse = (code: ProblemCode, words: FindingWords): Finding => ({
  code,
  severity: 'refuse',
  ...defined(words),
});

/** A finding that lets pass. */
export const warn = (code: ProblemCode, words: FindingWords): Finding => ({
  ...refuse(code, words),
  severity: 'warn',
});

export const refuses = ({ severity }: Pick<Finding, 'severity'>): boolean => severity === 'refuse';

/** The field path of an annotation, by its whole name. */
export const pathOfAnnotation = (name: string): string => `metadata.annotations[${name}]`;

/**
 * The field path of one of our annotations. Problems name settings by it; where the setting is really said, by a class or a
 * Service, is decided once for all of them (place.ts).
 */
export const annotationPath = (suffix: string): string => pathOfAnnotation(PREFIX + suffix);

/** One step of a field path: `.name` for names that read well without brackets, `[name]` for the rest. */
export const step = (part: string | number): string =>
  typeof part === 'string' && /^[A-Za-z_]+$/.test(part) ? `.${part}` : `[${part}]`;

/** The finding as a problem of one annotation. */
export const problemOf = ({ at = '', ...rest }: Finding, suffix: string): Problem => ({
  ...rest,
  path: annotationPath(suffix) + at,
});
