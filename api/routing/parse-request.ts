// A request as people write it (method, URL, headers) becomes the one that rules meet. Pure.
import { isIP } from 'node:net';
import type { MatchRequest } from './match.ts';

export interface ParsedRequest {
  readonly method: string;
  /** `http` or `https`, with a host. What clients would encode may be written plainly. */
  readonly url: string;
  /** `Name: value`; `Host` takes the place of the URL's. */
  readonly headers: readonly string[];
  /** Of the client. */
  readonly sourceIp: string;
}

/** A request, or why a text is none. */
export type Understood = { readonly request: MatchRequest } | { readonly because: string };

const URL_PARTS = /^(https?):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?$/i;
/** A token (RFC 9110 5.6.2). */
const TOKEN = /^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/;

/** Path and query stay as they are written: what a client tidies up (`/a/../b`) would hide what the rules do with it. */
export function requestOf({ method, url, headers: lines, sourceIp }: ParsedRequest): Understood {
  const [whole, scheme = '', authority = '', path = '', query = ''] = URL_PARTS.exec(url) ?? [];
  if (whole === undefined || !URL.canParse(`${scheme}://${authority}`))
    return { because: `"${url}" is no URL of the form http://HOST/PATH or https://HOST/PATH` };
  if (authority.includes('@')) return { because: `"${url}" names a user; a load balancer knows none` };
  if (!TOKEN.test(method)) return { because: `"${method}" is no HTTP method` };
  if (isIP(sourceIp) === 0) return { because: `"${sourceIp}" is no IP address` };
  // Without a prototype: a condition may ask for a header called `constructor`.
  const headers: Record<string, string> = Object.assign(Object.create(null), { host: authority });
  const said = new Set<string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]*):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (!TOKEN.test(name)) return { because: `"${line}" is no header of the form Name: value` };
    const key = name.toLowerCase();
    // Lines of the same name are one list (RFC 9110 5.3).
    headers[key] = said.has(key) ? `${headers[key]}, ${value}` : value;
    said.add(key);
  }
  const protocol = scheme.toLowerCase() === 'https' ? 'https' : 'http';
  const port = new URL(`${scheme}://${authority}`).port;
  return {
    request: {
      method,
      protocol,
      host: (headers.host ?? '').replace(/:\d*$/, ''),
      port: port === '' ? (protocol === 'https' ? 443 : 80) : Number(port),
      path: path === '' ? '/' : encoded(path),
      query: encoded(query),
      headers,
      sourceIp,
    },
  };
}

/** What may not stand in a request line is sent percent-encoded. */
const encoded = (text: string): string =>
  text.toWellFormed().replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character));
