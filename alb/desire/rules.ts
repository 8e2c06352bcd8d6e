// Rules of one listener: hosts and paths of its members in order, redirects that loop or shadow dropped, then numbered
// (spec annotations 15.1 to 15.3, 15.8; aws-model 3.11).
import {
  type Action,
  type Condition,
  RESOURCE_TAG,
  type Resource,
  type Tags,
  type Transform,
} from '../../api/aws.ts';
import type { IntentBackend } from '../../api/generated/binding.ts';
import { type Route, routesOf } from '../../api/routing/routes.ts';
import { transformsOf } from '../../api/routing/rules.ts';
import { madeOf } from '../../api/routing/unreachable-rules.ts';
import type { Member } from '../group.ts';
import { courseFor } from './actions.ts';
import type { Desiring } from './desiring.ts';
import { tellOpen } from './guard.ts';
import type { DesiredPort } from './ports.ts';
import type { MemberRedirects } from './redirects.ts';
import { tagsOf } from './tags.ts';

/** What is the same for all rules with one backend. */
interface RuleAnswer {
  readonly actions: Action[];
  readonly transforms: readonly Transform[];
}

interface RuleDraft {
  readonly route: Route;
  readonly member: Member;
  readonly conditions: readonly Condition[];
  /** The routing action. */
  readonly action: Action;
  readonly answering: RuleAnswer;
  /** Those of all rules of the member; each has its place beside them. */
  readonly tags: Tags;
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
  const known = new Map<string, Pick<RuleDraft, 'action' | 'answering'>>();
  const answered = ({ backend, source }: Route): Pick<RuleDraft, 'action' | 'answering'> => {
    if (redirect !== undefined)
      return { action: redirect, answering: { actions: [redirect], transforms: [] } };
    const { before, action } = courseFor(desiring, member, backend, port.protocol);
    const transforms = transformsOf(source, settings);
    return { action, answering: { actions: [...before, action], transforms } };
  };
  return routesOf(member.intent).map((route) => {
    const { action, answering } = known.getOrInsertComputed(keyOf(route.backend), () => answered(route));
    return { route, member, conditions: route.conditions(), action, answering, tags };
  });
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
  const looked = new Set<RuleAnswer>();
  return drafts.map(({ route, member, conditions, action, answering, tags }, index) => {
    if (port.protocol === 'HTTP' && action.type !== 'redirect' && !looked.has(answering)) {
      looked.add(answering);
      tellOpen(desiring, member, route.backend, port.port);
    }
    const { actions, transforms } = answering;
    const priority = index + 1;
    const tag = `${port.port}:${priority}`;
    const id = `rule/${tag}`;
    desiring.origins.push({ id, member: member.key, ...route.said });
    return {
      kind: 'rule',
      id,
      spec: {
        listener: { ref: listener },
        priority,
        conditions,
        actions,
        ...(transforms.length === 0 ? {} : { transforms }),
        tags: { ...tags, [RESOURCE_TAG]: tag },
      },
    };
  });
}
