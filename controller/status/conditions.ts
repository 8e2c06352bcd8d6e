// The conditions of a binding after a pass, and its state: in the same words as the plan, the events and the problems. Pure.

import type { Backend, Unmet } from '../../alb/desire/desiring.ts';
import { type AwsFailure, answerOf } from '../../alb/failures/failure.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { inWords, type Operation } from '../../alb/plan/operation.ts';
import type { Policy } from '../../alb/plan/policy.ts';
import { type NextCondition, REFERENCES, setCondition } from '../../api/binding/conditions.ts';
import { defined } from '../../api/defined.ts';
import type { BindingCondition, BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import { type Problem, sentence } from '../../api/problems/problem.ts';
import type { Pass, TargetGroupHealth } from './pass-result.ts';

const MESSAGE_MAX = 2000;

const cut = (text: string): string => (text.length > MESSAGE_MAX ? `${text.slice(0, MESSAGE_MAX)}…` : text);

/** What is valid but was overruled, or overrules others, is told beside it (`GroupConflict`, to the one that wins). */
function accepted(refused: readonly Problem[], warned: readonly Problem[]): NextCondition {
  const [first] = warned;
  const condition = about('Accepted', refused, 'The Ingress is valid.');
  if (condition.status === 'False' || first === undefined) return condition;
  return {
    ...condition,
    reason: first.code,
    message: cut([condition.message, ...warned.map(sentence)].join(' ')),
  };
}

function about(type: NextCondition['type'], problems: readonly Problem[], fine: string): NextCondition {
  const [worst] = problems;
  if (worst === undefined) return { type, status: 'True', reason: type, message: fine };
  return { type, status: 'False', reason: worst.code, message: cut(problems.map(sentence).join(' ')) };
}

const provisioning = (found: readonly Found[]): Found | undefined =>
  found.find(
    ({ kind, extra }) =>
      kind === 'loadBalancer' && extra.state !== 'active' && extra.state !== 'active_impaired',
  );

function failing(failure: AwsFailure, during: string): NextCondition {
  const { kind } = failure;
  const refused = kind === 'duplicate' ? 'NameTaken' : 'AwsRefused';
  const reason = kind === 'throttled' || kind === 'unavailable' ? 'AwsUnavailable' : refused;
  return no(reason, `${during}: ${answerOf(failure)}`);
}

const leftOutBy = (policy: Policy | undefined, left: readonly Operation[]): string =>
  cut(`The policy ${policy ?? ''} leaves out: ${left.map(inWords).join('; ')}`);

/** What protects is not there yet: what that closes, and until when; undefined when nothing is missing for this member. */
function closedUntil(unmet: readonly Unmet[], key: string, why: Problem | undefined): string | undefined {
  const untils = new Set(unmet.flatMap(({ member, until }) => (member === key ? [until] : [])));
  if (untils.size === 0) return undefined;
  const cause = why === undefined ? '' : `${sentence(why)} `;
  return `${cause}What is new answers 503 until ${[...untils].join(', and ')}.`;
}

const no = (reason: NextCondition['reason'], message: string): NextCondition => {
  return { type: 'Programmed', status: 'False', reason, message: cut(message) };
};

const yes = (message: string): NextCondition => {
  return { type: 'Programmed', status: 'True', reason: 'Programmed', message: cut(message) };
};

function programmed(
  { planned, outcomes, found, became, told, decided, failure, policy, unmet = [] }: Pass,
  key: string,
): NextCondition {
  if (failure !== undefined) return failing(failure, 'Looking at AWS');
  const mine = told.filter(({ member }) => member === key).map(({ problem }) => problem);
  const why = mine.find(({ code }) => REFERENCES.has(code)) ?? mine[0];
  if (!decided && why !== undefined) return no(why.code, `AWS is left as it is: ${sentence(why)}`);
  const failed = outcomes.find(
    ({ result, refused = [], members = [key] }) =>
      result === 'failed' && refused.length === 0 && members.includes(key),
  );
  if (failed?.failure !== undefined) return failing(failed.failure, inWords(failed.operation));
  const young = provisioning([...became.values()]);
  const without = mine.filter(({ code }) => code === 'AwsRefused');
  if (without.length > 0) return about('Programmed', without, '');
  const closed = closedUntil(unmet, key, why);
  if (closed !== undefined && young === undefined) return no(why?.code ?? 'Pending', closed);
  const waiting = outcomes.find(({ result }) => result === 'waiting');
  // What waits to be removed serves; what waits to be protected may not serve yet.
  if (waiting !== undefined && (young === undefined || waiting.operation.verb === 'delete'))
    return yes(`Serving; ${inWords(waiting.operation)} waits: ${waiting.because ?? ''}`);
  // Without its deletions a plan still does what the Ingress says (policy upsert-only).
  const leftOut = planned.filter(
    (one) => one.verb !== 'delete' && !outcomes.some(({ operation }) => operation === one),
  );
  if (leftOut.length > 0) return no('Observed', leftOutBy(policy, leftOut));
  if (young !== undefined) return no('Pending', 'AWS is provisioning the load balancer.');
  if (!found.some(({ kind }) => kind === 'loadBalancer'))
    return no(why?.code ?? 'Pending', why === undefined ? 'Nothing is made yet.' : sentence(why));
  return yes('The load balancer does what the Ingress says.');
}

/** The state that is shown: the conditions in one word. */
export function stateOf(
  conditions: readonly BindingCondition[],
  deleting: boolean,
): NonNullable<BindingStatus['state']> {
  if (deleting) return 'Deleting';
  const holds = (type: string): boolean =>
    conditions.some((one) => one.type === type && one.status === 'True');
  const programmed = conditions.find(({ type }) => type === 'Programmed');
  if (holds('Programmed')) return holds('Accepted') && holds('ResolvedRefs') ? 'Ready' : 'Degraded';
  if (programmed?.reason === 'Pending') return 'Programming';
  return programmed?.reason === 'Observed' ? 'Pending' : 'Degraded';
}

/** Of a binding that is on its way out. */
export const DELETING: Omit<NextCondition, 'message'> = {
  type: 'Programmed',
  status: 'False',
  reason: 'Deleting',
};

/** All of it in one condition, for whoever knows no other (kstatus, GitOps tools): the first that does not hold, if any. */
export function readyBy(conditions: readonly NextCondition[]): NextCondition {
  const not = conditions.find(({ status }) => status !== 'True');
  return not === undefined
    ? { type: 'Ready', status: 'True', reason: 'Ready', message: 'The Ingress is served as it says.' }
    : { ...not, type: 'Ready', status: 'False' };
}

/** A target group with what is known of its targets. */
export interface ToldTargetGroup {
  readonly backend: Backend;
  readonly health: TargetGroupHealth | undefined;
}

/** Why there is nothing behind target groups without any target, each in a sentence without its full stop. */
function withoutTargets(targetGroups: readonly ToldTargetGroup[]): string[] {
  return targetGroups.flatMap(({ backend, health }) => {
    if (health?.total !== 0) return [];
    const { namespace, service, port, targetType, nodeLabels = {} } = backend;
    const labels = Object.entries(nodeLabels).map(([label, value]) => `${label}=${value}`);
    const nodes = labels.length === 0 ? 'no node' : `no node with ${labels.join(', ')}`;
    const found =
      targetType === 'instance'
        ? `${nodes} is ready and takes traffic`
        : 'its selector finds no pod that is ready';
    const why = backend.lacks === undefined ? found : `it ${backend.lacks}`;
    return [`Service ${namespace}/${service} port ${port} has no targets: ${why}`];
  });
}

/** Reasons beyond which only their number is told. */
const SHOWN = 5;

/** Where it is unclear how a load balancer reaches its targets, each in a sentence without its full stop. */
function unclearRules(targetGroups: readonly ToldTargetGroup[]): string[] {
  return targetGroups.flatMap(({ backend: { namespace, service, port }, health }) => {
    const why = health?.unclear ?? [];
    if (why.length === 0) return [];
    const more = why.length > SHOWN ? `; and ${why.length - SHOWN} more` : '';
    const because = `${why.slice(0, SHOWN).join('; ')}${more}`;
    return [
      `Rules that let the load balancer reach Service ${namespace}/${service} port ${port} are left alone: ${because}`,
    ];
  });
}

/**
 * What is served as it says answers 503 where nothing is behind it, as with the LBC, and may where rules are missing: true, and told.
 */
export function servedBy(ready: NextCondition, targetGroups: readonly ToldTargetGroup[]): NextCondition {
  const [empty, unclear] = [withoutTargets(targetGroups), unclearRules(targetGroups)];
  if (ready.status !== 'True' || empty.length + unclear.length === 0) return ready;
  const nothing = empty.length === 0 ? [] : ['Requests are answered 503 for what has nothing behind it.'];
  const sentences = [...empty, ...unclear].map((one) => `${one}.`);
  const message = cut([ready.message, ...nothing, ...sentences].join(' '));
  return { ...ready, reason: empty.length > 0 ? 'NoTargets' : 'TargetRulesUnclear', message };
}

/** Target groups of one member, as the pass left them. */
const targetGroupsOf = ({ backends, became, health }: Pass, key: string) =>
  backends.flatMap((backend) => {
    const there = backend.member === key ? became.get(backend.id) : undefined;
    return there === undefined ? [] : [{ backend, health: health(there.arn) }];
  });

/** The conditions of one binding after a pass. */
export function conditionsOf(pass: Pass, binding: LoadBalancerBinding): BindingCondition[] {
  const key = keyOf(binding);
  const mine = pass.told.filter(({ member }) => member === key).map(({ problem }) => problem);
  const problems = mine.filter(({ code }) => code !== 'AwsRefused');
  const refused = problems.filter(({ code, severity }) => severity === 'refuse' && !REFERENCES.has(code));
  const warned = problems.filter(({ code, severity }) => severity === 'warn' && !REFERENCES.has(code));
  const dangling = problems.filter(({ code }) => REFERENCES.has(code));
  const left = pass.outcomes.find(({ result }) => result === 'waiting' || result === 'failed');
  const frozen = pass.planned.length > 0 && pass.outcomes.length === 0 && pass.decided;
  const going = frozen ? leftOutBy(pass.policy, pass.planned) : 'Its resources in AWS are being removed.';
  const deleting =
    left === undefined ? going : `${inWords(left.operation)}: ${left.because ?? left.failure?.message ?? ''}`;
  const next: NextCondition[] = [
    accepted(refused, warned),
    about('ResolvedRefs', dangling, 'Everything that the Ingress refers to was found.'),
    binding.metadata.deletionTimestamp === undefined
      ? programmed(pass, key)
      : { ...DELETING, message: cut(deleting) },
  ];
  const seen = defined({ observedGeneration: binding.metadata.generation });
  return [...next, servedBy(readyBy(next), targetGroupsOf(pass, key))].reduce(
    (conditions, one) => setCondition(conditions, { ...one, ...seen }, pass.now),
    [...(binding.status?.conditions ?? [])],
  );
}
