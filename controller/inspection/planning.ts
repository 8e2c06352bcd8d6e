// Planning: what the controller would do for a group if it ran now. Decided as the controller decides, and nothing is written.

import type { Backend } from '../../alb/desire/desiring.ts';
import { type AwsFailure, isFailure } from '../../alb/failures/failure.ts';
import { groupOf, type Told } from '../../alb/group.ts';
import type { Operation } from '../../alb/plan/operation.ts';
import type { Policy } from '../../alb/plan/policy.ts';
import { type Seldom, SHARED_TAG } from '../../api/aws.ts';
import { keyOf } from '../../api/kube.ts';
import type { Aws } from '../aws/client.ts';
import { readingsOf } from '../bindings/store.ts';
import { type Deciding, type Decision, decide } from '../decide.ts';
import { endpointsOf, keyOfTarget, type Target, type World } from '../targets/endpoints.ts';
import { leaving, readHealth, type TargetSeen } from '../targets/target-health.ts';
import { changeOf } from '../targets/target-state.ts';

export interface Planning extends Deciding {
  readonly aws: Aws;
  readonly world: World;
}

/** An operation, and whether the policy lets it be carried out. */
export interface PlannedStep {
  readonly operation: Operation;
  readonly allowed: boolean;
}

/** Which targets the controller would register and deregister in one target group. */
export interface Registration {
  /** Id of the desired target group. */
  readonly targetGroup: string;
  /** `namespace/service:port`. */
  readonly backend: string;
  /** `id:port` of each, in order. */
  readonly register: readonly string[];
  readonly deregister: readonly string[];
}

export interface PlannedGroup {
  readonly group: string;
  /** `namespace/name` of the Ingresses in it, in group order. */
  readonly members: readonly string[];
  /** Those that are on their way out of it. */
  readonly leaving: readonly string[];
  /** That holds for it. */
  readonly policy: Policy;
  readonly steps: readonly PlannedStep[];
  /** Only target groups in which something is to be done. */
  readonly registrations: readonly Registration[];
  readonly problems: readonly Told[];
  /** A fact is missing that everything hangs on: AWS is left as it is. */
  readonly undecided: boolean;
  /** What follows these operations and is not among them, for people. */
  readonly later: readonly string[];
  /** AWS could not be asked: nothing is known. */
  readonly failure?: AwsFailure;
}

const LATER: Readonly<Record<keyof Seldom, string>> = {
  capacityUnits: 'capacity is reserved once the load balancer is active',
  webAcl: 'the web ACL is set as soon as the load balancer exists',
  shield: 'Shield is told as soon as the load balancer exists',
};
const HANDOVER = 'requests go to a new target group alone once it has a healthy target';

/** `seen`: what is registered; nothing in a target group that does not exist yet. */
export function registrationOf(
  backend: Backend,
  wanted: readonly Target[],
  seen: readonly TargetSeen[],
): Registration {
  const registered = new Map(seen.flatMap((one) => (leaving(one) ? [] : [[keyOfTarget(one), one] as const])));
  const { missing, extra } = changeOf(registered, wanted);
  return {
    targetGroup: backend.id,
    backend: `${backend.namespace}/${backend.service}:${backend.port}`,
    register: missing.map(keyOfTarget).sort(),
    // What other clusters registered cannot be told from what left here.
    deregister: backend.shared === true ? [] : extra.toSorted(),
  };
}

/** Targets of every desired target group, one call for each that exists. */
async function registrations(
  { wanted, planned, allowed, policy }: Decision,
  planning: Planning,
): Promise<Registration[]> {
  if (wanted.undecided || policy === 'observe') return [];
  const made = new Set(allowed.flatMap(({ verb, id }) => (verb === 'create' ? [id] : [])));
  const all = await Promise.all(
    wanted.backends.map(async (backend): Promise<Registration[]> => {
      const found = made.has(backend.id) ? undefined : planned.matched.get(backend.id);
      if (found === undefined && !made.has(backend.id)) return [];
      const seen = found === undefined ? [] : await readHealth(planning.aws, found.arn);
      return [registrationOf(backend, endpointsOf(backend, planning.world), seen)];
    }),
  );
  return all.flat().filter(({ register, deregister }) => register.length + deregister.length > 0);
}

/** Plans one group. A failure of AWS is part of the answer. */
export async function planGroup(id: string, planning: Planning): Promise<PlannedGroup> {
  const bindings = planning.book.of(id);
  const group = groupOf(id, bindings);
  const who = {
    group: id,
    members: group.members.map(({ key }) => key),
    leaving: group.leaving.map(keyOf),
  };
  const read = readingsOf(planning.book, bindings);
  try {
    const decision = await decide(group, planning, { trusting: false });
    const { wanted, told, planned, allowed, draft } = decision;
    return {
      ...who,
      policy: decision.policy,
      steps: planned.operations.map((operation) => ({ operation, allowed: allowed.includes(operation) })),
      registrations: await registrations(decision, planning),
      problems: [...told, ...read],
      undecided: wanted.undecided,
      later: [...draft.waits.map((field) => LATER[field]), ...(draft.cutsOver ? [HANDOVER] : [])],
    };
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
    const nothing = { policy: planning.policy, steps: [], registrations: [], undecided: true, later: [] };
    return { ...who, ...nothing, problems: read, failure: thrown };
  }
}

/** What all groups of a cluster share is made, changed and removed once, by whichever group comes first. Pure. */
export function onceForAll(planned: readonly PlannedGroup[]): PlannedGroup[] {
  const told = new Set<string>();
  return planned.map((one) => ({
    ...one,
    steps: one.steps.filter(({ operation }) => {
      if (!isShared(operation)) return true;
      const text = `${operation.verb} ${operation.id}`;
      const first = !told.has(text);
      told.add(text);
      return first;
    }),
  }));
}

function isShared(operation: Operation): boolean {
  if (operation.verb === 'reorder') return false;
  const { spec } = operation.verb === 'delete' ? operation.found : operation.resource;
  return SHARED_TAG in spec.tags;
}
