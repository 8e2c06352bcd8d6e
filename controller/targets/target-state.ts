// What is known of the targets that AWS has registered in one target group. Pure: each step gives the next state.
//
//   unknown ────────┐                          ┌──other endpoints──▶ changing ──AWS failed──▶ unknown
//   remembered ─────┴─AWS is asked──▶ settled ─┘                         │
//                                        ▲                               │
//                                        └──registered, deregistered─────┘
import type { TargetGroupHealth } from '../status/pass-result.ts';
import { keyOfTarget, type Target } from './endpoints.ts';
import { firstLook, LOOKS_BEFORE, steadyLook, unsettledLook } from './intervals.ts';
import { type Inhabitants, NOBODY, type Registered, targetsHash } from './target-health.ts';

export type TargetState =
  /** AWS was not asked, or did not answer, and nothing that the binding says can be trusted. */
  | { readonly kind: 'unknown' }
  /** What the process before wrote into the binding; AWS is asked at `until`, or when the endpoints are others. */
  | { readonly kind: 'remembered'; readonly health: TargetGroupHealth; readonly until: number }
  /** Targets are being registered and deregistered: nobody can say what is registered. */
  | { readonly kind: 'changing'; readonly here: Inhabitants }
  /** What is registered is what should be, as far as the policy and AWS let us. */
  | {
      readonly kind: 'settled';
      readonly here: Inhabitants;
      /** AWS said so after our last change: what is different later, somebody else changed. */
      readonly confirmed: boolean;
      /** How often it was planned to ask AWS since our last change while some target was not healthy. */
      readonly looks: number;
      /** When AWS is asked next. */
      readonly due: number;
    };

export const UNKNOWN: TargetState = { kind: 'unknown' };

/** Nothing is registered yet: the target group was just made. */
export const NEW: TargetState = { kind: 'changing', here: NOBODY };

/** What the process before remembered; `now` in milliseconds, `random` from 0 to less than 1. */
export function recalled(health: TargetGroupHealth | undefined, now: number, random: number): TargetState {
  // What the binding says may be about targets that nobody can name any more.
  if (health?.hash === undefined) return UNKNOWN;
  return { kind: 'remembered', health, until: now + firstLook(health.healthy === health.total, random) };
}

const countHealthy = (registered: Registered): number =>
  registered.values().reduce((count, { state }) => count + (state === 'healthy' ? 1 : 0), 0);

const isWell = ({ registered }: Inhabitants): boolean =>
  registered.values().every(({ state }) => state === 'healthy');

/** As many are healthy as when the process before ended, and none is on its way to be, or will be once traffic is sent there. */
const isUnchanged = ({ healthy }: TargetGroupHealth, { registered }: Inhabitants): boolean =>
  countHealthy(registered) === healthy &&
  !registered.values().some(({ state }) => state === 'initial' || state === 'unused');

function looksBefore(before: TargetState, here: Inhabitants): number {
  if (before.kind === 'settled') return before.looks;
  const isSteady =
    before.kind === 'remembered' && isAsLeft(before, here.registered) && isUnchanged(before.health, here);
  return isSteady ? LOOKS_BEFORE : 0;
}

/**
 * After AWS was asked at `now`; `leaving`: of a target group that another one replaces; `waiting`: how many target groups pods wait
 * for, when they wait for this one.
 */
export function confirmed(
  before: TargetState,
  here: Inhabitants,
  now: number,
  leaving: boolean,
  waiting = 0,
): TargetState {
  const looks = looksBefore(before, here);
  if (isWell(here)) return { kind: 'settled', here, confirmed: true, looks, due: now + steadyLook(leaving) };
  return {
    ...{ kind: 'settled', here, confirmed: true },
    ...{ looks: looks + 1, due: now + unsettledLook(looks, waiting) },
  };
}

/** After all was registered and deregistered, at `now`; `waiting` as above. */
export const written = (here: Inhabitants, now: number, waiting = 0): TargetState => ({
  kind: 'settled',
  here,
  confirmed: false,
  looks: 1,
  due: now + unsettledLook(0, waiting),
});

/** As before, and AWS is to be asked at once. */
export function doubted(state: TargetState, now: number): TargetState {
  if (state.kind === 'remembered') return { ...state, until: now };
  return state.kind === 'settled' ? { ...state, due: now } : state;
}

/** What the target group holds, as far as AWS or our own changes say. */
export const inhabitants = (state: TargetState): Inhabitants | undefined =>
  'here' in state ? state.here : undefined;

export const registeredOf = (state: TargetState): Registered | undefined => inhabitants(state)?.registered;

/** As before, and AWS is asked as often as after a change: something waits until targets are healthy. */
export function hastened(state: TargetState, now: number): TargetState {
  const next = doubted(state, now);
  return next.kind === 'settled' && !isWell(next.here) ? { ...next, looks: 0 } : state;
}

/** In how many milliseconds AWS is asked next; 0 when it is time. */
export const dueIn = (state: TargetState, now: number): number =>
  state.kind === 'settled' ? Math.max(0, state.due - now) : 0;

/** Healthy and all targets, with a hash when it is known which these are. */
export function healthOf(state: TargetState): TargetGroupHealth | undefined {
  if (state.kind === 'remembered') return state.health;
  const registered = registeredOf(state);
  if (registered === undefined) return undefined;
  return {
    healthy: countHealthy(registered),
    total: registered.size,
    ...(state.kind === 'settled' ? { hash: targetsHash(registered.keys()) } : {}),
  };
}

/** How long nothing needs to be asked yet: the endpoints are those that are remembered. */
export function trustedFor(
  state: TargetState,
  wanted: () => Iterable<string>,
  now: number,
): number | undefined {
  if (state.kind !== 'remembered' || state.until <= now) return undefined;
  return state.health.hash === targetsHash(wanted()) ? state.until - now : undefined;
}

/** Whether the process before left exactly these. */
export const isAsLeft = (state: TargetState, registered: Registered): boolean =>
  state.kind === 'remembered' && state.health.hash === targetsHash(registered.keys());

/** The targets that we know we left registered, by `id:port`; undefined when nobody can say. */
export function leftIn(state: TargetState, wanted: ReadonlySet<string>): ReadonlySet<string> | undefined {
  if (state.kind === 'settled' && state.confirmed) return new Set(state.here.registered.keys());
  const trusted = state.kind === 'remembered' && state.health.hash === targetsHash(wanted);
  return trusted ? wanted : undefined;
}

/**
 * The targets that were registered for one object, as far as that is known: its endpoints, and what we left there. Of one that
 * the process before left, everything, when it is what that remembered. Others are not ours to deregister.
 */
export function leftBehind(
  state: TargetState,
  registered: Registered,
  endpoints: readonly string[],
): ReadonlySet<string> {
  if (state.kind === 'remembered')
    return new Set(isAsLeft(state, registered) ? registered.keys() : endpoints);
  return new Set([...endpoints, ...(registeredOf(state)?.keys() ?? [])]);
}

export interface TargetChange {
  readonly missing: readonly Target[];
  /** By `id:port`. */
  readonly extra: readonly string[];
}

/** What is to be registered and deregistered. */
export function changeOf(registered: Registered, wanted: readonly Target[]): TargetChange {
  const keys = new Set(wanted.map(keyOfTarget));
  return {
    missing: wanted.filter((target) => !registered.has(keyOfTarget(target))),
    extra: [...registered.keys()].filter((key) => !keys.has(key)),
  };
}

/** As many of `missing` as a target group of at most `most` targets has room for, whoever counts against its quota counted; 0: no limit. */
export function fitting<T>(
  missing: readonly T[],
  { registered, besides }: Inhabitants,
  most: number,
): readonly T[] {
  return most === 0 ? missing : missing.slice(0, Math.max(0, most - registered.size - besides));
}
