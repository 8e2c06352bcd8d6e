// Headers and cookies of the data plane.
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { APP_COOKIE, readCookies, readSticky, stickyCookies, TARGET_COOKIE } from './cookies.ts';
import { listenerHeaders, requestHeaders, withoutHopByHop } from './headers.ts';

const request = (headers: IncomingMessage['headers']) =>
  ({ headers, socket: { remoteAddress: '::ffff:10.0.0.9', remotePort: 4711 } }) as unknown as IncomingMessage;
const place = { protocol: 'https', port: 443, host: 'a.b' } as const;

describe('what a target sees', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['appended', {}, '1.1.1.1, 10.0.0.9'],
    ['preserved', { 'routing.http.xff_header_processing.mode': 'preserve' }, '1.1.1.1'],
    ['removed', { 'routing.http.xff_header_processing.mode': 'remove' }, undefined],
    ['with the port', { 'routing.http.xff_client_port.enabled': 'true' }, '1.1.1.1, 10.0.0.9:4711'],
  ])('X-Forwarded-For %s', (_row, attributes, expected) => {
    const headers = requestHeaders(request({ 'x-forwarded-for': '1.1.1.1' }), place, attributes);
    expect(headers['x-forwarded-for']).toBe(expected);
  });

  test('protocol, port, host and a trace id; one that is there stays', () => {
    const headers = requestHeaders(request({ host: 'x', 'x-forwarded-proto': 'gopher' }), place, {});
    expect(headers).toMatchObject({ 'x-forwarded-proto': 'https', 'x-forwarded-port': '443', host: 'a.b' });
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(requestHeaders(request({ 'x-amzn-trace-id': 'mine' }), place, {})['x-amzn-trace-id']).toBe('mine');
  });

  test('headers of one connection stay on it', () => {
    const headers = { connection: 'keep-alive, x-mine', 'x-mine': '1', te: 'trailers', accept: '*/*' };
    expect(withoutHopByHop(headers)).toEqual({ accept: '*/*' });
  });
});

test('attributes of a listener become response headers', () => {
  const attributes = {
    'routing.http.response.x_frame_options.header_value': 'DENY',
    'routing.http.response.content_security_policy.header_value': '',
  };
  expect(listenerHeaders(attributes)).toEqual({ 'x-frame-options': 'DENY' });
});

describe('stickiness cookies', () => {
  test('round trip until they are over', () => {
    const [cookie = '', twin = ''] = stickyCookies(TARGET_COOKIE, '10.0.0.1:80', 60, 1_000_000);
    const sent = readCookies(`a=b; ${cookie.split(';')[0]}`);
    expect(sent.get('a')).toBe('b');
    expect(readSticky(sent.get(TARGET_COOKIE), 1_059_999)).toBe('10.0.0.1:80');
    expect(readSticky(sent.get(TARGET_COOKIE), 1_060_000)).toBeUndefined();
    expect(twin).toMatch(/^AWSALBCORS=.*SameSite=None; Secure$/);
    expect(stickyCookies(APP_COOKIE, 'x', 60, 0)).toHaveLength(1);
  });

  test.each(['', '!!', 'bW9vbg'])('%s names nothing', (value) => {
    expect(readSticky(value, 0)).toBeUndefined();
  });
});
