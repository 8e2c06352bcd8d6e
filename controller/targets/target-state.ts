// What is known of the targets that AWS has registered in one target group. Pure: each step gives the next state.
//
//   unknown ────────┐                          ┌──other endpoints──▶ changing ──AWS failed──▶ unknown
//   remembered ─────┴─AWS is asked──▶ settled ─┘                         │
//                                        ▲                               │
//                                        └──registered, deregistered─────┘
import { isDeepStrictEqual } from 'node:util';
import type { TargetGroupHealth } from '../status/pass-result.ts';
import { keyOfTarget, type Target } from './endpoints.ts';
import { firstLook } from './intervals.ts';
import { type Registered, targetsHash } from './target-health.ts';

export type TargetState =
  /** AWS was not asked, or did not answer, and nothing that the binding says can be trusted. */
  | { readonly kind: 'unknown' }
  /** What the process before wrote into the binding; AWS is asked at `until`, or when the endpoints are others. */
  | { readonly kind: 'remembered'; readonly health: TargetGroupHealth; readonly until: number }
  /** Targets are being registered and deregistered: nobody can say what is registered. */
  | { readonly kind: 'changing'; readonly registered: Registered }
  /** What is registered is what should be, as far as the policy lets us. */
  | {
      readonly kind: 'settled';
      readonly registered: Registered;
      /** AWS said so after our last change: what is different later, somebody else changed. */
      readonly confirmed: boolean;
      /** How often AWS was asked since our last change while some target was not healthy. */
      readonly looks: number;
    };

export const UNKNOWN: TargetState = { kind: 'unknown' };

/** Nothing is registered yet: the target group was just made. */
export const NEW: TargetState = { kind: 'changing', registered: new Map() };

/** What the process before remembered; `now` in milliseconds, `random` from 0 to less than 1. */
export function recalled(health: TargetGroupHealth | undefined, now: number, random: number): TargetState {
  // What the binding says may be about targets that nobody can name any more.
  if (health?.hash === undefined) return UNKNOWN;
  return { kind: 'remembered', health, until: now + firstLook(health.healthy === health.total, random) };
}

/** After AWS was asked. */
export const confirmed = (before: TargetState, registered: Registered): TargetState => ({
  kind: 'settled',
  registered,
  confirmed: true,
  looks: before.kind === 'settled' ? before.looks : 0,
});

/** After all was registered and deregistered. */
export const written = (registered: Registered): TargetState => ({
  kind: 'settled',
  registered,
  confirmed: false,
  looks: 0,
});

/** What is registered, as far as AWS or our own changes say. */
export const registeredOf = (state: TargetState): Registered | undefined =>
  'registered' in state ? state.registered : undefined;

/** Healthy and all targets, with a hash when it is known which these are. */
export function healthOf(state: TargetState): TargetGroupHealth | undefined {
  if (state.kind === 'remembered') return state.health;
  const registered = registeredOf(state);
  if (registered === undefined) return undefined;
  return {
    healthy: [...registered.values()].filter(({ state }) => state === 'healthy').length,
    total: registered.size,
    ...(state.kind === 'settled' ? { hash: targetsHash(registered.keys()) } : {}),
  };
}

/** Whether two states look the same to people. */
export function sameHealth(a: TargetState, b: TargetState): boolean {
  const counts = (state: TargetState) => {
    const health = healthOf(state);
    return [health?.healthy, health?.total];
  };
  return isDeepStrictEqual(counts(a), counts(b));
}

/** How long nothing needs to be asked yet: the endpoints are those that are remembered. */
export function trustedFor(state: TargetState, wanted: Iterable<string>, now: number): number | undefined {
  if (state.kind !== 'remembered' || state.health.hash !== targetsHash(wanted)) return undefined;
  return state.until > now ? state.until - now : undefined;
}

/** The targets that we know we left registered, by `id:port`; undefined when nobody can say. */
export function leftIn(state: TargetState, wanted: ReadonlySet<string>): ReadonlySet<string> | undefined {
  if (state.kind === 'settled' && state.confirmed) return new Set(state.registered.keys());
  const trusted = state.kind === 'remembered' && state.health.hash === targetsHash(wanted);
  return trusted ? wanted : undefined;
}

export interface TargetChange {
  readonly missing: readonly Target[];
  /** By `id:port`. */
  readonly extra: readonly string[];
}

/** What is to be registered and deregistered; of a target group that clusters share, only what is in `own` goes. */
export function changeOf(
  registered: Registered,
  wanted: readonly Target[],
  own: ReadonlySet<string> | undefined,
): TargetChange {
  const keys = new Set(wanted.map(keyOfTarget));
  return {
    missing: wanted.filter((target) => !registered.has(keyOfTarget(target))),
    extra: [...registered.keys()].filter((key) => !keys.has(key) && (own === undefined || own.has(key))),
  };
}
