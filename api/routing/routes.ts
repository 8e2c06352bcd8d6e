// Routes: what members of a group ask the listeners to do with requests, from their intents alone.

import { effectiveListenPorts, type ListenPort } from '../annotations/listener.ts';
import type { Action, Condition } from '../aws.ts';
import type { BindingSpec, Intent, IntentBackend, Settings } from '../generated/binding.ts';
import { once } from '../once.ts';
import { conditionsOf, isRegexPath, memberOf, type RuleSource } from './rules.ts';
import { redirectsToItself } from './unreachable-rules.ts';

/** One member of a group as its binding says. */
export interface GroupMember {
  /** `namespace/name` of the Ingress. */
  readonly key: string;
  readonly spec: BindingSpec;
  /** It lives where the asking person may not look: neither its name nor its values are told. */
  readonly hidden?: boolean;
}

/** By `group.order`, then by name (spec annotations 14.3). */
export const inGroupOrder = (a: GroupMember, b: GroupMember): number =>
  a.spec.order - b.spec.order || (a.key < b.key ? -1 : 1);

/** The others with this version of the member in its place; the list itself when it is in it. */
export function withMember(member: GroupMember, others: readonly GroupMember[]): readonly GroupMember[] {
  if (others.includes(member)) return others;
  const rest = others.filter(({ key }) => key !== member.key);
  const later = rest.findIndex((other) => inGroupOrder(member, other) < 0);
  return rest.toSpliced(later < 0 ? rest.length : later, 0, member);
}

/** The redirect of a backend; of its other actions only that they are none. */
export type RoutedAction = Extract<Action, { type: 'redirect' }> | { readonly type: 'forward' };

/** One path of an Ingress, or its default backend: what becomes one rule on each listener, or the default action. */
export interface Route {
  readonly source: RuleSource;
  /** Its place as the Ingress says it, without what is not said; empty for a default backend. */
  readonly said: Pick<RuleSource, 'host' | 'path' | 'pathType'>;
  readonly backend: IntentBackend;
  readonly isDefault: boolean;
  readonly isRegex: boolean;
  /** Nothing but host and path is asked of a request. */
  readonly isBare: boolean;
  readonly action: RoutedAction;
  /** NAME of the `actions.NAME` annotation. */
  readonly name?: string | undefined;
  conditions(): readonly Condition[];
}

/** What is done with the requests of a backend; `name` is that of its action, if it has one. */
export function routedAction(name: string | undefined, { actions }: Pick<Settings, 'actions'>): RoutedAction {
  const said = name === undefined ? undefined : memberOf(actions, name)?.value;
  const redirect = said?.type === 'redirect' ? said.redirectConfig : undefined;
  return redirect === undefined ? { type: 'forward' } : { type: 'redirect', ...redirect };
}

function routeOf(said: Route['said'] | undefined, backend: IntentBackend, { settings }: Intent): Route {
  const name = backend.service?.name ?? backend.action ?? '';
  const { host = '', path = '', pathType } = said ?? {};
  const source = said === undefined ? { backend: name } : { host, path, pathType, backend: name };
  let conditions: readonly Condition[] | undefined;
  return {
    source,
    said: said ?? {},
    backend,
    isDefault: said === undefined,
    isRegex: isRegexPath(source, settings),
    isBare: (memberOf(settings.conditions, source.backend)?.value ?? []).length === 0,
    action: routedAction(backend.action, settings),
    name: backend.action,
    conditions: () => {
      conditions ??= conditionsOf(source, settings);
      return conditions;
    },
  };
}

/** The paths of one member in the order in which they are asked; the same objects for the same intent. */
export const routesOf = once((intent: Intent): readonly Route[] =>
  intent.rules.flatMap(({ host, paths }) =>
    paths.map(({ path, pathType, backend }) => routeOf({ host, path, pathType }, backend, intent)),
  ),
);

const fallbackIn = once((intent: Intent): Route | undefined =>
  intent.defaultBackend === undefined ? undefined : routeOf(undefined, intent.defaultBackend, intent),
);

/** What a member answers where no rule takes a request; the same object for the same intent. */
export const fallbackOf = (intent: Intent): Route | undefined =>
  intent.defaultBackend === undefined ? undefined : fallbackIn(intent);

/** Host and path in one text, as people write them. */
export const placeOf = ({ source: { host, path } }: Route): string => `${host || '*'}${path || '/*'}`;

/** What plain HTTP is answered with where it is redirected to an HTTPS port. */
export const toHttps = (port: number): Extract<Action, { type: 'redirect' }> => ({
  type: 'redirect',
  statusCode: 'HTTP_301',
  protocol: 'HTTPS',
  port: String(port),
});

/** The HTTPS port that plain HTTP is redirected to, and who asks for it. */
export interface HttpsRedirect {
  readonly port: number;
  readonly by: GroupMember;
}

/** What `ssl-redirect` gives for a whole group; undefined where the HTTPS port is not there. */
export function httpsRedirectOf(members: readonly GroupMember[]): HttpsRedirect | undefined {
  const by = members.find(({ spec }) => spec.intent?.settings['ssl-redirect'] !== undefined);
  const port = by?.spec.intent?.settings['ssl-redirect']?.value;
  if (by === undefined || port === undefined) return undefined;
  const isThere = members.some(({ spec }) =>
    portsOf(spec).some((one) => one.port === port && one.protocol === 'HTTPS'),
  );
  return isThere ? { port, by } : undefined;
}

/** The ports that a member listens on; none without an intent. */
export const portsOf = ({ intent }: BindingSpec): readonly ListenPort[] =>
  intent === undefined ? [] : effectiveListenPorts(intent.settings);

/**
 * The redirect to HTTPS does not concern a member that neither asks for it nor listens there: its requests would end at a
 * port that does not know them.
 */
export const isExempt = ({ settings }: Intent, https: number): boolean =>
  settings['ssl-redirect'] === undefined &&
  !effectiveListenPorts(settings).some(({ port }) => port === https);

/** Where a member has rules of its own: everywhere, but for plain HTTP that is redirected. */
export function ownPortsOf(spec: BindingSpec, https: number | undefined): readonly ListenPort[] {
  const ports = portsOf(spec);
  const redirected = https !== undefined && spec.intent !== undefined && !isExempt(spec.intent, https);
  return redirected ? ports.filter(({ protocol }) => protocol === 'HTTPS') : ports;
}

/** The route becomes a rule there: a redirect that reproduces its request is left out (spec annotations 15.8). */
export const isMadeOn = (route: Route, port: ListenPort): boolean =>
  route.action.type !== 'redirect' ||
  !redirectsToItself({ conditions: route.conditions(), action: route.action }, port);

export const portWords = (ports: readonly ListenPort[]): string =>
  ports.map(({ protocol, port }) => `${protocol} ${port}`).join(', ');

/** A name of another member for the person who is told. */
export const nameOf = ({ key, hidden }: GroupMember): string =>
  hidden === true ? 'an Ingress of another namespace' : `Ingress ${key}`;
