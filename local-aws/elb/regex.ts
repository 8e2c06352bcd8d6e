// Regular expressions of conditions and transforms: which of them AWS takes (aws-limits 3.1, regex values).
import { invalid } from './refusal.ts';

/** An escape, a character class, or any other character. */
const TOKENS = /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|./gsu;
/** Back-references, subroutines by name, Unicode classes. */
const ESCAPES = /\\[1-9kgpPX]/;
/** Look-around, atomic groups, recursion, subroutines; possessive quantifiers. */
const GROUPS = /\(\?(?:[=!>&R\d+-]|<[=!]|P[>=])|(?:[*+?]|\{\d+(?:,\d*)?\})\+/;
/** Flags in front of an expression; AWS says nothing about them (aws-limits 9). */
const FLAGS = /^\(\?[a-z]+\)/;

/**
 * Refuses an expression that is empty, too long, malformed, or uses what a load balancer does not support.
 * `max` counts characters.
 */
export function checkRegex(regex: string, max: number): void {
  if (regex === '') invalid('A regex value cannot be empty');
  if (regex.length > max) invalid(`Regex value '${regex}' cannot be longer than '${max}' characters`);
  const tokens = regex.match(TOKENS) ?? [];
  // Quantifiers and groups count only outside of escapes and classes.
  const skeleton = tokens.map((token) => (token.length > 1 ? '_' : token)).join('');
  const escaped = tokens.some((token) => token.length > 1 && ESCAPES.test(token));
  if (escaped || GROUPS.test(skeleton))
    invalid(`Regex value '${regex}' contains a construct that is not supported`);
  try {
    new RegExp(regex.replace(FLAGS, ''));
  } catch (error) {
    if (error instanceof SyntaxError) invalid(`Regex value '${regex}' is not a valid regular expression`);
    throw error;
  }
}
