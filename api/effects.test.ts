// Field effects: every good example changes a field, later annotations override earlier ones.
import { describe, expect, test } from 'vitest';
import type { ListenerSpec, LoadBalancerSpec, TargetGroupSpec } from './aws.ts';
import { applyEffects } from './effects.ts';
import type { Settings } from './generated/binding.ts';
import { REGISTRY } from './registry.ts';
import { check } from './validate/check.ts';

const loadBalancer = (): LoadBalancerSpec => ({
  name: 'n',
  scheme: 'internal',
  ipAddressType: 'ipv4',
  subnets: [],
  securityGroups: [],
  attributes: { 'idle_timeout.timeout_seconds': '1', other: 'x' },
  tags: {},
});
const listener = (protocol: 'HTTP' | 'HTTPS' = 'HTTPS'): ListenerSpec => ({
  loadBalancer: { ref: 'LoadBalancer' },
  port: 443,
  protocol,
  defaultActions: [],
  certificates: [],
  attributes: {},
  tags: {},
});
const targetGroup = (): TargetGroupSpec => ({
  name: 'n',
  targetType: 'ip',
  port: 80,
  protocol: 'HTTPS',
  protocolVersion: 'HTTP2',
  ipAddressType: 'ipv4',
  healthCheck: {
    port: 'traffic-port',
    protocol: 'HTTPS',
    path: '',
    intervalSeconds: 0,
    timeoutSeconds: 0,
    healthyThreshold: 0,
    unhealthyThreshold: 0,
    matcher: '',
  },
  attributes: {},
  tags: {},
});
const SPECS = { loadBalancer, listener, targetGroup } as const;

const setting = <T>(value: T) => ({ value, from: 'Ingress' });

describe('no dead field', () => {
  const fields = REGISTRY.flatMap((descriptor) =>
    descriptor.effect.on === 'shape' || descriptor.effect.on === 'later' || descriptor.effect.on === 'never'
      ? []
      : [{ descriptor, on: descriptor.effect.on }],
  );
  test.each(fields)('$descriptor.name', ({ descriptor, on }) => {
    const seen = descriptor.examples.good.map((text) => {
      const { value } = check(descriptor, text);
      const spec = SPECS[on]();
      applyEffects(on, spec as never, { [descriptor.name]: setting(value) });
      return JSON.stringify(spec);
    });
    const without = SPECS[on]();
    applyEffects(on, without as never, {});
    expect(new Set([...seen, JSON.stringify(without)]).size).toBeGreaterThan(1);
  });
});

test('the LBC defaults of a health check', () => {
  const spec = targetGroup();
  applyEffects('targetGroup', spec, {});
  expect(spec).toMatchObject({ protocol: 'HTTP', protocolVersion: 'HTTP1' });
  expect(spec.healthCheck).toEqual({
    port: 'traffic-port',
    protocol: 'HTTP',
    path: '/',
    intervalSeconds: 15,
    timeoutSeconds: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    matcher: '200',
  });
});

test('backend protocol and version set defaults that health check annotations replace', () => {
  const settings: Settings = {
    'healthcheck-protocol': setting('HTTP'),
    'success-codes': setting('0-5'),
    'backend-protocol': setting('HTTPS'),
    'backend-protocol-version': setting('GRPC'),
  };
  const spec = targetGroup();
  applyEffects('targetGroup', spec, settings);
  expect(spec.healthCheck).toMatchObject({ protocol: 'HTTP', path: '/AWS.ALB/healthcheck', matcher: '0-5' });
  const { 'healthcheck-protocol': _, ...rest } = settings;
  applyEffects('targetGroup', spec, rest);
  expect(spec.healthCheck.protocol).toBe('HTTPS');
});

test('attributes are merged, not replaced', () => {
  const spec = loadBalancer();
  applyEffects('loadBalancer', spec, {
    'load-balancer-attributes': setting({ 'idle_timeout.timeout_seconds': '600' }),
  });
  expect(spec.attributes).toEqual({ 'idle_timeout.timeout_seconds': '600', other: 'x' });
});

test('a security policy is for HTTPS listeners', () => {
  const settings = { 'ssl-policy': setting('ELBSecurityPolicy-2016-08') };
  const [plain, secure] = [listener('HTTP'), listener()];
  applyEffects('listener', plain, settings);
  applyEffects('listener', secure, settings);
  expect([plain.sslPolicy, secure.sslPolicy]).toEqual([undefined, 'ELBSecurityPolicy-2016-08']);
});
