// Reach: what hosts and paths a rule takes, as texts by which an earlier rule is found that takes all of it (spec
// annotations 15.1 to 15.3). Wildcards inside a path, and regular expressions, are only compared as texts.

/** What reach depends on. */
export interface Reaching {
  readonly path?: string | undefined;
  readonly pathType?: string | undefined;
  readonly isRegex: boolean;
}

/** What of the paths a rule takes: one text as it is, or a prefix with all that is below it. */
export function takes({ path = '', pathType, isRegex }: Reaching): string {
  if (isRegex) return `just the regex ${path}`;
  if (path === '' || path === '/*') return 'below ';
  if (pathType === 'Prefix') return `below ${path.replace(/\/$/, '')}`;
  return `just ${path}`;
}

/** What an earlier rule may take so that nothing is left for this one. */
export function takenBy(rule: Reaching): string[] {
  const own = takes(rule);
  if (rule.isRegex) return [own, 'below '];
  const text = own.slice(own.indexOf(' ') + 1);
  const wildcard = text.search(/[*?]/);
  const literal = wildcard < 0 ? text : text.slice(0, text.lastIndexOf('/', wildcard));
  const segments = literal.split('/');
  return [own, ...segments.map((_, index) => `below ${segments.slice(0, index + 1).join('/')}`)];
}

/** Hosts of earlier rules that take all requests for this host: itself, wildcards of any number of labels, every host. */
export function hostsAbove(host: string): string[] {
  const labels = host.startsWith('*.') ? host.slice(2).split('.') : host.split('.');
  const wildcards = labels.slice(1).map((_, at) => `*.${labels.slice(at + 1).join('.')}`);
  return host === '' ? [''] : [host, ...wildcards, ''];
}

/** Deeper paths have too many prefixes to be looked at all; they are not judged. */
const DEPTH_MAX = 32;

export const isTooDeep = (path: string): boolean => path.split('/', DEPTH_MAX).length === DEPTH_MAX;
