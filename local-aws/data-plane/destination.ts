// Where a forwarded request goes: group by weight, target by algorithm, both by cookie (ALB User Guide: Sticky sessions).
import type { IncomingHttpHeaders } from 'node:http';
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { held } from '../elb/find.ts';
import type { TargetGroupRecord, TargetRecord } from '../elb/state.ts';
import { chooseTarget } from './balance.ts';
import {
  APP_COOKIE,
  GROUP_COOKIE,
  readCookies,
  readSticky,
  stickyCookies,
  TARGET_COOKIE,
} from './cookies.ts';
import type { DataPlaneContext } from './plane.ts';
import { chooseGroup, eligibleTargets } from './route.ts';
import type { GroupSettings } from './settings.ts';

/** Where a request goes, and the cookies that keep the client there. */
export interface Destination {
  readonly group: TargetGroupRecord;
  readonly target: TargetRecord;
  readonly settings: GroupSettings;
  readonly cookies: readonly string[];
}

/** Chooses group and target for a request; undefined when there is none, which is answered with 503. */
export function chooseDestination(
  plane: DataPlaneContext,
  action: Action,
  headers: IncomingHttpHeaders,
): Destination | undefined {
  const now = Date.now();
  const config = action.ForwardConfig ?? {};
  const sticky = config.TargetGroupStickinessConfig;
  const sent = headers.cookie === undefined ? undefined : readCookies(headers.cookie);
  // A browser sends the twin of a cookie for requests across origins.
  const kept = (name: string) => readSticky(sent?.get(name) ?? sent?.get(`${name}CORS`), now);
  const stay = sticky?.Enabled === true ? kept(GROUP_COOKIE) : undefined;
  const arn = chooseGroup(config, Math.random(), stay);
  if (arn === undefined) return undefined;
  const group = held(plane.state.targetGroups, arn);
  const settings = plane.settings.ofGroup(group);
  const candidates = eligibleTargets(plane.state, group, plane, settings);
  const own = settings.stickiness;
  const wanted = own === 'none' ? undefined : kept(own === 'app_cookie' ? APP_COOKIE : TARGET_COOKIE);
  const slow = settings.slowStartSeconds * 1000 * plane.timeScale;
  const chosen =
    (wanted === undefined ? undefined : candidates.find(({ key }) => key === wanted)) ??
    chooseTarget(candidates, settings.algorithm, {
      turn: plane.load.turnOf(arn),
      outstanding: (key) => plane.load.outstanding(`${arn} ${key}`),
      share: ({ target }) => plane.load.share(target, slow, now),
      random: Math.random,
    });
  if (chosen === undefined) return undefined;
  const cookies: string[] = [];
  if (sticky?.Enabled === true)
    cookies.push(...stickyCookies(GROUP_COOKIE, arn, sticky.DurationSeconds ?? 1, now));
  if (own === 'lb_cookie')
    cookies.push(...stickyCookies(TARGET_COOKIE, chosen.key, settings.cookieSeconds, now));
  return { group, target: chosen.target, settings, cookies };
}

/** The cookies to set with a target's answer. An application's cookie keeps a client as long as the application sets it. */
export function cookiesFor(
  { target, settings, cookies }: Destination,
  answer: IncomingHttpHeaders,
): readonly string[] {
  if (settings.stickiness !== 'app_cookie') return cookies;
  const name = `${settings.cookieName}=`;
  if (!(answer['set-cookie'] ?? []).some((cookie) => cookie.startsWith(name))) return cookies;
  const key = `${target.id}:${target.port ?? ''}`;
  return [...cookies, ...stickyCookies(APP_COOKIE, key, settings.cookieSeconds, Date.now())];
}
