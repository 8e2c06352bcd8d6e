// bridge: a new target group serves before the requests leave the old one (hack/decisions/0008). Pure.
//
//   wanted: forward new      while new has nobody healthy: forward old 1, new 0      then: forward new
//
// AWS checks the health of targets only in groups that some rule or listener forwards to; the weight 0 makes it so, and
// sends nobody there. Nothing is remembered: what carries requests is read from the rules that were found.
import type { Action, ForwardTarget, Ref, Resource } from '../../api/aws.ts';
import { actionsOf, withActions } from '../kinds/action.ts';
import { arnOf, type Found } from '../kinds/kind.ts';
import type { Matching } from '../plan/match.ts';
import type { Amendment } from './amendment.ts';

type TargetGroup = Found<'targetGroup'>;

/** Target groups of one forward at most (aws-limits 3.3). */
const MOST_TARGETS = 5;
/** Where a group's targets are sticky, AWS wants the groups of a forward to be so too (aws-limits 3.3); the shortest time does. */
const STICKY_SECONDS = 1;

/** Whether a successor may take over from its predecessor: it serves, or there is nothing left to wait for. */
export type Ready = (successor: TargetGroup, predecessor: TargetGroup) => boolean;

export interface Bridged {
  /** What to plan for now. */
  readonly resources: readonly Resource[];
  /** Something waits for a new target group: look again. */
  readonly waits: boolean;
}

/** The resources with forwards that stay with a replaced target group of the same load balancer until its successor is ready. */
export function bridge(
  wanted: readonly Resource[],
  found: readonly Found[],
  ready: Ready,
  matching: Matching,
): Bridged {
  if (matching.superseded.size === 0) return { resources: wanted, waits: false };
  const stays = staying(wanted, found, ready, matching);
  if (stays.old.size === 0) return { resources: wanted, waits: false };
  return { resources: wanted.map((resource) => bridged(resource, stays)), waits: true };
}

interface Staying {
  /** Desired id → the target group that carries its requests for now. */
  readonly old: ReadonlyMap<string, TargetGroup>;
  /** Desired id of a listener or rule → ARN of its load balancer, when that one exists and stays. */
  readonly balancerOf: ReadonlyMap<string, string>;
  readonly wanted: ReadonlyMap<string, Resource>;
}

function staying(
  wanted: readonly Resource[],
  found: readonly Found[],
  ready: Ready,
  { matched, superseded }: Matching,
): Staying {
  const carrying = carriers(found);
  const balancerOf = balancersOf(wanted, matched);
  const balancers = new Set(balancerOf.values());
  const byId = new Map(wanted.map((resource) => [resource.id, resource]));
  const old = new Map<string, TargetGroup>();
  for (const [id, predecessors] of superseded) {
    const successor = matched.get(id);
    // Once it carries requests it took over, also when that ended half-way.
    if (successor !== undefined && carrying.has(successor.arn)) continue;
    const predecessor = predecessors.find(
      (one): one is TargetGroup =>
        one.kind === 'targetGroup' &&
        carrying.has(one.arn) &&
        (one.extra.loadBalancerArns ?? []).some((arn) => balancers.has(arn)) &&
        compatible(one, byId.get(id)),
    );
    if (predecessor === undefined) continue;
    if (successor?.kind === 'targetGroup' && ready(successor, predecessor)) continue;
    old.set(id, predecessor);
  }
  return { old, balancerOf, wanted: byId };
}

/** All groups of one forward have one IP address type (aws-limits 3.3). */
const compatible = (old: TargetGroup, wanted: Resource | undefined): boolean =>
  wanted?.kind === 'targetGroup' && old.spec.ipAddressType === wanted.spec.ipAddressType;

/** ARNs of target groups that get requests. */
function carriers(found: readonly Found[]): ReadonlySet<string> {
  const targets = found
    .flatMap(actionsOf)
    .flatMap((action) => (action.type === 'forward' ? action.targets : []));
  return new Set(targets.filter(({ weight }) => weight !== 0).map(({ targetGroup }) => arnOf(targetGroup)));
}

function balancersOf(
  wanted: readonly Resource[],
  matched: ReadonlyMap<string, Found>,
): ReadonlyMap<string, string> {
  const arns = new Map<string, string>();
  const note = (id: string, arn: string | undefined): void => {
    if (arn !== undefined) arns.set(id, arn);
  };
  for (const { kind, id, spec } of wanted)
    if (kind === 'listener') note(id, matched.get(spec.loadBalancer.ref)?.arn);
  for (const { kind, id, spec } of wanted) if (kind === 'rule') note(id, arns.get(spec.listener.ref));
  return arns;
}

function bridged(resource: Resource, stays: Staying): Resource {
  const balancer = stays.balancerOf.get(resource.id);
  if (balancer === undefined) return resource;
  return withActions(
    resource,
    actionsOf(resource).map((action) => withOld(action, stays, balancer)),
  );
}

function withOld(action: Action, { old, wanted }: Staying, balancer: string): Action {
  if (action.type !== 'forward') return action;
  const predecessorOf = (target: string | Ref): TargetGroup | undefined => {
    const one = typeof target === 'string' ? undefined : old.get(target.ref);
    // A target group serves one load balancer only (aws-limits TG9).
    return one?.extra.loadBalancerArns?.includes(balancer) === true ? one : undefined;
  };
  const targets = action.targets.flatMap((target): ForwardTarget[] => {
    const { targetGroup, weight = 1 } = target;
    const one = predecessorOf(targetGroup);
    return one === undefined
      ? [{ ...target, weight }]
      : [
          { targetGroup: one.arn, weight },
          { targetGroup, weight: 0 },
        ];
  });
  if (targets.length === action.targets.length || targets.length > MOST_TARGETS) return action;
  const sticky = targets.some(({ targetGroup }) => {
    const id = arnOf(targetGroup);
    const group = wanted.get(id) ?? [...old.values()].find(({ arn }) => arn === id);
    return group?.kind === 'targetGroup' && group.spec.attributes['stickiness.enabled'] === 'true';
  });
  return {
    ...action,
    targets,
    ...(sticky && !action.stickinessSeconds ? { stickinessSeconds: STICKY_SECONDS } : {}),
  };
}

export const targetGroupCutover: Amendment = (draft, { found, ready, matching }) => {
  const { resources, waits } = bridge(draft.resources, found, ready, matching);
  return { ...draft, resources, cutsOver: waits };
};
