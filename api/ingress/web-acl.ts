// Which web ACL a group asks for (spec annotations 8): a name anywhere takes the place of all ARNs, and what a class says
// stands above what annotations say. Pure. The LBC lets the name of an annotation win over the ARN of a class; that would be
// a way out of what the class pins, so here it does not.
import { webAclName } from '../aws.ts';
import type { Settings } from '../generated/binding.ts';
import { CLASS_PARAMS_KIND } from '../problems/place.ts';

/** What one member says; a member that says both is read by its name. */
export interface WebAclWord {
  readonly by: 'wafv2-acl-name' | 'wafv2-acl-arn';
  readonly value: string;
  /** Said by the class of the Ingress. */
  readonly pinned: boolean;
}

/** Undefined when a member says nothing; an empty name says nothing. */
export function webAclWord(settings: Settings): WebAclWord | undefined {
  const name = settings['wafv2-acl-name'];
  const by = name === undefined || name.value === '' ? 'wafv2-acl-arn' : 'wafv2-acl-name';
  const setting = settings[by];
  if (setting === undefined) return undefined;
  return { by, value: setting.value, pinned: setting.from.startsWith(CLASS_PARAMS_KIND) };
}

/** The words that decide, of all that are said in a group: all of one kind, and either all or none of a class. */
export function deciding<T extends WebAclWord>(words: readonly T[]): readonly T[] {
  const pinned = words.filter((word) => word.pinned);
  const heard = pinned.length > 0 ? pinned : words;
  const names = heard.filter(({ by }) => by === 'wafv2-acl-name');
  return names.length > 0 ? names : heard;
}

const nameOf = ({ by, value }: WebAclWord): string => (by === 'wafv2-acl-name' ? value : webAclName(value));

/** Whether two words ask for the same web ACL, as far as can be seen. */
export const sameWebAcl = (a: WebAclWord, b: WebAclWord): boolean =>
  a.by === b.by ? a.value === b.value : nameOf(a) === nameOf(b);

/**
 * Whether `mine` is held against the one who says it, because `theirs` asks for something else. The ARN that a name takes the
 * place of is not, as with the LBC; the name that would take the place of an ARN of a class is.
 */
export function contradicts(mine: WebAclWord, theirs: WebAclWord, words: readonly WebAclWord[]): boolean {
  if (sameWebAcl(mine, theirs)) return false;
  const by = deciding(words)[0]?.by;
  const evades = theirs.pinned && !mine.pinned && mine.by === 'wafv2-acl-name';
  return evades || (mine.by === theirs.by && mine.by === by);
}
