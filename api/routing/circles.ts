// Redirects that lead to themselves or round in a circle, found by following them as a client would, through all listeners
// of the load balancer, the redirect to HTTPS included.
//
//   rule ──a request that it takes──▶ redirect ──Location──▶ listener, rule ──▶ … the same URL again, or no end
import type { ListenPort } from '../annotations/listener.ts';
import { annotationPath } from '../problems/finding.ts';
import { type Problem, warning } from '../problems/problem.ts';
import { isLoop } from '../validate/checks/actions.ts';
import { answerOn, type Listening, listeningOf, type Made } from './listening.ts';
import {
  fallbackOf,
  type GroupMember,
  isMadeOn,
  nameOf,
  ownPortsOf,
  placeOf,
  portWords,
  type Route,
  routesOf,
} from './routes.ts';
import { ANY_HOST, type Asked, nextOf, samplesOf, urlOf } from './samples.ts';

/** Browsers give up after twenty redirects. */
const HOPS_MAX = 20;

type RedirectingRoute = Route & { readonly name: string };

const redirectsOf = ({ spec: { intent } }: GroupMember): RedirectingRoute[] => {
  if (intent?.settings.actions === undefined) return [];
  const fallback = fallbackOf(intent);
  return [...routesOf(intent), ...(fallback === undefined ? [] : [fallback])].filter(
    (route): route is RedirectingRoute =>
      // One that changes nothing at all was told as such when its annotation was checked.
      route.action.type === 'redirect' && route.name !== undefined && !isLoop(route.action),
  );
};

interface Circle {
  readonly urls: readonly string[];
  /** Whose redirects it goes through. */
  readonly members: readonly GroupMember[];
  /** It comes back to where it was, and does not just go on. */
  readonly closed: boolean;
}

/** Follows redirects until something else answers, or there is no end. */
function follow(listening: Listening, start: Asked): Circle | undefined {
  const urls: string[] = [];
  const members = new Set<GroupMember>();
  for (let asked = start; ; ) {
    const made = answerOn(listening, asked);
    if (made?.action.type !== 'redirect') return undefined;
    if (made.member !== undefined) members.add(made.member);
    const url = urlOf(asked);
    const closed = urls.includes(url);
    urls.push(url);
    if (closed) return { urls: urls.slice(urls.indexOf(url)), members: [...members], closed };
    if (urls.length > HOPS_MAX) return { urls, members: [...members], closed };
    const next = nextOf(made.action, asked);
    // Another host that no rule names is most likely served by somebody else.
    if (next === undefined || (next.host !== asked.host && !listening.names(next.host))) return undefined;
    asked = next;
  }
}

function circleFrom(
  listening: Listening,
  route: RedirectingRoute,
  made: readonly Made[],
): Circle | undefined {
  for (const one of made.filter((candidate) => candidate.route === route)) {
    for (const asked of samplesOf(one.port, one.conditions)) {
      if (answerOn(listening, asked) !== one) continue;
      const circle = follow(listening, asked);
      if (circle !== undefined) return circle;
    }
  }
  return undefined;
}

const shown = (url: string): string => url.replaceAll(ANY_HOST, '#{host}');

/** `path and query are not said and stay as they are`. */
function unsaidWords({ action }: Route): string {
  const fields = ['protocol', 'host', 'port', 'path', 'query'] as const;
  const unsaid = fields.filter((field) => action.type === 'redirect' && action[field] === undefined);
  if (unsaid.length === 0) return '';
  const list = unsaid.length === 1 ? unsaid[0] : `${unsaid.slice(0, -1).join(', ')} and ${unsaid.at(-1)}`;
  return ` (${list} ${unsaid.length === 1 ? 'is not said and stays as it is' : 'are not said and stay as they are'})`;
}

function problemAt(route: RedirectingRoute, because: string, shared = false): Problem {
  const path = `${annotationPath(`actions.${route.name}`)}.redirectConfig`;
  return warning(shared ? 'GroupConflict' : 'Contradiction', path, { value: placeOf(route), because });
}

function toItself(route: RedirectingRoute, ports: readonly ListenPort[], isHttpClosed: boolean): Problem {
  const [first] = ports;
  const [sample] = first === undefined ? [] : samplesOf(first, route.conditions());
  const next =
    sample === undefined || route.action.type !== 'redirect' ? sample : nextOf(route.action, sample);
  const where = next === undefined ? 'the same address' : shown(urlOf(next));
  const what = isHttpClosed
    ? 'plain HTTP is redirected by ssl-redirect already, so this action can go'
    : 'no rule is made, and a later rule or the default backend answers, else 404; say another host, path, protocol or port, or take the path out';
  return problemAt(
    route,
    `on ${portWords(ports)} it leads to ${where}, to the requests that it answers${unsaidWords(route)}: ${what}`,
  );
}

function circleProblem(route: RedirectingRoute, { urls, members, closed }: Circle, me: GroupMember): Problem {
  const others = members.filter(({ key }) => key !== me.key);
  const veiled = others.some(({ hidden }) => hidden === true);
  const path = closed ? urls : urls.slice(0, 3);
  const trail = veiled ? shown(urls[0] ?? '') : path.map(shown).join(' → ');
  const through =
    others.length === 0 ? '' : ` through ${[...new Set(others.map(nameOf))].join(', ')} of the same group`;
  const what = closed
    ? `its requests go round in a circle${through}: ${trail}`
    : `each of its answers is redirected again${through}: ${trail} → …`;
  const because = `${what}; browsers give up ("too many redirects"): lead it to an address that no redirect takes, or put a rule for that address before it`;
  return problemAt(route, because, others.length > 0);
}

/** One problem for each redirect action, at the first of its rules that shows it. */
const oncePerAction = (found: readonly (Problem | undefined)[]): Problem[] => {
  const byPath = new Map<string, Problem>();
  for (const problem of found) if (problem !== undefined) byPath.getOrInsert(problem.path, problem);
  return [...byPath.values()];
};

/** Warnings to one member of a group about its redirects. `members` are all, in group order, itself among them. */
export function circleProblems(
  member: GroupMember,
  members: () => readonly GroupMember[],
  https: number | undefined,
): Problem[] {
  const redirects = redirectsOf(member);
  if (redirects.length === 0) return [];
  const listening = listeningOf(members());
  const ports = ownPortsOf(member.spec, https);
  const isHttpClosed =
    ports.length > 0 && https !== undefined && ports.every((one) => one.protocol === 'HTTPS');
  const made = listening.madeBy(member);
  return oncePerAction(
    redirects.map((route) => {
      if (!route.isDefault && ports.length > 0 && !ports.some((port) => isMadeOn(route, port)))
        return toItself(route, ports, isHttpClosed);
      const circle = circleFrom(listening, route, made);
      return circle === undefined ? undefined : circleProblem(route, circle, member);
    }),
  );
}
