// Redirects that would loop and rules that a redirect leaves no request for: neither is made (spec annotations 15.8).
import type { ListenPort } from '../annotations/listener.ts';
import type { Action, Condition } from '../aws.ts';

interface Ruled {
  readonly conditions: readonly Condition[];
  /** Of others than redirects only the type counts. */
  readonly action: Action | Pick<Action, 'type'>;
}

type MadeRedirect = Extract<Action, { type: 'redirect' }>;

const isRedirect = (action: Ruled['action']): action is MadeRedirect => action.type === 'redirect';

type Where = Extract<Condition, { field: 'host-header' | 'path-pattern' }>;

const isWhere = (condition: Condition): condition is Where =>
  condition.field === 'host-header' || condition.field === 'path-pattern';

/** The plain values of one field, and its regular expressions as texts that no plain value equals. */
function valuesOf(conditions: readonly Condition[], field: Where['field']): string[] {
  return conditions
    .filter(isWhere)
    .filter((condition) => condition.field === field)
    .flatMap(({ values, regexValues = [] }) => [...values, ...regexValues.map((regex) => `regex ${regex}`)]);
}

/** Step 1: the redirect would reproduce the request that matched. */
export function redirectsToItself({ conditions, action }: Ruled, port: ListenPort): boolean {
  if (!isRedirect(action) || hasRegexPath(conditions)) return false;
  const same = (said: string | undefined, ...own: string[]): boolean =>
    said === undefined || own.includes(said);
  return (
    same(action.host, '#{host}', ...valuesOf(conditions, 'host-header')) &&
    same(action.path, '/#{path}', ...valuesOf(conditions, 'path-pattern')) &&
    same(action.port, '#{port}', String(port.port)) &&
    same(action.protocol, '#{protocol}', port.protocol) &&
    same(action.query, '#{query}')
  );
}

const hasRegexPath = (conditions: readonly Condition[]): boolean =>
  conditions.some(
    (one) => isWhere(one) && one.field === 'path-pattern' && (one.regexValues ?? []).length > 0,
  );

/** Step 2: an earlier redirect takes every request of the later rule. */
export function covers(earlier: Ruled, later: Pick<Ruled, 'conditions'>): boolean {
  if (!isRedirect(earlier.action)) return false;
  if (!earlier.conditions.every(isWhere)) return false;
  const within = (field: Where['field'], all?: string): boolean => {
    const wide = valuesOf(earlier.conditions, field);
    const narrow = valuesOf(later.conditions, field);
    if (wide.length === 0 || (all !== undefined && wide.includes(all))) return true;
    return narrow.length > 0 && narrow.every((value) => wide.includes(value));
  };
  return within('host-header') && within('path-pattern', '/*');
}

/** Redirects by one host and one path that they take; empty texts stand for all. Whoever they cover is found there. */
type RedirectsByRule<R> = Map<string, R[]>;

/** Under each host and path of a redirect. */
const placesOf = ({ conditions }: Ruled): string[] => {
  const hosts = valuesOf(conditions, 'host-header');
  const paths = valuesOf(conditions, 'path-pattern');
  const all = (values: readonly string[]) => (values.length === 0 ? [''] : values);
  return all(hosts).flatMap((host) => all(paths).map((path) => `${host}\n${path === '/*' ? '' : path}`));
};

/** A covering redirect takes the first host and the first path, too: no other one needs to be looked at. */
function coveredBy<R extends Ruled>(redirects: RedirectsByRule<R>, rule: Ruled): boolean {
  const [host = '', path = ''] = [
    valuesOf(rule.conditions, 'host-header')[0],
    valuesOf(rule.conditions, 'path-pattern')[0],
  ];
  return [`${host}\n${path}`, `${host}\n`, `\n${path}`, '\n'].some((place) =>
    (redirects.get(place) ?? []).some((earlier) => covers(earlier, rule)),
  );
}

/** The rules that are made on one listener, of those that its members ask for in order. */
export function madeOf<R extends Ruled>(rules: readonly R[], port: ListenPort): R[] {
  const redirects: RedirectsByRule<R> = new Map();
  return rules.filter((rule) => {
    if (redirectsToItself(rule, port)) return false;
    if (redirects.size > 0 && coveredBy(redirects, rule)) return false;
    if (!isRedirect(rule.action)) return true;
    for (const place of placesOf(rule)) redirects.getOrInsert(place, []).push(rule);
    return true;
  });
}
