// Rules of one listener: hosts and paths of its members in order, redirects that loop or shadow dropped, then numbered
// (spec annotations 15.1 to 15.3, 15.8; aws-model 3.11).
import { type Condition, RESOURCE_TAG, type Resource, type Tags, type Transform } from '../../api/aws.ts';
import type { IntentBackend } from '../../api/generated/binding.ts';
import { type Route, routesOf } from '../../api/routing/routes.ts';
import { transformsOf } from '../../api/routing/rules.ts';
import { madeOf } from '../../api/routing/unreachable-rules.ts';
import type { Member } from '../group.ts';
import { type Course, courseFor } from './actions.ts';
import type { Desiring, Origin } from './desiring.ts';
import { tellOpen } from './guard.ts';
import type { DesiredPort } from './ports.ts';
import type { MemberRedirects } from './redirects.ts';
import { tagsOf } from './tags.ts';

/** What is the same for all rules with one backend. */
interface Served extends Course {
  readonly transforms: readonly Transform[];
}

interface RuleDraft extends Served {
  readonly conditions: readonly Condition[];
  /** Those of all rules of the member; each has its place beside them. */
  readonly tags: Tags;
  readonly member: Member;
  readonly backend: IntentBackend;
  readonly origin: Omit<Origin, 'id'>;
}

function draftsOf(
  desiring: Desiring,
  member: Member,
  port: DesiredPort,
  redirecting?: MemberRedirects,
): RuleDraft[] {
  const { settings } = member.intent;
  const redirect = redirecting?.to(member);
  const { facts, group } = desiring;
  const tags = tagsOf(facts.cluster, group.id, '', settings.tags?.value ?? {});
  const courses = new Map<string, Served>();
  const servedBy = ({ backend, source }: Route): Served =>
    redirect !== undefined
      ? { transforms: [], before: [], action: redirect }
      : courses.getOrInsertComputed(keyOf(backend), () => ({
          transforms: transformsOf(source, settings),
          ...courseFor(desiring, member, backend, port.protocol),
        }));
  return routesOf(member.intent).map((route) => ({
    conditions: route.conditions(),
    ...servedBy(route),
    tags,
    member,
    backend: route.backend,
    origin: { member: member.key, ...route.said },
  }));
}

/** What differs in it is another backend. */
const keyOf = ({ service, action }: IntentBackend): string =>
  service === undefined ? `${action}` : `${service.name}\n${typeof service.port} ${service.port}`;

/**
 * Wants the rules of one listener. One that redirects to HTTPS needs none, unless somebody there is not concerned: then
 * everybody else's requests are redirected by rules, so that they keep their places in the order.
 */
export function rulesFor(
  desiring: Desiring,
  port: DesiredPort,
  listener: string,
  redirecting?: MemberRedirects,
): Resource<'rule'>[] {
  const all = redirecting?.otherwise !== undefined && port.members.every((one) => redirecting.to(one));
  if (all) return [];
  const drafts = madeOf(
    port.members.flatMap((member) => draftsOf(desiring, member, port, redirecting)),
    port,
  );
  return drafts.map(({ conditions, transforms, before, action, tags, member, backend, origin }, index) => {
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
        tags: { ...tags, [RESOURCE_TAG]: tag },
      },
    };
  });
}
