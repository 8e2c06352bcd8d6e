// Actions: what a listener or rule does with a request, from a backend or an `actions.NAME` setting (spec annotations 15.7).

import { portReference } from '../../api/annotations/actions.ts';
import type { Action, ForwardTarget } from '../../api/aws.ts';
import { defined } from '../../api/defined.ts';
import type { IntentBackend, Settings } from '../../api/generated/binding.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { warning } from '../../api/problems/problem.ts';
import { memberOf } from '../../api/routing/rules.ts';
import type { Member } from '../group.ts';
import { unavailable } from '../kinds/action.ts';
import { type Desiring, tell } from './desiring.ts';
import { guardFor } from './guard.ts';
import { type Backed, type Missing, targetGroupFor } from './targetgroups.ts';

type ActionSetting = NonNullable<Settings['actions']>[string]['value'];
type ForwardSetting = NonNullable<ActionSetting['forwardConfig']>;
type TupleSetting = ForwardSetting['targetGroups'][number];

/** The answer while something that a backend names does not exist (aws-model 3.11, backend fallbacks). */
const gone = (what: string): Action => unavailable(`Backend ${what} does not exist`);

const isMissing = (backed: Backed): backed is Missing => 'missing' in backed;

const missingWord = (backed: Missing): string => (backed.missing === 'Service' ? 'service' : 'service port');

function namedTargetGroup(
  desiring: Desiring,
  member: Member,
  tuple: Partial<TupleSetting>,
): string | undefined {
  if (tuple.targetGroupARN !== undefined) return tuple.targetGroupARN;
  if (tuple.targetGroupName === undefined) return undefined;
  const found = desiring.facts.targetGroupNamed(tuple.targetGroupName);
  if (found !== undefined && 'value' in found) return found.value;
  if (found !== undefined) tell(desiring, member.key, found.problem);
  return undefined;
}

function targetOf(
  desiring: Desiring,
  member: Member,
  tuple: TupleSetting,
): ForwardTarget | { missing: string } {
  const weight = tuple.weight === undefined ? {} : { weight: tuple.weight };
  if (tuple.serviceName === undefined) {
    const named = namedTargetGroup(desiring, member, tuple);
    return named === undefined ? { missing: 'target group' } : { targetGroup: named, ...weight };
  }
  const backed = targetGroupFor(desiring, member, tuple.serviceName, portReference(tuple.servicePort ?? ''));
  return isMissing(backed) ? { missing: missingWord(backed) } : { targetGroup: backed.ref, ...weight };
}

/**
 * Targets that exist share the requests; with none left the answer is 503. Stickiness that is said to be off is switched off
 * where it is on, one that is not said is left as it is (aws-model 3.10).
 */
function forward(desiring: Desiring, member: Member, config: ForwardSetting): Action {
  const found = config.targetGroups.map((tuple) => targetOf(desiring, member, tuple));
  const targets = found.filter((target) => 'targetGroup' in target);
  const lacking = found.find((target) => 'missing' in target);
  if (targets.length === 0) return gone(lacking?.missing ?? 'target group');
  const sticky = config.targetGroupStickinessConfig;
  const seconds = sticky?.enabled === false ? 0 : sticky?.durationSeconds;
  return { type: 'forward', targets, ...(seconds === undefined ? {} : { stickinessSeconds: seconds }) };
}

function fromSetting(desiring: Desiring, member: Member, said: ActionSetting): Action {
  if (said.type === 'redirect' && said.redirectConfig !== undefined) {
    return { type: 'redirect', ...said.redirectConfig };
  }
  if (said.type === 'fixed-response' && said.fixedResponseConfig !== undefined) {
    return { type: 'fixed-response', ...said.fixedResponseConfig };
  }
  const short = { targetGroupARN: said.targetGroupARN, targetGroupName: said.targetGroupName };
  return forward(desiring, member, said.forwardConfig ?? { targetGroups: [defined(short)] });
}

/** The routing action of one backend of one member. Always an action: what is missing answers 503. */
export function actionFor(desiring: Desiring, member: Member, backend: IntentBackend): Action {
  if (backend.action !== undefined) {
    const said = memberOf(member.intent.settings.actions, backend.action);
    if (said !== undefined) return fromSetting(desiring, member, said.value);
    const because =
      'a backend with port name use-annotation refers to it and it is missing; requests are answered 503';
    const path = annotationPath(`actions.${backend.action}`);
    tell(desiring, member.key, warning('ActionNotFound', path, { because }));
    return gone('action');
  }
  if (backend.service === undefined) return gone('service');
  const backed = targetGroupFor(desiring, member, backend.service.name, backend.service.port);
  if (isMissing(backed)) return gone(missingWord(backed));
  return { type: 'forward', targets: [{ targetGroup: backed.ref }] };
}

/** All that is done with a request: what must be passed first, if anything, and the routing action. */
export interface Course {
  readonly before: readonly Action[];
  readonly action: Action;
}

/** The course of one backend on a listener. Plain HTTP has no guards (spec annotations 10). */
export function courseFor(
  desiring: Desiring,
  member: Member,
  backend: IntentBackend,
  protocol: 'HTTP' | 'HTTPS',
): Course {
  const action = actionFor(desiring, member, backend);
  if (protocol === 'HTTP') return { before: [], action };
  const guard = guardFor(desiring, member, backend);
  return 'closed' in guard ? { before: [], action: guard.closed } : { before: guard.before, action };
}
