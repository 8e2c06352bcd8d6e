// Headers and cookies of the data plane.
import { describe, expect, test } from 'vitest';
import { held } from '../elb/find.ts';
import { setUp } from '../elb/rule-fixture.ts';
import { APP_COOKIE, readCookies, readSticky, stickyCookies, TARGET_COOKIE } from './cookies.ts';
import { endToEnd, listenerHeaders, requestHeaders, requestHost, responseHeaders } from './headers.ts';
import { DataPlaneSettings } from './settings.ts';

const peer = { address: '10.0.0.9', port: 4711, facts: {} };

/** The settings of an HTTP listener on port 80 whose load balancer has some attributes. */
function settingsWith(attributes: Record<string, string> = {}) {
  const { aws, ListenerArn } = setUp();
  const listener = held(aws.state.listeners, ListenerArn);
  aws.call('ModifyLoadBalancerAttributes', {
    LoadBalancerArn: listener.loadBalancerArn,
    Attributes: Object.entries(attributes).map(([Key, Value]) => ({ Key, Value })),
  });
  return new DataPlaneSettings(aws.state).ofListener(listener);
}

describe('what a target sees', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['appended', {}, '1.1.1.1, 10.0.0.9'],
    ['preserved', { 'routing.http.xff_header_processing.mode': 'preserve' }, '1.1.1.1'],
    ['removed', { 'routing.http.xff_header_processing.mode': 'remove' }, undefined],
    ['with the port', { 'routing.http.xff_client_port.enabled': 'true' }, '1.1.1.1, 10.0.0.9:4711'],
  ])('X-Forwarded-For %s', (_row, attributes, expected) => {
    const settings = settingsWith(attributes);
    const headers = requestHeaders({ 'x-forwarded-for': '1.1.1.1' }, peer, settings, 'a.b');
    expect(headers['x-forwarded-for']).toBe(expected);
  });

  test('protocol, port, host, facts of TLS', () => {
    const sent = { host: 'x', 'x-forwarded-proto': 'gopher', expect: '100-continue', 'x-tls': 'forged' };
    const secure = { ...peer, facts: { 'X-Tls': 'TLSv1.3' } };
    const headers = requestHeaders(sent, secure, settingsWith(), 'a.b');
    expect(headers).toMatchObject({
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '80',
      host: 'a.b',
      'x-tls': 'TLSv1.3',
    });
    expect(headers).not.toHaveProperty('expect');
  });

  test.each<[string | undefined, RegExp]>([
    [undefined, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/],
    ['Root=1-a-b', /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-a-b$/],
    ['Self=1-x;Root=1-a-b;Mine=c', /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-a-b;Mine=c$/],
    ['Mine=c', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Mine=c$/],
  ])('the trace id of %s', (given, expected) => {
    const sent = given === undefined ? {} : { 'x-amzn-trace-id': given };
    expect(requestHeaders(sent, peer, settingsWith(), 'a')['x-amzn-trace-id']).toMatch(expected);
  });

  test('names with other characters than letters, digits and hyphens are dropped on request', () => {
    const attributes = { 'routing.http.drop_invalid_header_fields.enabled': 'true' };
    const sent = { 'a-1': 'x', a_b: 'y' };
    expect(requestHeaders(sent, peer, settingsWith(), 'a')).toMatchObject(sent);
    expect(requestHeaders(sent, peer, settingsWith(attributes), 'a')).not.toHaveProperty('a_b');
  });

  test('headers of one connection and pseudo headers stay on it', () => {
    const headers = { connection: 'keep-alive, x-mine', 'x-mine': '1', te: 'trailers', accept: '*/*' };
    expect(endToEnd({ ...headers, ':path': '/' })).toEqual({ accept: '*/*' });
  });
});

describe('the host that a target sees', () => {
  test.each<[string, string, number, boolean, string]>([
    ['example.com', 'example.com', 80, false, 'example.com'],
    ['example.com:80', 'example.com', 80, false, 'example.com'],
    ['example.com:80', 'example.com', 80, true, 'example.com:80'],
    ['example.com', 'example.com', 8080, false, 'example.com:8080'],
    ['example.com:8080', 'example.com', 8080, false, 'example.com:8080'],
    ['example.com', 'example.com', 8080, true, 'example.com'],
    ['example.com', 'rewritten.org', 8080, false, 'rewritten.org'],
  ])('%s, then %s, on %d, preserved %s → %s', (sent, after, port, preserveHost, expected) => {
    const settings = { ...settingsWith(), port, preserveHost };
    expect(requestHost(sent, { before: 'example.com', after }, settings)).toBe(expected);
  });
});

test('attributes of a listener become response headers', () => {
  const attributes = {
    'routing.http.response.x_frame_options.header_value': 'DENY',
    'routing.http.response.content_security_policy.header_value': '',
  };
  expect(listenerHeaders(attributes)).toEqual({ 'x-frame-options': 'DENY' });
  const settings = { ...settingsWith(), serverHeader: false, responseHeaders: { 'x-frame-options': 'DENY' } };
  const sent = { 'x-frame-options': 'SAMEORIGIN', server: 'mine', 'set-cookie': ['a=b'], etag: '1' };
  expect(responseHeaders(sent, ['c=d'], settings)).toEqual({
    'x-frame-options': 'DENY',
    'set-cookie': ['a=b', 'c=d'],
    etag: '1',
  });
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
