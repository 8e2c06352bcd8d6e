// statusOf: what became of a group, told to each of its bindings. Pure; the same words as the plan, the events and the problems.
import { type NextCondition, REFERENCES, setCondition } from '../api/conditions.ts';
import type { BindingCondition, BindingStatus, LoadBalancerBinding } from '../api/generated/binding.ts';
import { keyOf } from '../api/kube.ts';
import { type Problem, sentence } from '../api/problem.ts';
import { addressed } from './addressed.ts';
import type { AwsFailure } from './aws/errors.ts';
import type { Backend } from './desire/desiring.ts';
import type { Drifted } from './drift.ts';
import type { Told } from './group.ts';
import type { Found } from './kinds/kind.ts';
import type { Memory } from './logins/memory.ts';
import { inWords, type Operation, type Outcome } from './plan/operation.ts';
import type { Policy } from './plan/policy.ts';
import type { Remembered } from './resets/memory.ts';

/** Healthy and all targets of one target group. */
export interface Health {
  readonly healthy: number;
  readonly total: number;
  /** Stands for which targets these are; absent while that changes. */
  readonly hash?: string;
}

/** What one pass over a group found out. */
export interface Pass {
  readonly bindings: readonly LoadBalancerBinding[];
  /** The policy that holds for the group; absent when the pass ended before. */
  readonly policy?: Policy;
  /** From reading the Ingresses and from deciding about the group. */
  readonly told: readonly Told[];
  readonly planned: readonly Operation[];
  /** What of it was not told yet and is there because somebody else changed something in AWS. */
  readonly drift?: readonly Drifted[];
  readonly outcomes: readonly Outcome[];
  /** The failure that ended the pass before anything was planned. */
  readonly failure?: AwsFailure;
  /** What there is after the operations. */
  readonly found: readonly Found[];
  readonly backends: readonly Backend[];
  /** Desired id → what it became. */
  readonly became: ReadonlyMap<string, Found>;
  /** Hash of the desired resources, when all of them are there. */
  readonly appliedHash?: string;
  /** What to remember of the client secrets that were given; undefined: as before. */
  readonly clientSecrets?: Memory;
  /** What members remember of what we set; undefined, or a member that is not in it: as before. */
  readonly set?: Remembered;
  /** False when facts were missing: what serves is as it was. */
  readonly decided: boolean;
  /** The load balancer is not protected yet as it shall be: it takes over from no other. */
  readonly exposed?: boolean;
  /** Nothing is left to do: what leaves has left. */
  readonly clean: boolean;
  health(arn: string): Health | undefined;
  readonly now: string;
}

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

function failing({ code, message, action, kind }: AwsFailure, during: string): NextCondition {
  const refused = kind === 'duplicate' ? 'NameTaken' : 'AwsRefused';
  const reason = kind === 'throttled' || kind === 'unavailable' ? 'AwsUnavailable' : refused;
  return {
    type: 'Programmed',
    status: 'False',
    reason,
    message: cut(`${during}: ${action} answered ${code}: ${message}`),
  };
}

const leftOutBy = (policy: Policy | undefined, left: readonly Operation[]): string =>
  cut(`The policy ${policy ?? ''} leaves out: ${left.map(inWords).join('; ')}`);

function programmed(
  { planned, outcomes, found, became, told, decided, failure, policy }: Pass,
  key: string,
): NextCondition {
  const type = 'Programmed';
  if (failure !== undefined) return failing(failure, 'Looking at AWS');
  const mine = told.filter(({ member }) => member === key).map(({ problem }) => problem);
  const why = mine.find(({ code }) => REFERENCES.has(code)) ?? mine[0];
  const no = (reason: NextCondition['reason'], message: string): NextCondition => ({
    type,
    status: 'False',
    reason,
    message: cut(message),
  });
  if (!decided && why !== undefined) return no(why.code, `AWS is left as it is: ${sentence(why)}`);
  const failed = outcomes.find(
    ({ result, refused = [], members = [key] }) =>
      result === 'failed' && refused.length === 0 && members.includes(key),
  );
  if (failed?.failure !== undefined) return failing(failed.failure, inWords(failed.operation));
  const young = provisioning([...became.values()]);
  const without = mine.filter(({ code }) => code === 'AwsRefused');
  if (without.length > 0) return about(type, without, '');
  const waiting = outcomes.find(({ result }) => result === 'waiting');
  // What waits to be removed serves; what waits to be protected may not serve yet.
  if (waiting !== undefined && (young === undefined || waiting.operation.verb === 'delete')) {
    const message = cut(`Serving; ${inWords(waiting.operation)} waits: ${waiting.because ?? ''}`);
    return { type, status: 'True', reason: 'Programmed', message };
  }
  // Without its deletions a plan still does what the Ingress says (policy upsert-only).
  const leftOut = planned.filter(
    (one) => one.verb !== 'delete' && !outcomes.some(({ operation }) => operation === one),
  );
  if (leftOut.length > 0) return no('Observed', leftOutBy(policy, leftOut));
  if (young !== undefined) return no('Pending', 'AWS is provisioning the load balancer.');
  if (!found.some(({ kind }) => kind === 'loadBalancer'))
    return no(why?.code ?? 'Pending', why === undefined ? 'Nothing is made yet.' : sentence(why));
  return {
    type,
    status: 'True',
    reason: 'Programmed',
    message: 'The load balancer does what the Ingress says.',
  };
}

function ofAws(pass: Pass, before: BindingStatus | undefined): Partial<BindingStatus> {
  const balancer = addressed(pass);
  if (balancer === undefined) return {};
  const { arn, spec, extra } = balancer;
  const beside = pass.found.filter((one) => one.kind === 'loadBalancer' && one.arn !== arn);
  const listeners = pass.found
    .filter((one): one is Found<'listener'> => one.kind === 'listener' && one.spec.loadBalancer.ref === arn)
    .map((one) => ({ port: one.spec.port, protocol: one.spec.protocol, arn: one.arn }))
    .sort((a, b) => a.port - b.port);
  return {
    scheme: spec.scheme,
    loadBalancer: {
      name: spec.name,
      arn,
      dnsName: (extra.dnsName ?? '').toLowerCase(),
      ...(extra.hostedZoneId === undefined ? {} : { hostedZoneId: extra.hostedZoneId }),
      ...(extra.state === undefined ? {} : { state: extra.state }),
      ...(beside.length === 0 ? {} : { beside: beside.map((one) => one.arn) }),
    },
    // A settled group is not looked at in detail; what was told about its listeners holds.
    listeners: listeners.length > 0 ? listeners : (before?.listeners ?? []),
  };
}

/** Target groups of one member with their health, as it was told last where it is not known yet, and `healthy/total` over all. */
export function targetsOf(
  pass: Pick<Pass, 'backends' | 'became' | 'health'>,
  key: string,
  before?: BindingStatus,
): Pick<BindingStatus, 'targetGroups' | 'targets' | 'registered'> {
  const registered: Record<string, string> = {};
  const targetGroups = pass.backends
    .filter(({ member }) => member === key)
    .flatMap(({ id, service, port }) => {
      const found = pass.became.get(id);
      if (found?.kind !== 'targetGroup') return [];
      const { healthy, total, hash } = pass.health(found.arn) ??
        rememberedHealth(before, found.arn) ?? { healthy: 0, total: 0 };
      if (hash !== undefined) registered[found.arn] = hash;
      return [{ name: found.spec.name, arn: found.arn, service, port, healthy, total }];
    });
  const sum = (of: 'healthy' | 'total'): number => targetGroups.reduce((all, one) => all + one[of], 0);
  const targets = `${sum('healthy')}/${sum('total')}`;
  return { targetGroups, targets, ...(Object.keys(registered).length === 0 ? {} : { registered }) };
}

/** What a status says about the targets of a target group; undefined when it does not name it. */
export function rememberedHealth(status: BindingStatus | undefined, arn: string): Health | undefined {
  const told = status?.targetGroups?.find((one) => one.arn === arn);
  if (told === undefined) return undefined;
  const hash = status?.registered?.[arn];
  return { healthy: told.healthy, total: told.total, ...(hash === undefined ? {} : { hash }) };
}

function stateOf(
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

const DELETING: Omit<NextCondition, 'message'> = { type: 'Programmed', status: 'False', reason: 'Deleting' };

/** The status of a binding from the moment it is deleted, before anything of it is removed. */
export function deletingStatus({ status, metadata }: LoadBalancerBinding, now: string): BindingStatus {
  const { generation } = metadata;
  const message = 'Its resources in AWS are being removed.';
  const next = {
    ...DELETING,
    message,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  return { ...status, state: 'Deleting', conditions: setCondition(status?.conditions ?? [], next, now) };
}

function conditionsOf(pass: Pass, binding: LoadBalancerBinding): BindingCondition[] {
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
  const { generation } = binding.metadata;
  return next.reduce(
    (conditions, one) =>
      setCondition(
        conditions,
        { ...one, ...(generation === undefined ? {} : { observedGeneration: generation }) },
        pass.now,
      ),
    [...(binding.status?.conditions ?? [])],
  );
}

/** The status of one binding after a pass. */
export function statusOf(pass: Pass, binding: LoadBalancerBinding): BindingStatus {
  const conditions = conditionsOf(pass, binding);
  const { generation } = binding.metadata;
  const key = keyOf(binding);
  const secrets =
    pass.clientSecrets === undefined ? binding.status?.clientSecrets : pass.clientSecrets.get(key);
  const set = pass.set?.get(key) ?? binding.status?.set ?? {};
  const plan = pass.planned.length > 0 ? pass.planned.map(inWords) : binding.status?.plan;
  return {
    observedHash: binding.spec.ingressRef.hash,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions,
    state: stateOf(conditions, binding.metadata.deletionTimestamp !== undefined),
    ...ofAws(pass, binding.status),
    ...targetsOf(pass, key, binding.status),
    ...(secrets === undefined ? {} : { clientSecrets: secrets }),
    ...(Object.keys(set).length === 0 ? {} : { set }),
    ...(pass.appliedHash === undefined ? {} : { appliedHash: pass.appliedHash }),
    ...(plan === undefined ? {} : { plan: plan.slice(0, 20) }),
  };
}
