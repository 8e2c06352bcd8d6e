// Rules of one listener: hosts and paths of its members in order, redirects that loop or shadow dropped, then numbered
// (spec annotations 15.1 to 15.3, 15.8; aws-model 3.11).
import { isDeepStrictEqual } from 'node:util';
import type { Condition, Resource, Tags, Transform } from '../../api/aws.ts';
import type { IntentBackend } from '../../api/generated/binding.ts';
import { conditionsOf, transformsOf } from '../../api/rules.ts';
import { covers, madeOf, redirectsToItself } from '../../api/shadows.ts';
import type { Member } from '../group.ts';
import { type Course, courseFor } from './actions.ts';
import { type Desiring, type Origin, tell } from './desiring.ts';
import { tellOpen } from './guard.ts';
import type { Port } from './ports.ts';
import type { Redirecting } from './redirects.ts';
import { tagsOf } from './tags.ts';

interface Draft extends Course {
  readonly conditions: Condition[];
  readonly transforms: Transform[];
  readonly userTags: Tags;
  readonly member: Member;
  readonly backend: IntentBackend;
  readonly origin: Omit<Origin, 'id'>;
}

function draftsOf(desiring: Desiring, member: Member, port: Port, redirecting?: Redirecting): Draft[] {
  const { settings } = member.intent;
  const redirect = redirecting?.to(member);
  const userTags = settings.tags?.value ?? {};
  return member.intent.rules.flatMap(({ host, paths }) =>
    paths.map(({ path, pathType, backend }) => {
      const source = { host, path, pathType, backend: backend.service?.name ?? backend.action ?? '' };
      return {
        conditions: conditionsOf(source, settings),
        transforms: redirect !== undefined ? [] : transformsOf(source, settings),
        ...(redirect !== undefined
          ? { before: [], action: redirect }
          : courseFor(desiring, member, backend, port.protocol)),
        userTags,
        member,
        backend,
        origin: { member: member.key, host, path, pathType },
      };
    }),
  );
}

const placeOf = ({ origin: { host = '*', path = '/*' } }: Draft): string => `${host}${path}`;

/** A redirect of one member that leaves another one's rule no request: so the group's order wants it, and both are told. */
function tellCovered(desiring: Desiring, earlier: Draft, draft: Draft): void {
  const [first, second] = [earlier.origin.member, draft.origin.member];
  if (first === second || isDeepStrictEqual(earlier.action, draft.action)) return;
  const about = (member: string, value: string, because: string): void =>
    tell(desiring, member, { code: 'GroupConflict', severity: 'warn', path: 'spec.rules', value, because });
  about(
    second,
    placeOf(draft),
    `Ingress ${first} comes first in the group and redirects ${placeOf(earlier)}, so no request gets here; group.order says who comes first`,
  );
  about(
    first,
    placeOf(earlier),
    `this redirect takes requests that Ingress ${second} of the same group, which comes later, has rules for`,
  );
}

function optimised(desiring: Desiring, drafts: readonly Draft[], port: Port): Draft[] {
  const made = madeOf(drafts, port);
  const kept = new Set(made);
  const redirects: Draft[] = [];
  for (const draft of drafts) {
    if (kept.has(draft)) {
      if (draft.action.type === 'redirect') redirects.push(draft);
      continue;
    }
    const earlier = redirects.find((one) => covers(one, draft));
    if (earlier !== undefined && !redirectsToItself(draft, port)) tellCovered(desiring, earlier, draft);
  }
  return made;
}

/**
 * Wants the rules of one listener. One that redirects to HTTPS needs none, unless somebody there is not concerned: then
 * everybody else's requests are redirected by rules, so that they keep their places in the order.
 */
export function rulesFor(
  desiring: Desiring,
  port: Port,
  listener: string,
  redirecting?: Redirecting,
): Resource<'rule'>[] {
  const all = redirecting?.otherwise !== undefined && port.members.every((one) => redirecting.to(one));
  if (all) return [];
  const drafts = optimised(
    desiring,
    port.members.flatMap((member) => draftsOf(desiring, member, port, redirecting)),
    port,
  );
  return drafts.map(
    ({ conditions, transforms, before, action, userTags, member, backend, origin }, index) => {
      if (port.protocol === 'HTTP' && action.type !== 'redirect')
        tellOpen(desiring, member, backend, port.port);
      const priority = index + 1;
      const tag = `${port.port}:${priority}`;
      const id = `rule/${tag}`;
      desiring.origins.push({ id, ...origin });
      return {
        kind: 'rule',
        id,
        spec: {
          listener: { ref: listener },
          priority,
          conditions,
          actions: [...before, action],
          ...(transforms.length === 0 ? {} : { transforms }),
          tags: tagsOf(desiring.facts.cluster, desiring.group.id, tag, userTags),
        },
      };
    },
  );
}
