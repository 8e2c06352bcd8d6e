// The conditions and transforms of one rule: host and path of the Ingress, and what annotations add to them (spec
// annotations 15.2 to 15.6; aws-model 3.11).
import type { Condition, Transform } from '../aws.ts';
import type { Settings } from '../generated/binding.ts';

/** Where a rule comes from: one path of an Ingress. */
export interface RuleSource {
  readonly host?: string | undefined;
  readonly path?: string | undefined;
  readonly pathType?: string | undefined;
  /** Name of the backend's Service or action: annotations name it. */
  readonly backend: string;
}

type Families = Pick<Settings, 'conditions' | 'transforms' | 'use-regex-path-match'>;

/** A member of a family of annotations; a name like `constructor` is an ordinary one. */
export function memberOf<T>(family: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return family !== undefined && Object.hasOwn(family, name) ? family[name] : undefined;
}

const RANKS: Readonly<Record<string, number>> = { Exact: 0, Prefix: 1 };

/**
 * The paths of one entry of an Ingress as they are asked: Exact ones, then Prefix ones by falling length in bytes, then the
 * rest; else as written (spec annotations 15.1).
 */
export function inOrder<P extends Pick<RuleSource, 'path' | 'pathType'>>(paths: readonly P[]): P[] {
  const rank = ({ pathType }: P) => RANKS[pathType ?? ''] ?? 2;
  const length = ({ path, pathType }: P) => (pathType === 'Prefix' ? Buffer.byteLength(path ?? '') : 0);
  return paths.toSorted((a, b) => rank(a) - rank(b) || length(b) - length(a));
}

/** The paths of all entries, by the field paths of which those of one entry are told, as they are asked. */
export const asAsked = <P extends Pick<RuleSource, 'path' | 'pathType'> & { readonly at: string }>(
  paths: readonly P[],
): P[] => [...Map.groupBy(paths, ({ at }) => at.slice(0, at.indexOf(']'))).values()].flatMap(inOrder);

/** Patterns of a path (spec annotations 15.3). An empty path is no condition. */
export function pathPatterns({ path, pathType }: Pick<RuleSource, 'path' | 'pathType'>): string[] {
  if (path === undefined || path === '') return [];
  if (pathType !== 'Prefix') return [path];
  if (path === '/') return ['/*'];
  const trimmed = path.replace(/\/$/, '');
  return [trimmed, `${trimmed}/*`];
}

/** Whether the path is a regular expression behind its leading slash (spec annotations 15.4). */
export const isRegexPath = (
  { path, pathType }: Pick<RuleSource, 'path' | 'pathType'>,
  settings: Families,
): boolean =>
  path !== undefined &&
  path !== '' &&
  pathType !== 'Exact' &&
  pathType !== 'Prefix' &&
  settings['use-regex-path-match']?.value === true;

interface MatchValues {
  readonly values: string[];
  readonly regexValues: string[];
}

interface SaidValues {
  readonly values?: readonly string[];
  readonly regexValues?: readonly string[];
}

const withRegex = ({ values, regexValues }: MatchValues) =>
  regexValues.length === 0 ? { values } : { values, regexValues };

const copied = ({ values = [], regexValues = [] }: SaidValues) =>
  withRegex({ values: [...values], regexValues: [...regexValues] });

const hasSome = ({ values, regexValues }: MatchValues): boolean => values.length + regexValues.length > 0;

function merged(first: MatchValues, more: readonly (SaidValues | undefined)[]): MatchValues {
  return {
    values: [...first.values, ...more.flatMap((one) => one?.values ?? [])],
    regexValues: [...first.regexValues, ...more.flatMap((one) => one?.regexValues ?? [])],
  };
}

/** Conditions of a rule in the order in which the LBC sends them. Without any, every path is the condition. */
export function conditionsOf(source: RuleSource, settings: Families): Condition[] {
  const said = memberOf(settings.conditions, source.backend)?.value ?? [];
  const { host = '', path = '' } = source;
  const isWhere = said.some(({ field }) => field === 'host-header' || field === 'path-pattern');
  const hosts = host === '' ? NONE : { values: [host], regexValues: [] };
  const paths = isRegexPath(source, settings)
    ? { values: [], regexValues: [path.slice(1)] }
    : { values: pathPatterns(source), regexValues: [] };
  const all = said.flatMap(conditionOf);
  addPlace(all, 'host-header', isWhere ? merged(hosts, said.map(hostsSaid)) : hosts);
  addPlace(all, 'path-pattern', isWhere ? merged(paths, said.map(pathsSaid)) : paths);
  return all.length > 0 ? all : [{ field: 'path-pattern', values: ['/*'] }];
}

type SaidCondition = NonNullable<Families['conditions']>[string]['value'][number];

const NONE: MatchValues = { values: [], regexValues: [] };

const hostsSaid = (one: SaidCondition) => (one.field === 'host-header' ? one.hostHeaderConfig : undefined);
const pathsSaid = (one: SaidCondition) => (one.field === 'path-pattern' ? one.pathPatternConfig : undefined);

function addPlace(to: Condition[], field: 'host-header' | 'path-pattern', values: MatchValues): void {
  if (hasSome(values)) to.push({ field, ...withRegex(values) });
}

/** What an annotation asks of a request beside its host and path. */
function conditionOf(one: SaidCondition): Condition[] {
  const { httpHeaderConfig: header, httpRequestMethodConfig: method } = one;
  if (one.field === 'http-header' && header !== undefined)
    return [{ field: one.field, name: header.httpHeaderName, ...copied(header) }];
  if (one.field === 'http-request-method' && method !== undefined)
    return [{ field: one.field, values: [...method.values] }];
  if (one.field === 'query-string' && one.queryStringConfig !== undefined)
    return [{ field: one.field, values: one.queryStringConfig.values.map((pair) => ({ ...pair })) }];
  if (one.field === 'source-ip' && one.sourceIPConfig !== undefined)
    return [{ field: one.field, values: [...one.sourceIPConfig.values] }];
  return [];
}

/** Transforms of a rule, in written order. */
export function transformsOf({ backend }: RuleSource, settings: Families): Transform[] {
  return (memberOf(settings.transforms, backend)?.value ?? []).map((one) => {
    const config = one.type === 'url-rewrite' ? one.urlRewriteConfig : one.hostHeaderRewriteConfig;
    const rewrites = config?.rewrites ?? [];
    return { type: one.type, rewrites: rewrites.map(({ regex, replace = '' }) => ({ regex, replace })) };
  });
}
