// Tags that AWS refuses and tags that mark what the controller owns (aws-limits 5; spec annotations 18.2).
import { CLUSTER_TAG, RESOURCE_TAG, STACK_TAG } from '../../aws.ts';
import * as limits from '../../limits/limits.ts';
import { type Finding, refuse, warn } from '../../problems/finding.ts';

/** Tags (aws-limits 5; spec annotations 18.2). */
export function tagFindings(tags: Readonly<Record<string, string>>): Finding[] {
  const entries = Object.entries(tags);
  const each = entries.flatMap(([key, value]): Finding[] => {
    const at = `[${key}]`;
    if (/^aws:/i.test(key))
      return [refuse('NotAllowed', { value: key, because: 'keys that start with aws: are reserved' })];
    if ([CLUSTER_TAG, STACK_TAG, RESOURCE_TAG].includes(key)) {
      const because = 'this key marks what the controller owns';
      return [refuse('NotAllowed', { value: key, because, check: 'TrackingTag' })];
    }
    if ([...key].length > limits.TAG_KEY_MAX) {
      const allowed = `a tag key of at most ${limits.TAG_KEY_MAX} characters`;
      return [refuse('OutOfRange', { value: key, allowed })];
    }
    if ([...value].length > limits.TAG_VALUE_MAX) {
      const allowed = `a tag value of at most ${limits.TAG_VALUE_MAX} characters`;
      return [refuse('OutOfRange', { value, at, allowed })];
    }
    const allowed = 'made of letters, digits, blanks and _ . : / = + - @';
    if (!limits.TAG_TEXT.test(key)) return [refuse('InvalidFormat', { value: key, allowed })];
    if (/^aws:/i.test(value))
      return [warn('NotAllowed', { at, value, because: 'values that start with aws: are reserved, too' })];
    return limits.TAG_TEXT.test(value) ? [] : [refuse('InvalidFormat', { value, at, allowed })];
  });
  if (entries.length <= limits.TAGS_MAX) return each;
  const because = `AWS allows ${limits.TAGS_MAX} tags on one resource`;
  return [...each, warn('OutOfRange', { value: String(entries.length), because })];
}
