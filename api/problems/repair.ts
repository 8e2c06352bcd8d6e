// Repair: the text that somebody meant by one that is refused. Each repair undoes one way in which texts go wrong on their
// way into an annotation; one is believed only when every check takes its result, so a suggestion can be pasted in.
import type { AnyAnnotation } from '../annotation.ts';
import { type Encoding, encodingOf } from '../validate/decode.ts';
import { LISTS, MAPS } from './repairs/lists.ts';
import { OBJECTS } from './repairs/objects.ts';
import { ANY, NUMBERS, type Repair } from './repairs/plain.ts';

/** A text that is taken, and the mistake that lay between it and what was written. */
export interface Repaired {
  readonly text: string;
  readonly because: string;
}

/** Longer texts are not mended: each attempt reads them anew. */
const MENDED_MAX = 4_000;

const OF_ENCODING: Readonly<Record<Encoding, readonly Repair[]>> = {
  bool: [],
  int32: NUMBERS,
  string: [],
  stringList: LISTS,
  stringMap: MAPS,
  json: OBJECTS,
};

/**
 * What was likely meant by a text that is refused: the first mended text that `taken` accepts, with one repair, or with two
 * of them one after the other.
 */
export function repaired(
  { schema, examples }: AnyAnnotation,
  text: string,
  taken: (text: string) => boolean,
): Repaired | undefined {
  if (text.length > MENDED_MAX) return undefined;
  const encoding = encodingOf(schema);
  const isNumber = encoding === 'string' && examples.good.some((example) => /^[0-9]+$/.test(example));
  const repairs = [...ANY, ...OF_ENCODING[isNumber ? 'int32' : encoding]];
  const once = repairs.flatMap(({ because, mend }, at): (Repaired & { readonly at: number })[] => {
    const mended = mend(text);
    return mended === undefined || mended === '' ? [] : [{ text: mended, because, at }];
  });
  const whole = once.find((one) => taken(one.text));
  if (whole !== undefined) return { text: whole.text, because: whole.because };
  for (const first of once) {
    for (const { because, mend } of repairs.slice(first.at + 1)) {
      const mended = mend(first.text);
      if (mended === undefined || mended === '' || !taken(mended)) continue;
      return { text: mended, because: `${first.because}; ${because}` };
    }
  }
  return undefined;
}

/** What a text holds that no program was to see: the place of a value that nobody filled in. */
export function leftover(text: string): string | undefined {
  const template =
    /\{\{[^{}]{0,80}\}\}|\$\{[A-Za-z_][^{}]{0,80}\}|\$\([A-Za-z_][\w.]{0,80}\)|<no value>|%!s\(<nil>\)/.exec(
      text.slice(0, MENDED_MAX),
    )?.[0];
  return template === undefined ? undefined : `${template} is a place of a template that was not filled in`;
}
