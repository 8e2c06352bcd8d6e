// A request as people write it: URLs, headers, and what is none.
import { expect, test } from 'vitest';
import type { MatchRequest } from './match.ts';
import { requestOf } from './parse-request.ts';

const plain = { method: 'GET', headers: [], sourceIp: '192.0.2.1' };

test.each<[string, Partial<MatchRequest>]>([
  ['http://a.b', { protocol: 'http', host: 'a.b', port: 80, path: '/', query: '' }],
  ['HTTPS://a.b/c', { protocol: 'https', host: 'a.b', port: 443, path: '/c' }],
  ['http://a.b:8080/c?d=e&f#g', { host: 'a.b', port: 8080, path: '/c', query: 'd=e&f' }],
  ['http://a.b?d', { path: '/', query: 'd' }],
  ['http://a.b/c/../d//e', { path: '/c/../d//e' }],
  ['http://a.b/ä b?ö', { path: '/%C3%A4%20b', query: '%C3%B6' }],
  ['http://a.b/%2f', { path: '/%2f' }],
  ['http://[::1]:81/', { host: '[::1]', port: 81 }],
])('%s', (url, expected) => {
  expect(requestOf({ ...plain, url })).toMatchObject({ request: expected });
});

test('headers by lower-case name, lines of one name as a list; Host takes the place of the host of the URL', () => {
  const headers = ['X-A: 1', 'x-a:2', 'Host: c.d:90', 'Empty:'];
  expect(requestOf({ ...plain, url: 'http://a.b/', headers })).toMatchObject({
    request: { host: 'c.d', port: 80, headers: { host: 'c.d:90', 'x-a': '1, 2', empty: '' } },
  });
});

test('a header has no value unless it is said, whatever its name', () => {
  const said = requestOf({ ...plain, url: 'http://a.b/' });
  expect('request' in said && said.request.headers.constructor).toBeUndefined();
});

test.each([
  [{ url: '/c' }, 'is no URL'],
  [{ url: 'ftp://a.b/' }, 'is no URL'],
  [{ url: 'http:///c' }, 'is no URL'],
  [{ url: 'http://a.b:99999/' }, 'is no URL'],
  [{ url: 'http://u:p@a.b/' }, 'names a user'],
  [{ method: 'G T' }, 'is no HTTP method'],
  [{ headers: ['no colon'] }, 'is no header'],
  [{ sourceIp: '10.0.0' }, 'is no IP address'],
])('%j', (wrong, because) => {
  const said = requestOf({ ...plain, url: 'http://a.b/', ...wrong });
  expect('because' in said ? said.because : '').toContain(because);
});
