// succession: when what replaces serves, so that requests may go to it, and when what it replaces may go (hack/decisions/0007,
// 0008). What it counts from lives in the process: a restart counts anew, which is late and never early.

import type { Ready } from '../../alb/amendments/target-group-cutover.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import type { Targets } from '../targets/targets.ts';
import type { Applying } from './apply.ts';

/** Longest wait for a healthy target of a new target group before requests go to it all the same, in milliseconds. */
const LONGEST_MS = 300_000;

/** `graceMs`: how long what is replaced stays after its successor serves. `now` in milliseconds from any fixed point. */
export function succession(
  targets: Pick<Targets, 'served' | 'health'>,
  graceMs: number,
  now: () => number,
): { readonly ready: Ready; readonly waitsFor: Applying['waitsFor'] } {
  const servesSince = new Map<string, number>();
  const waitedSince = new Map<string, number>();
  /** Successors that took over although nobody is healthy behind them: their predecessors have nothing left to do. */
  const tookOver = new Set<string>();
  const passed = (since: Map<string, number>, arn: string, ms: number): boolean =>
    now() - since.getOrInsertComputed(arn, now) >= ms;
  return {
    ready(successor, predecessor) {
      const there = serves(targets.health(successor.arn));
      // Without a healthy target it serves no better than its successor.
      const dead = targets.health(predecessor.arn)?.healthy === 0;
      const over = passed(waitedSince, successor.arn, LONGEST_MS);
      if (there || dead || over) waitedSince.delete(successor.arn);
      if (!there && (dead || over)) tookOver.add(successor.arn);
      return there || dead || over;
    },
    waitsFor(successor) {
      const because = tookOver.has(successor.arn) ? undefined : whyNot(successor, targets);
      if (because !== undefined) {
        servesSince.delete(successor.arn);
        return because;
      }
      if (passed(servesSince, successor.arn, graceMs)) return undefined;
      return grace(successor);
    },
  };
}

/** The address is told as soon as it serves, a pass before its predecessor may go at the earliest. */
const grace = ({ kind, spec }: Found): string =>
  kind === 'loadBalancer'
    ? `the address of ${spec.name} becomes known`
    : 'what it answers at the moment comes to an end';

/** Some target is healthy, or it is known that there is none to wait for. */
const serves = (health: TargetGroupHealth | undefined): boolean =>
  health !== undefined && (health.healthy > 0 || (health.total === 0 && health.hash !== undefined));

/** A successor serves when AWS calls it active and, if it forwards to anything, some target of it is healthy. */
function whyNot(successor: Found, targets: Pick<Targets, 'served' | 'health'>): string | undefined {
  if (successor.kind === 'loadBalancer' && successor.extra.state !== 'active') {
    return `${successor.spec.name} is ${successor.extra.state ?? 'new'}`;
  }
  const mine =
    successor.kind === 'targetGroup'
      ? [targets.served.get(successor.arn)]
      : targets.served.ofGroup(successor.group).filter(({ leaving }) => leaving !== true);
  const sick = mine.find((one) => one !== undefined && !serves(targets.health(one.arn)));
  return sick === undefined ? undefined : `no target of ${sick.backend.service} is healthy behind it yet`;
}
