// Regular expressions as the load balancer takes them (aws-limits 3.1). They are scanned once and never run: no text that a
// user writes can make the check slow.
import { type Finding, refuse, warn } from '../../problems/finding.ts';

/** What the load balancer cannot do, each with its name. The first match at the position of the scanner counts. */
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/\(\?(=|!|<=|<!)/y, 'look-ahead or look-behind'],
  [/\(\?>/y, 'an atomic group'],
  [/\(\?(R|[+-]?[0-9]|&|P>)/y, 'recursion or a subroutine'],
  [/\(\?P=|\\k[<{']|\\[1-9]/y, 'a back-reference'],
  [/\\g/y, 'a back-reference or a subroutine'],
  [/\\[pP]/y, 'a Unicode class'],
  [/([*+?]|\{[0-9]+(,[0-9]*)?\})\+/y, 'a possessive quantifier'],
];
const IN_CLASS: readonly (readonly [RegExp, string])[] = [[/\\[pP]/y, 'a Unicode class']];

interface Scan {
  /** Unsupported constructs, each once. */
  readonly unsupported: ReadonlySet<string>;
  readonly groups: number;
  /** The expression with the spellings of other dialects written as JavaScript does. */
  readonly plain: string;
}

/** `[^]]` and `[]a]`: a bracket that comes first is a character of the class. */
const CLASS_START = /\[\^?\]?/y;
/** An escape, an inline flag, a named group of another dialect, or any character. */
const PIECE = /\\[\s\S]|\(\?[a-zA-Z]+(-[a-zA-Z]+)?\)|\(\?P<|\(\?[\s\S]?|[\s\S]/y;
const PIECE_OF_CLASS = /\\[\s\S]|\[:\^?[a-z]+:\]|[\s\S]/y;

function take(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function scan(text: string): Scan {
  const unsupported = new Set<string>();
  let groups = 0;
  let plain = '';
  let inClass = false;
  for (let at = 0; at < text.length; ) {
    for (const [pattern, name] of inClass ? IN_CLASS : UNSUPPORTED) {
      if (take(pattern, text, at) !== '') unsupported.add(name);
    }
    let piece: string = take(inClass ? PIECE_OF_CLASS : PIECE, text, at) || (text[at] ?? '');
    if (inClass) inClass = piece !== ']';
    else if (piece === '[') {
      piece = take(CLASS_START, text, at);
      inClass = true;
    } else if (piece === '(' || piece === '(?P<' || piece === '(?<') groups++;
    at += piece.length;
    plain += translated(piece, inClass);
  }
  return { unsupported, groups, plain };
}

function translated(piece: string, inClass: boolean): string {
  if (inClass) return piece.endsWith(']') && piece.startsWith('[') ? piece.replace(/\]$/, '\\]') : piece;
  if (piece === '(?P<') return '(?<';
  return /^\(\?[a-zA-Z-]+\)$/.test(piece) ? '' : piece;
}

/** Number of groups that a replacement may refer to. */
export const groupsIn = (regex: string): number => scan(regex).groups;

/** What of a regular expression the load balancer refuses, or may not understand. */
export function regexFindings(regex: string, at: string): Finding[] {
  const { unsupported, plain } = scan(regex);
  if (unsupported.size > 0) {
    const because = `the load balancer does not support ${[...unsupported].join(', ')} in regular expressions`;
    return [refuse('InvalidFormat', { at, value: regex, because })];
  }
  try {
    // Only compiled: an expression costs time when it runs.
    new RegExp(plain);
    return [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const because = 'it does not look like a complete regular expression';
    return [warn('InvalidFormat', { at, value: regex, because })];
  }
}
