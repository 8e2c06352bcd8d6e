// Forwarding one request to a target, with stickiness, and the errors that a load balancer answers when it cannot.
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Rewritten } from '../../../api/match.ts';
import { listenerAttributes, loadBalancerAttributes, targetGroupAttributes } from '../elb/attributes.ts';
import { held } from '../elb/find.ts';
import type { ElbState, Listener, Target, TargetGroup, World } from '../elb/state.ts';
import {
  APP_COOKIE,
  GROUP_COOKIE,
  readCookies,
  readSticky,
  stickyCookies,
  TARGET_COOKIE,
} from './cookies.ts';
import { listenerHeaders, requestHeaders, withoutHopByHop } from './headers.ts';
import { chooseGroup, eligibleTargets } from './route.ts';

export interface Address {
  host: string;
  port: number;
}

/** What the data plane knows besides a request. */
export interface Plane {
  state: ElbState;
  world: World;
  targetAddress: (target: { id: string; port: number }) => Address | undefined;
  /** Kept-alive connections to targets. */
  agents: { http: http.Agent; https: https.Agent };
  /** Where round robin stands, by target group. */
  turns: Map<string, number>;
}

/** Where a request goes, and the cookies that keep the client there. */
export interface Destination {
  group: TargetGroup;
  target: Target;
  cookies: string[];
}

/** Chooses group and target for a request; undefined when there is none, which is answered with 503. */
export function chooseDestination(
  plane: Plane,
  action: Action,
  headers: IncomingHttpHeaders,
): Destination | undefined {
  const now = Date.now();
  const sent = readCookies(headers.cookie);
  const config = action.ForwardConfig ?? {};
  const sticky = config.TargetGroupStickinessConfig;
  const stay = sticky?.Enabled === true ? readSticky(sent.get(GROUP_COOKIE), now) : undefined;
  const arn = chooseGroup(config, Math.random(), stay);
  if (arn === undefined) return undefined;
  const group = held(plane.state.targetGroups, arn);
  const targets = eligibleTargets(plane.state, group, plane);
  const attributes = targetGroupAttributes(group);
  const own = attributes['stickiness.enabled'] === 'true' ? attributes['stickiness.type'] : undefined;
  const cookie = own === 'app_cookie' ? APP_COOKIE : TARGET_COOKIE;
  const wanted = own === undefined ? undefined : readSticky(sent.get(cookie), now);
  const turn = plane.turns.get(arn) ?? 0;
  plane.turns.set(arn, turn + 1);
  const chosen = targets.find(({ key }) => key === wanted) ?? targets[turn % Math.max(targets.length, 1)];
  if (chosen === undefined) return undefined;
  const cookies: string[] = [];
  if (sticky?.Enabled === true)
    cookies.push(...stickyCookies(GROUP_COOKIE, arn, sticky.DurationSeconds ?? 1, now));
  if (own === 'lb_cookie')
    cookies.push(
      ...stickyCookies(
        TARGET_COOKIE,
        chosen.key,
        Number(attributes['stickiness.lb_cookie.duration_seconds']),
        now,
      ),
    );
  return { group, target: chosen.target, cookies };
}

/** Sends a request to a target and its answer back. 502 when the target fails, 504 when it is silent. */
export function forward(
  plane: Plane,
  listener: Listener,
  destination: Destination,
  rewritten: Rewritten,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { group, target } = destination;
  const address = plane.targetAddress({ id: target.id, port: target.port ?? 0 });
  // In a VPC the connect would time out; here the answer comes at once.
  if (address === undefined) {
    fail(listener, response, 504);
    return;
  }
  const attributes = loadBalancerAttributes(held(plane.state.loadBalancers, listener.loadBalancerArn));
  const secure = group.protocol === 'HTTPS';
  const options: https.RequestOptions = {
    ...address,
    method: request.method,
    path: rewritten.url,
    agent: secure ? plane.agents.https : plane.agents.http,
    headers: requestHeaders(request, { ...placeOf(listener), host: rewritten.host }, attributes),
  };
  const bodyless =
    request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined;
  const send = (again: boolean) => {
    const out = (secure ? https : http).request(options, (answer) =>
      relay(listener, destination, answer, response),
    );
    out.setTimeout(Number(attributes['idle_timeout.timeout_seconds']) * 1000, () => {
      fail(listener, response, 504);
      out.destroy();
    });
    out.on('error', (error: NodeJS.ErrnoException) => {
      if (response.headersSent) response.destroy();
      // The target closed a kept connection while we sent on it: our pool's race, not the target's failure.
      else if (again && bodyless && out.reusedSocket && error.code === 'ECONNRESET') send(false);
      else fail(listener, response, 502);
    });
    response.on('close', () => {
      if (!response.writableFinished) out.destroy();
    });
    if (bodyless) out.end();
    else request.pipe(out);
  };
  send(true);
}

export function placeOf(listener: Listener): { protocol: 'http' | 'https'; port: number } {
  return { protocol: listener.protocol === 'HTTPS' ? 'https' : 'http', port: listener.port };
}

function relay(
  listener: Listener,
  destination: Destination,
  answer: IncomingMessage,
  response: ServerResponse,
): void {
  const attributes = listenerAttributes(listener);
  const headers = { ...withoutHopByHop(answer.headers), ...listenerHeaders(attributes) };
  if (attributes['routing.http.response.server.enabled'] === 'false') delete headers.server;
  const cookies = [
    ...(answer.headers['set-cookie'] ?? []),
    ...destination.cookies,
    ...appCookie(destination, answer),
  ];
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  response.writeHead(answer.statusCode ?? 502, headers);
  answer.pipe(response);
  answer.on('error', () => response.destroy());
}

/** With application cookies a client stays as long as the application sets its cookie. */
function appCookie({ group, target }: Destination, answer: IncomingMessage): string[] {
  const attributes = targetGroupAttributes(group);
  if (attributes['stickiness.enabled'] !== 'true' || attributes['stickiness.type'] !== 'app_cookie')
    return [];
  const name = `${attributes['stickiness.app_cookie.cookie_name']}=`;
  if (!(answer.headers['set-cookie'] ?? []).some((cookie) => cookie.startsWith(name))) return [];
  const seconds = Number(attributes['stickiness.app_cookie.duration_seconds']);
  return stickyCookies(APP_COOKIE, `${target.id}:${target.port ?? ''}`, seconds, Date.now());
}

const REASONS: Record<number, string> = {
  401: 'Authorization Required',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  561: 'Unauthorized',
};

/** Answers as the load balancer itself. */
export function reply(
  listener: Listener,
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string,
): void {
  if (response.headersSent) return;
  const attributes = listenerAttributes(listener);
  const server =
    attributes['routing.http.response.server.enabled'] === 'false' ? {} : { server: 'awselb/2.0' };
  response.writeHead(status, {
    ...server,
    ...listenerHeaders(attributes),
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

/** The load balancer's own error page. */
export function fail(listener: Listener, response: ServerResponse, status: number): void {
  const title = `${status} ${REASONS[status] ?? ''}`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  reply(listener, response, status, { 'content-type': 'text/html' }, body);
}
