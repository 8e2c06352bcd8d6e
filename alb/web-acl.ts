// webacl: the web ACL that a group asks for, and who is told that his word does not count (spec annotations 8.1, 8.2).

import { contradicts, deciding, sameWebAcl, type WebAclWord, webAclWord } from '../api/ingress/web-acl.ts';
import { annotationPath } from '../api/problems/finding.ts';
import { refusal, warning } from '../api/problems/problem.ts';
import type { Member, Told } from './group.ts';
import { agree } from './merge.ts';

export interface GroupWebAcl extends Pick<WebAclWord, 'by' | 'value'> {
  /** `namespace/name` of those who say it. */
  readonly members: readonly string[];
}

type MemberWebAcl = WebAclWord & { readonly member: Member };

/** Undefined when nobody says anything: then the association is left alone. What does not count goes to `leftOut`. */
export function webAclOf(members: readonly Member[], leftOut: Told[]): GroupWebAcl | undefined {
  const words = members.flatMap((member): MemberWebAcl[] => {
    const word = webAclWord(member.intent.settings);
    return word === undefined ? [] : [{ member, ...word }];
  });
  if (words.length === 0) return undefined;
  const heard = deciding(words);
  const agreed = agree(
    heard.map(({ member, by, value }) => ({ member, name: by, setting: { value, from: '' } })),
    leftOut,
  );
  const winner = heard.find(({ value }) => value === agreed?.value);
  if (winner === undefined) return undefined;
  for (const one of words) {
    if (!heard.includes(one) && !sameWebAcl(one, winner)) leftOut.push(...overruled(one, winner, words));
  }
  const saying = heard.filter(({ value }) => value === winner.value).map(({ member }) => member.key);
  return { by: winner.by, value: winner.value, members: saying };
}

/** An ARN that a name takes the place of is only told so, as it is nothing that the LBC minds. */
function overruled(loser: MemberWebAcl, winner: MemberWebAcl, words: readonly MemberWebAcl[]): Told[] {
  const refused = contradicts(loser, winner, words);
  const why = winner.pinned && !loser.pinned ? 'does so by its class' : 'does so by name';
  const tell = (to: MemberWebAcl, problem: typeof refusal, because: string): Told => ({
    member: to.member.key,
    problem: problem('GroupConflict', annotationPath(to.by), { value: to.value, because }),
  });
  const left = tell(
    loser,
    refused ? refusal : warning,
    `Ingress ${winner.member.key} of the same group asks for ${JSON.stringify(winner.value)}, and ${why}; this value is left out`,
  );
  if (!refused) return [left];
  const other = `Ingress ${loser.member.key} of the same group says ${JSON.stringify(loser.value)}; its value is left out`;
  return [left, tell(winner, warning, other)];
}
