// Samples: requests that a rule takes, and where a redirect sends them. Wildcards are filled in; a regular expression gives
// no sample, since nobody can say what it takes.
import type { ListenPort } from '../annotations/listener.ts';
import type { Condition } from '../aws.ts';
import { type MatchRequest, redirectLocation } from './match.ts';
import type { RoutedAction } from './routes.ts';

/** Stands for the host where a rule asks for none; no rule names it (RFC 2606). */
export const ANY_HOST = 'any-host.invalid';

export type Asked = MatchRequest;

/** A text that the pattern takes. */
const filled = (pattern: string): string =>
  pattern.replace(/\\[*?]|[*?]/g, (part) => (part.length === 2 ? part.slice(1) : 'x'));

/** So many values of one condition are tried. */
const VALUES_MAX = 5;

function textsOf(conditions: readonly Condition[], field: 'host-header' | 'path-pattern', any: string) {
  const condition = conditions.find((one) => one.field === field);
  if (condition === undefined) return [any];
  if (condition.field !== 'host-header' && condition.field !== 'path-pattern') return [];
  return condition.values.slice(0, VALUES_MAX).map(filled);
}

function headersOf(conditions: readonly Condition[]): Record<string, string> {
  return Object.fromEntries(
    conditions.flatMap((one) =>
      one.field === 'http-header' ? [[one.name.toLowerCase(), filled(one.values[0] ?? '')]] : [],
    ),
  );
}

/** Requests that meet the conditions of a rule on one listener; a few, of all hosts and paths that it names. */
export function samplesOf({ port, protocol }: ListenPort, conditions: readonly Condition[]): Asked[] {
  const method = conditions.find((one) => one.field === 'http-request-method')?.values[0] ?? 'GET';
  const query = conditions
    .flatMap((one) => (one.field === 'query-string' ? one.values.slice(0, 1) : []))
    .map(({ key, value }) =>
      key === undefined || key === '' ? filled(value) : `${filled(key)}=${filled(value)}`,
    )
    .join('&');
  const sourceIp =
    conditions.find((one) => one.field === 'source-ip')?.values[0]?.split('/')[0] ?? '192.0.2.1';
  const shared = {
    method,
    protocol: protocol === 'HTTPS' ? ('https' as const) : ('http' as const),
    port,
    query,
    headers: headersOf(conditions),
    sourceIp,
  };
  return textsOf(conditions, 'host-header', ANY_HOST).flatMap((host) =>
    textsOf(conditions, 'path-pattern', '/').map((path) => ({ ...shared, host: host.toLowerCase(), path })),
  );
}

export const urlOf = ({ protocol, host, port, path, query }: Asked): string =>
  `${protocol}://${host}:${port}${path}${query === '' ? '' : `?${query}`}`;

const LOCATION = /^(https?):\/\/([^/:?]+):([0-9]+)(\/[^?]*)(?:\?(.*))?$/s;

/** What a client asks after a redirect; undefined where that cannot be read. */
export function nextOf(action: Extract<RoutedAction, { type: 'redirect' }>, asked: Asked): Asked | undefined {
  const location = redirectLocation(
    {
      Protocol: action.protocol,
      Host: action.host,
      Port: action.port,
      Path: action.path,
      Query: action.query,
    },
    asked,
  );
  const [, protocol, host, port, path, query = ''] = LOCATION.exec(location) ?? [];
  if (host === undefined || path === undefined) return undefined;
  return {
    ...asked,
    // Clients ask again with GET (RFC 9110, 15.4.2 and 15.4.3).
    method: asked.method === 'HEAD' ? 'HEAD' : 'GET',
    protocol: protocol === 'https' ? 'https' : 'http',
    host: host.toLowerCase(),
    port: Number(port),
    path,
    query,
  };
}
