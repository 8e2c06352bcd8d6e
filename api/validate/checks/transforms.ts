// What AWS asks of the transforms of one annotation beyond their schema (aws-limits 3.2).
import { CONFIG_OF_TRANSFORM, type TransformValue } from '../../annotations/transforms.ts';
import { type Finding, refuse, step, warn } from '../../problems/finding.ts';
import { groupsIn, regexFindings } from './regex.ts';

/** What is wrong or doubtful with a list of transforms. */
export function transformFindings(transforms: readonly TransformValue[]): Finding[] {
  const seen = new Set<string>();
  return transforms.flatMap((transform, index): Finding[] => {
    const found = findingsOf(transform, step(index));
    if (!seen.has(transform.type)) {
      seen.add(transform.type);
      return found;
    }
    const because = 'a rule can have one transform of each type';
    return [refuse('Contradiction', { at: `${step(index)}.type`, value: transform.type, because }), ...found];
  });
}

function findingsOf(transform: TransformValue, place: string): Finding[] {
  const member = CONFIG_OF_TRANSFORM[transform.type];
  const at = `${place}.${member}`;
  const config = transform[member];
  if (config === undefined) {
    const because = `the member is missing: type ${transform.type} needs it`;
    return [refuse('Malformed', { at, because })];
  }
  const { rewrites } = config;
  const each = rewrites.flatMap(({ regex, replace = '' }, index) =>
    rewriteFindings(regex, replace, `${at}.rewrites${step(index)}`),
  );
  if (rewrites.length === 1) return each;
  const because = 'AWS documents one rewrite for each transform; further ones may be refused';
  return [...each, warn('OutOfRange', { at: `${at}.rewrites`, value: String(rewrites.length), because })];
}

function rewriteFindings(regex: string, replace: string, at: string): Finding[] {
  const found = regexFindings(regex, `${at}.regex`);
  const groups = groupsIn(regex);
  const wanted = [...replace.matchAll(/\$([0-9]{1,3})/g)].map(([, digits]) => Number(digits));
  const most = wanted.reduce((a, b) => Math.max(a, b), 0);
  if (most <= groups) return found;
  const because = `it refers to group ${most}, and the regular expression has ${groups}`;
  return [...found, warn('OutOfRange', { at: `${at}.replace`, value: replace, because })];
}
