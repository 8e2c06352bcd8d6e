// Warnings about what members of a group do to each other's requests. Nothing here is refused: it works with the LBC today.
import { once } from '../once.ts';
import type { Problem } from '../problems/problem.ts';
import { circleProblems } from './circles.ts';
import { plainHttpProblems } from './plain-http.ts';
import { type GroupMember, type HttpsRedirect, inGroupOrder, portsOf, withMember } from './routes.ts';
import { takenProblems } from './taken.ts';

/** So many warnings of one kind are told to one member; they are all alike. */
const TOLD_MAX = 10;

/**
 * Warnings to one member about its redirects, its rules and its ports beside those of the others. `others` are in group
 * order; an older version of the member among them does not count. Found again in a list that was asked about before, all
 * this costs no more than the member's own rules. `opens`: whether an HTTPS port that is asked for can be opened, where that is
 * known: a redirect to one that cannot concerns nobody but who asks for it.
 */
export function routingProblems(
  member: GroupMember,
  others: readonly GroupMember[],
  opens: (port: number) => boolean = () => true,
): Problem[] {
  const there = redirectFor(member, others);
  const redirect = there !== undefined && opens(there.port) ? there : undefined;
  const all = (): readonly GroupMember[] => withMember(member, others);
  return [
    ...circleProblems(member, all, redirect?.port).slice(0, TOLD_MAX),
    ...takenProblems(member, others, redirect).slice(0, TOLD_MAX),
    ...plainHttpProblems(member, others, redirect),
  ];
}

interface Https {
  /** Members that say `ssl-redirect`, in group order. */
  readonly redirecting: readonly GroupMember[];
  /** Two at the most for each HTTPS port: one of them is not the member that is asked about. */
  readonly listening: ReadonlyMap<number, readonly string[]>;
}

/** Looked for once for each list. */
const httpsIn = once((members: readonly GroupMember[]): Https => {
  const listening = new Map<number, string[]>();
  for (const { key, spec } of members) {
    for (const { port, protocol } of portsOf(spec)) {
      const there = listening.get(port) ?? [];
      if (protocol === 'HTTPS' && there.length < 2) listening.set(port, [...there, key]);
    }
  }
  const redirecting = members.filter(({ spec }) => spec.intent?.settings['ssl-redirect'] !== undefined);
  return { redirecting, listening };
});

/** The redirect to HTTPS of the group with this version of the member. */
function redirectFor(member: GroupMember, others: readonly GroupMember[]): HttpsRedirect | undefined {
  const { redirecting, listening } = httpsIn(others);
  const other = redirecting.find(({ key }) => key !== member.key);
  const says = member.spec.intent?.settings['ssl-redirect'] !== undefined;
  const by = says && (other === undefined || inGroupOrder(member, other) < 0) ? member : other;
  const port = by?.spec.intent?.settings['ssl-redirect']?.value;
  if (by === undefined || port === undefined) return undefined;
  const isThere =
    (listening.get(port) ?? []).some((key) => key !== member.key) ||
    portsOf(member.spec).some((one) => one.port === port && one.protocol === 'HTTPS');
  return isThere ? { port, by } : undefined;
}

/** The same for every member of a group, later ones first: it is their requests that do not arrive. `members` are in group order. */
export function routingOfGroup(
  members: readonly GroupMember[],
  opens?: (port: number) => boolean,
): { readonly member: string; readonly problem: Problem }[] {
  return members
    .toReversed()
    .flatMap((member) =>
      routingProblems(member, members, opens).map((problem) => ({ member: member.key, problem })),
    );
}
