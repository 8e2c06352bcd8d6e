// Hints: what a person most likely meant by a text that is refused, or by one that is taken and looks like a mistake.
import type { AnyAnnotation } from '../annotation.ts';
import type { Checked } from '../validate/check.ts';
import { encodingOf, trim } from '../validate/decode.ts';
import { misplaced } from '../validate/identifiers.ts';
import { isObject } from '../validate/type-guards.ts';
import { type Finding, refuses, warn } from './finding.ts';
import { leftover, repaired } from './repair.ts';

export const joined = (because: string | undefined, more: string): string =>
  because === undefined ? more : `${because}; ${more}`;

/** What was found, with the likely intent. `judge` is the check without hints. */
export function withHints(
  descriptor: AnyAnnotation,
  text: string,
  checked: Checked,
  judge: (text: string) => Checked,
): Checked {
  const refused = checked.findings.find(refuses);
  if (refused === undefined) {
    const doubts = checked.findings.length > 0 ? [] : doubtsOf(descriptor, text, checked.value);
    return doubts.length === 0 ? checked : { ...checked, findings: doubts };
  }
  const template = leftover(text);
  if (template !== undefined) {
    const findings = checked.findings.map((one) =>
      refuses(one) ? { ...withoutIntent(one), because: joined(one.because, template) } : one,
    );
    return { ...checked, findings };
  }
  // A check that can be switched to a warning says what it says of each part.
  if (checked.loose !== undefined) return checked;
  const all = checked.findings.filter(refuses);
  const isPlaced = encodingOf(descriptor.schema) === 'json' && all.every(({ at = '' }) => at !== '');
  // Where parts of JSON have their own hints, those say more.
  if (isPlaced && all.every(({ suggestion }) => suggestion !== undefined)) return checked;
  const meant = repaired(descriptor, text, (mended) => !judge(mended).findings.some(refuses));
  if (meant === undefined)
    return { ...checked, findings: checked.findings.map((one) => withPlace(descriptor, one)) };
  const finding =
    isPlaced && all.length === 1 ? { ...refused, suggestion: meant.text } : ofWhole(refused, text, meant);
  return { ...checked, findings: [finding] };
}

/** An identifier of something else is told where it is said. */
function withPlace({ name }: AnyAnnotation, finding: Finding): Finding {
  const what = finding.value === undefined ? undefined : misplaced(name, finding.value);
  return what === undefined ? finding : { ...finding, because: joined(finding.because, what) };
}

const withoutIntent = ({ suggestion: _, ...rest }: Finding): Finding => rest;

/** One mistake made all of it wrong, so it is told of the whole text. */
function ofWhole(
  { code, at = '', allowed, check: _, because: __, ...rest }: Finding,
  text: string,
  meant: { readonly text: string; readonly because: string },
): Finding {
  return {
    ...rest,
    code,
    value: text,
    ...(at === '' && allowed !== undefined ? { allowed } : {}),
    because: meant.because,
    suggestion: meant.text,
  };
}

/** Texts that are taken, with what people hardly ever mean. */
function doubtsOf({ name, schema }: AnyAnnotation, text: string, value: unknown): Finding[] {
  const doubt = (because: string, suggestion?: string): Finding =>
    warn('InvalidFormat', { value: text, because, suggestion });
  const template = leftover(text);
  if (template !== undefined) return [doubt(template)];
  const encoding = encodingOf(schema);
  if (encoding === 'string' && text !== trim(text) && trim(text) !== '')
    return [doubt('the blanks or line ends around it are part of the value', trim(text))];
  const hasLines = (one: unknown): boolean => typeof one === 'string' && /[\r\n]/.test(one);
  const isList = encoding === 'stringList' && Array.isArray(value);
  if (isList && value.some(hasLines))
    return [doubt('an item has a line end inside; only commas separate items')];
  const strange = isList ? value.find((one) => typeof one === 'string' && misplaced(name, one)) : undefined;
  if (typeof strange === 'string') return [{ ...doubt(misplaced(name, strange) ?? ''), value: strange }];
  const isMap = encoding === 'stringMap' && isObject(value);
  if (isMap && Object.entries(value).flat().some(hasLines))
    return [doubt('a pair has a line end inside; only commas separate pairs')];
  return [];
}
