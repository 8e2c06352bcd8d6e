// Targets become local sockets as kube-proxy would lead them.
import type { V1EndpointSlice, V1Service } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { addressLookup } from './targets.ts';

interface Endpoint {
  readonly ip: string;
  readonly node: string;
  readonly ready?: boolean;
  readonly serving?: boolean;
}

function lookup(endpoints: readonly Endpoint[], spec: Partial<V1Service['spec']> = {}) {
  const service: V1Service = {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { ports: [{ name: 'http', port: 80, nodePort: 30080 }], ...spec },
  };
  const slice: V1EndpointSlice = {
    addressType: 'IPv4',
    metadata: { namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
    ports: [{ name: 'http', port: 8080 }],
    endpoints: endpoints.map(({ ip, node, ready = true, serving = ready }) => ({
      addresses: [ip],
      nodeName: node,
      conditions: { ready, serving },
    })),
  };
  const other = { ...slice, metadata: { ...slice.metadata, namespace: 'elsewhere' } };
  const localPorts: Record<string, number> = { '10.0.1.20:8080': 41001, '10.0.2.20:8080': 41002 };
  return addressLookup({
    nodes: () => [
      { metadata: { name: 'a' }, spec: { providerID: 'aws:///us-west-2a/i-a' } },
      { metadata: { name: 'b' }, spec: { providerID: 'aws:///us-west-2b/i-b' } },
    ],
    services: () => [service],
    slices: () => [slice, other],
    podPort: (ip, port) => localPorts[`${ip}:${port}`],
  });
}

const A = { ip: '10.0.1.20', node: 'a' };
const B = { ip: '10.0.2.20', node: 'b' };
const take = (find: ReturnType<typeof lookup>, id: string, times = 4) =>
  Array.from({ length: times }, () => find({ id, port: 30080 })?.port);

describe('an ip target', () => {
  test('is the pod, or nothing', () => {
    const find = lookup([A]);
    expect(find({ id: '10.0.1.20', port: 8080 })).toEqual({ host: '127.0.0.1', port: 41001 });
    expect(find({ id: '10.0.1.20', port: 9090 })).toBeUndefined();
    expect(find({ id: '10.0.9.9', port: 8080 })).toBeUndefined();
  });
});

describe('an instance target', () => {
  test('takes the ready endpoints in turn, each once in a round', () => {
    expect(take(lookup([A, B]), 'i-a')).toEqual([41001, 41002, 41001, 41002]);
  });
  test('keeps to its own node with externalTrafficPolicy Local', () => {
    expect(take(lookup([A, B], { externalTrafficPolicy: 'Local' }), 'i-b', 2)).toEqual([41002, 41002]);
    expect(take(lookup([A], { externalTrafficPolicy: 'Local' }), 'i-b', 1)).toEqual([undefined]);
  });
  test('leaves out endpoints that are not ready, unless only serving ones are left', () => {
    expect(take(lookup([{ ...A, ready: false }, B]), 'i-a', 2)).toEqual([41002, 41002]);
    expect(take(lookup([{ ...A, ready: false, serving: true }]), 'i-a', 1)).toEqual([41001]);
    expect(take(lookup([{ ...A, ready: false }]), 'i-a', 1)).toEqual([undefined]);
  });
  test('is nothing for an unknown instance or port', () => {
    expect(take(lookup([A]), 'i-unknown', 1)).toEqual([undefined]);
    expect(lookup([A])({ id: 'i-a', port: 31111 })).toBeUndefined();
  });
});
