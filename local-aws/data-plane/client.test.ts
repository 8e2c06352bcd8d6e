// A client's request as rules see it, and the names of certificates and policies.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { isBodyless, refusedWith, seen } from './client.ts';
import { selfSignedCertificate } from './self-signed.ts';
import { keyOf, versions } from './tls.ts';

function request(url: string, headers: Record<string, string>): IncomingMessage {
  const made = new IncomingMessage(new Socket());
  return Object.assign(made, { url, headers, httpVersion: '1.1', method: 'GET' });
}

const place = { protocol: 'http', port: 80 } as const;

describe('seen', () => {
  test.each<[string, string, { host: string; path: string; query: string }]>([
    ['/a?b=c?d', 'x.y:8080', { host: 'x.y', path: '/a', query: 'b=c?d' }],
    ['/', '[::1]:80', { host: '[::1]', path: '/', query: '' }],
    ['http://other.org:81/p?q', 'x.y', { host: 'other.org', path: '/p', query: 'q' }],
    ['*', 'x.y', { host: 'x.y', path: '*', query: '' }],
  ])('%s of %s', (url, host, expected) => {
    expect(seen(request(url, { host }), place)).toMatchObject(expected);
  });
});

test('a request without length and transfer coding has no body', () => {
  expect(isBodyless(request('/', {}))).toBe(true);
  expect(isBodyless(request('/', { 'content-length': '0' }))).toBe(true);
  expect(isBodyless(request('/', { 'content-length': '1' }))).toBe(false);
  expect(isBodyless(request('/', { 'transfer-encoding': 'chunked' }))).toBe(false);
});

test('30 forwarders are let through, 31 are not', () => {
  const through = (count: number) =>
    refusedWith(request('/', { host: 'a', 'x-forwarded-for': Array(count).fill('1.1.1.1').join() }));
  expect([through(30), through(31)]).toEqual([undefined, 463]);
});

test('a certificate has its names in lower case', async () => {
  const { certPem, keyPem } = await selfSignedCertificate('Shop.Example.com', '*.example.org');
  expect(keyOf(certPem, keyPem).names).toEqual(['shop.example.com', '*.example.org']);
});

test.each([
  ['ELBSecurityPolicy-TLS13-1-2-2021-06', 'TLSv1.2', 'TLSv1.3'],
  ['ELBSecurityPolicy-TLS13-1-3-2021-06', 'TLSv1.3', 'TLSv1.3'],
  ['ELBSecurityPolicy-2016-08', 'TLSv1.2', 'TLSv1.2'],
])('%s is %s to %s', (policy, minVersion, maxVersion) => {
  expect(versions(policy)).toEqual({ minVersion, maxVersion });
});
