// Route: which listener, rule and target group of a group would answer a request, and why the rules before do not. Pure.

import type { Backend, Origin } from '../../alb/desire/desiring.ts';
import { isOpen } from '../../alb/desire/ports.ts';
import type { Action, Condition, Resource } from '../../api/aws.ts';
import { sentence } from '../../api/problems/problem.ts';
import {
  applyTransforms,
  firstMiss,
  type MatchRequest,
  normalPath,
  redirectLocation,
} from '../../api/routing/match.ts';
import { conditionsToAws, transformsToAws } from '../aws/kinds/condition.ts';
import type { GroupState } from './standing.ts';

/** A rule, and the path of an Ingress that it comes from. */
export interface RulePlace extends Omit<Origin, 'id' | 'member'> {
  readonly priority: number | 'default';
  /** `namespace/name` of the Ingress; absent for a default action that nobody asked for. */
  readonly member?: string;
}

export interface RouteTarget {
  /** `namespace/name`; absent for a target group that somebody else manages. */
  readonly service?: string;
  /** Of the Service, as the backend says it. */
  readonly port?: number | string;
  readonly targetType?: 'instance' | 'ip';
  /** Whether the Service was not there to be looked at. */
  readonly assumed?: boolean;
  /** Name or ARN of a target group that somebody else manages. */
  readonly targetGroup?: string;
  /** Of requests, in proportion to the others; 0 is none. */
  readonly weight: number;
}

/** What the client gets, or where the request goes on to. */
export type RoutedAnswer =
  | { readonly type: 'redirect'; readonly status: number; readonly location: string }
  | { readonly type: 'fixed-response'; readonly status: number; readonly body: string }
  | {
      readonly type: 'forward';
      readonly targets: readonly RouteTarget[];
      /** As targets see them, after the transforms. */
      readonly host: string;
      readonly url: string;
      readonly stickinessSeconds?: number;
    }
  | { readonly type: 'failure'; readonly status: 500 | 503; readonly because: string };

export interface PassedRule extends RulePlace {
  /** The first condition that does not hold, and what the request has instead. */
  readonly because: string;
}

export interface Answering {
  readonly listener: { readonly port: number; readonly protocol: 'HTTP' | 'HTTPS' };
  /** Rules before the answering one, by priority. */
  readonly passed: readonly PassedRule[];
  readonly rule: RulePlace;
  /** What must be passed first, a login or a token. */
  readonly before: readonly Exclude<Action, Routing>[];
  readonly answer: RoutedAnswer;
}

type Routing = Extract<Action, { type: 'forward' | 'redirect' | 'fixed-response' }>;

/** What becomes of a request at a group, or why nothing listens to it. */
export function route(
  { group, wanted, refused, assumed }: GroupState,
  request: MatchRequest,
): Answering | { readonly because: string } {
  const listeners = wanted.resources
    .filter((one) => one.kind === 'listener')
    .filter(
      ({ spec: { port, protocol, certificates } }) =>
        protocol === 'HTTP' || certificates.length > 0 || isOpen({ port, members: group.members }),
    );
  const listener = listeners.find(({ spec }) => spec.port === request.port);
  if (listener === undefined || listener.spec.protocol.toLowerCase() !== request.protocol) {
    const [problem] = group.members.length === 0 ? refused : wanted.problems;
    const why = problem === undefined ? '' : `; Ingress ${problem.member}: ${sentence(problem.problem)}`;
    return { because: `${unheard(request, listeners, listener)}${why}` };
  }
  const places = new Map(wanted.origins.map(({ id, ...place }) => [id, place]));
  const passed: PassedRule[] = [];
  const rules = wanted.resources
    .filter((one) => one.kind === 'rule')
    .filter(({ spec }) => spec.listener.ref === listener.id)
    .sort((a, b) => a.spec.priority - b.spec.priority);
  const answering = (place: RulePlace, actions: readonly Action[], rule?: Resource<'rule'>): Answering => {
    const around = { request, backends: wanted.backends, assumed, rule };
    const before = actions.filter((action) => !isRouting(action));
    const routing = actions.find(isRouting);
    if (routing === undefined) throw new Error(`${rule?.id ?? listener.id} has no action that answers`);
    const { port, protocol } = listener.spec;
    return { listener: { port, protocol }, passed, rule: place, before, answer: answerOf(routing, around) };
  };
  for (const rule of rules) {
    const place = { priority: rule.spec.priority, ...places.get(rule.id) };
    const conditions = conditionsToAws(rule.spec.conditions);
    const miss = firstMiss(conditions, request);
    if (miss === undefined) return answering(place, rule.spec.actions, rule);
    const condition = rule.spec.conditions.find((_, at) => conditions[at] === miss);
    passed.push({ ...place, because: condition === undefined ? '' : missed(condition, request) });
  }
  return answering({ priority: 'default', ...places.get(listener.id) }, listener.spec.defaultActions);
}

function unheard(
  { port, protocol }: MatchRequest,
  listeners: readonly Resource<'listener'>[],
  there: Resource<'listener'> | undefined,
): string {
  if (there !== undefined) return `port ${port} is ${there.spec.protocol}, not ${protocol.toUpperCase()}`;
  const all = listeners.map(({ spec }) => `${spec.protocol}:${spec.port}`);
  return `nothing listens on port ${port}; ${all.length === 0 ? 'the group has no listener' : `the group listens on ${all.join(', ')}`}`;
}

const isRouting = (action: Action): action is Routing =>
  action.type === 'forward' || action.type === 'redirect' || action.type === 'fixed-response';

interface RoutingContext {
  readonly request: MatchRequest;
  readonly backends: readonly Backend[];
  readonly assumed: ReadonlySet<string>;
  readonly rule: Resource<'rule'> | undefined;
}

function answerOf(action: Routing, { request, backends, assumed, rule }: RoutingContext): RoutedAnswer {
  if (action.type === 'redirect') {
    const { protocol: Protocol, host: Host, port: Port, path: Path, query: Query } = action;
    const location = redirectLocation({ Protocol, Host, Port, Path, Query }, request);
    return { type: 'redirect', status: Number(action.statusCode.slice('HTTP_'.length)), location };
  }
  if (action.type === 'fixed-response')
    return { type: 'fixed-response', status: Number(action.statusCode), body: action.messageBody ?? '' };
  const after = applyTransforms(transformsToAws(rule?.spec.transforms).Transforms ?? [], request);
  if (after === undefined)
    return {
      type: 'failure',
      status: 500,
      because: 'the transforms leave no path that begins with /, or no host',
    };
  const targets = action.targets.map(({ targetGroup, weight = 1 }): RouteTarget => {
    if (typeof targetGroup === 'string') return { targetGroup, weight };
    const backend = backends.find(({ id }) => id === targetGroup.ref);
    if (backend === undefined) throw new Error(`nothing is behind ${targetGroup.ref}`);
    const { namespace, service: name, port, targetType } = backend;
    const service = `${namespace}/${name}`;
    return { service, port, targetType, weight, ...(assumed.has(service) ? { assumed: true } : {}) };
  });
  if (targets.every(({ weight }) => weight === 0))
    return { type: 'failure', status: 503, because: 'every target group has weight 0' };
  const { stickinessSeconds } = action;
  return {
    type: 'forward',
    targets,
    ...after,
    ...(stickinessSeconds ? { stickinessSeconds } : {}),
  };
}

/** Why a condition does not hold, in words. */
function missed(condition: Condition, request: MatchRequest): string {
  const { subject, has } = seenBy(condition, request);
  const plain =
    condition.field === 'query-string'
      ? condition.values.map(({ key = '', value }) => (key === '' ? value : `${key}=${value}`))
      : condition.values;
  const regex = 'regexValues' in condition ? (condition.regexValues ?? []) : [];
  const values = [...plain, ...regex.map((one) => `/${one}/`)];
  return `${subject} is not ${values.join(' or ')}: the request has ${has === '' ? 'none' : has}`;
}

/** What a condition looks at. */
function seenBy(condition: Condition, request: MatchRequest): { subject: string; has: string } {
  switch (condition.field) {
    case 'host-header':
      return { subject: 'host', has: request.host };
    case 'path-pattern':
      return { subject: 'path', has: normalPath(request.path) };
    case 'http-header': {
      const value = request.headers[condition.name.toLowerCase()] ?? '';
      return {
        subject: `header ${condition.name}`,
        has: typeof value === 'string' ? value : value.join(', '),
      };
    }
    case 'http-request-method':
      return { subject: 'method', has: request.method };
    case 'query-string':
      return { subject: 'query', has: request.query };
    case 'source-ip':
      return { subject: 'source address', has: request.sourceIp };
  }
}
