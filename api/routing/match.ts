// How a request meets a rule of an Application Load Balancer: conditions, redirects and transforms, pure.
// The types are those of the Elastic Load Balancing API (2015-12-01), declared here so that api stands alone.
import { BlockList, isIP } from 'node:net';

interface WireValues {
  readonly Values?: readonly string[] | undefined;
  readonly RegexValues?: readonly string[] | undefined;
}

/** A condition as CreateRule takes it; `Values` beside `Field` is the older way to say host and path values. */
export interface MatchCondition {
  readonly Field?: string | undefined;
  readonly Values?: readonly string[] | undefined;
  readonly RegexValues?: readonly string[] | undefined;
  readonly HostHeaderConfig?: WireValues | undefined;
  readonly PathPatternConfig?: WireValues | undefined;
  readonly HttpHeaderConfig?: (WireValues & { readonly HttpHeaderName?: string | undefined }) | undefined;
  readonly HttpRequestMethodConfig?: { readonly Values?: readonly string[] | undefined } | undefined;
  readonly QueryStringConfig?:
    | { readonly Values?: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined }
    | undefined;
  readonly SourceIpConfig?: { readonly Values?: readonly string[] | undefined } | undefined;
}

export interface MatchRedirect {
  readonly Protocol?: string | undefined;
  readonly Port?: string | undefined;
  readonly Host?: string | undefined;
  readonly Path?: string | undefined;
  readonly Query?: string | undefined;
}

interface Rewrites {
  readonly Rewrites?: readonly { Regex?: string | undefined; Replace?: string | undefined }[] | undefined;
}

export interface MatchTransform {
  readonly Type?: string | undefined;
  readonly HostHeaderRewriteConfig?: Rewrites | undefined;
  readonly UrlRewriteConfig?: Rewrites | undefined;
}

/** A request as the listener sees it. */
export interface MatchRequest {
  readonly method: string;
  readonly protocol: 'http' | 'https';
  /** Without the port. */
  readonly host: string;
  /** The listener's. */
  readonly port: number;
  /** As sent, without the query. */
  readonly path: string;
  /** Without `?`; empty when there is none. */
  readonly query: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly sourceIp: string;
}

/** Whether a request meets every condition of a rule; the default rule has none (ALB User Guide: Condition types). */
export function matchRule(conditions: readonly MatchCondition[], request: MatchRequest): boolean {
  return firstMiss(conditions, request) === undefined;
}

/** The first condition that a request does not meet: why a rule does not answer. */
export function firstMiss(
  conditions: readonly MatchCondition[],
  request: MatchRequest,
): MatchCondition | undefined {
  return conditions.find((condition) => !meets(condition, request));
}

function meets(condition: MatchCondition, request: MatchRequest): boolean {
  switch (condition.Field) {
    case 'host-header':
      return meetsText(saidBy(condition, condition.HostHeaderConfig), [request.host], 'i');
    case 'path-pattern':
      return meetsText(saidBy(condition, condition.PathPatternConfig), [normalPath(request.path)], '');
    case 'http-header': {
      const name = condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() ?? '';
      const header = request.headers[name];
      const values = header === undefined ? [] : typeof header === 'string' ? [header] : header;
      return meetsText(condition.HttpHeaderConfig ?? {}, values, 'i');
    }
    case 'http-request-method':
      return (condition.HttpRequestMethodConfig?.Values ?? []).includes(request.method);
    case 'query-string':
      return meetsQuery(condition.QueryStringConfig?.Values ?? [], request.query);
    case 'source-ip':
      return meetsAddress(condition.SourceIpConfig?.Values ?? [], request.sourceIp);
    default:
      return false;
  }
}

function saidBy(condition: MatchCondition, config: WireValues | undefined): WireValues {
  return config ?? { Values: condition.Values, RegexValues: condition.RegexValues };
}

/**
 * Any value against any text. Hosts and headers ignore letter case, paths do not (aws-limits 3.1); the case of regex
 * values is not documented, we treat it the same. Only printable ASCII ever matches (aws-limits R10).
 */
function meetsText(said: WireValues, texts: readonly string[], flags: 'i' | ''): boolean {
  const patterns = [
    ...(said.Values ?? []).map((value) => wildcard(value, flags)),
    ...(said.RegexValues ?? []).map((value) => regex(value, flags)),
  ];
  return texts.some((text) => /^[\x20-\x7e]*$/.test(text) && patterns.some((pattern) => pattern.test(text)));
}

const compiled = new Map<string, RegExp>();
const COMPILED_MAX = 10_000;

function remembered(key: string, compile: () => RegExp): RegExp {
  const known = compiled.get(key);
  if (known !== undefined) return known;
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  const fresh = compile();
  compiled.set(key, fresh);
  return fresh;
}

/** `*` stands for any number of characters, `?` for exactly one; a backslash before either takes its meaning away. */
function wildcard(value: string, flags: string): RegExp {
  return remembered(`w${flags}:${value}`, () => {
    const source = value.replace(/\\[*?]|[*?]|[^*?\w]/g, (part) => {
      if (part === '*') return '.*';
      if (part === '?') return '.';
      return part.startsWith('\\') && part.length === 2 ? part : `\\${part}`;
    });
    return new RegExp(`^${source}$`, `${flags}s`);
  });
}

/** Meets nothing. */
const NEVER = /[^\s\S]/;

function regex(value: string, flags: string): RegExp {
  return remembered(`r${flags}:${value}`, () => {
    try {
      return new RegExp(value, flags);
    } catch (error) {
      // A load balancer may know what this engine does not, such as flags in front (aws-limits 9).
      if (error instanceof SyntaxError) return NEVER;
      throw error;
    }
  });
}

/**
 * The path that conditions see: percent-encoded unreserved characters decoded, dot segments removed
 * (RFC 3986 6.2.2; aws-limits 3.1: "matched against the normalised path").
 */
export function normalPath(path: string): string {
  const decoded = path.replace(/%[0-9A-Fa-f]{2}/g, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : code;
  });
  if (!/(^|\/)\.{1,2}(\/|$)/.test(decoded)) return decoded;
  const kept: string[] = [];
  const segments = decoded.split('/').slice(1);
  for (const [at, segment] of segments.entries()) {
    const last = at === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (last && (segment === '.' || segment === '..')) kept.push('');
  }
  return `/${kept.join('/')}`;
}

/** One of the pairs must be in the query; without a key, the value of any parameter counts. Letter case is ignored. */
function meetsQuery(
  wanted: readonly { Key?: string | undefined; Value?: string | undefined }[],
  query: string,
): boolean {
  const pairs = query.split('&').flatMap((part) => {
    if (part === '') return [];
    const at = part.indexOf('=');
    const pair: [string, string] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    const plain: [string, string] = [decode(pair[0]), decode(pair[1])];
    // A condition may be written encoded or not (aws-limits 3.1), so both forms are tried.
    return plain[0] === pair[0] && plain[1] === pair[1] ? [pair] : [pair, plain];
  });
  return wanted.some(({ Key: key, Value: value = '' }) =>
    pairs.some(
      ([name, text]) =>
        (key === undefined || key === '' || wildcard(key, 'i').test(name)) && wildcard(value, 'i').test(text),
    ),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    // Broken percent-encoding stays as it was sent.
    if (error instanceof URIError) return text;
    throw error;
  }
}

function meetsAddress(cidrs: readonly string[], address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix = ''] = cidr.split('/');
    list.addSubnet(network, Number(prefix), familyOf(network));
  }
  return isIP(plain) !== 0 && list.check(plain, familyOf(plain));
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * The `Location` of a redirect. Parts that are left out stay as they are; the port is always written, as AWS does
 * (ALB User Guide: Redirect actions).
 */
export function redirectLocation(config: MatchRedirect, request: MatchRequest): string {
  const values: Record<string, string> = {
    '#{protocol}': request.protocol,
    '#{host}': request.host,
    '#{port}': String(request.port),
    '#{path}': request.path.replace(/^\//, ''),
    '#{query}': request.query,
  };
  const fill = (text: string) =>
    text.replace(
      /#\{(?:protocol|host|port|path|query)\}/g,
      (placeholder) => values[placeholder] ?? placeholder,
    );
  const protocol = fill(config.Protocol ?? '#{protocol}').toLowerCase();
  const host = fill(config.Host ?? '#{host}');
  const port = fill(config.Port ?? '#{port}');
  const path = fill(config.Path ?? '/#{path}');
  const query = fill(config.Query ?? '#{query}');
  return `${protocol}://${host}:${port}${path}${query === '' ? '' : `?${query}`}`;
}

/** What of a request goes on to the target. */
export interface Rewritten {
  readonly host: string;
  /** Path and query. */
  readonly url: string;
}

/**
 * Applies a rule's transforms: the host header, and path with query. Where a regex does not match, nothing changes;
 * undefined when the result is no path, which a load balancer answers with 500 (aws-limits T6).
 */
export function applyTransforms(
  transforms: readonly MatchTransform[],
  request: Pick<MatchRequest, 'host' | 'path' | 'query'>,
): Rewritten | undefined {
  let host = request.host;
  let url = request.query === '' ? request.path : `${request.path}?${request.query}`;
  for (const transform of transforms) {
    if (transform.Type === 'host-header-rewrite') host = rewrite(transform.HostHeaderRewriteConfig, host);
    if (transform.Type === 'url-rewrite') url = rewrite(transform.UrlRewriteConfig, url);
  }
  return url.startsWith('/') && host !== '' ? { host, url } : undefined;
}

function rewrite(config: Rewrites | undefined, text: string): string {
  let out = text;
  for (const { Regex: pattern = '', Replace: replace = '' } of config?.Rewrites ?? []) {
    const found = regex(pattern, '').exec(out);
    if (found === null) continue;
    // `$1` names a group; everything else, `$&` and `$$` too, is plain text (aws-limits T5).
    const filled = replace.replace(/\$(\d+)/g, (_whole, group: string) => found[Number(group)] ?? '');
    out = out.slice(0, found.index) + filled + out.slice(found.index + found[0].length);
  }
  return out;
}
