// What the played kubelet says about its pods.
import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { nextAddress, portsOf, runningStatus, saysRunning, secondsToLive, warmUpOf } from './podstatus.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const pod = (spec: Partial<V1Pod['spec']>, status: V1Pod['status'] = {}): V1Pod => ({
  metadata: { name: 'p', deletionGracePeriodSeconds: 10 },
  spec: { containers: [{ name: 'c', image: 'c:1' }], ...spec },
  status,
});
const gated = { readinessGates: [{ conditionType: 'g' }] };

describe('runningStatus', () => {
  test('a pod without gates is ready at once', () => {
    const status = runningStatus(pod({}), '10.0.1.20', '10.0.1.10', NOW);
    expect(status).toMatchObject({ phase: 'Running', podIP: '10.0.1.20', hostIP: '10.0.1.10' });
    expect(status.conditions?.every((condition) => condition.status === 'True')).toBe(true);
    expect(saysRunning(pod({}, status))).toBe(true);
  });

  test('a gate holds Ready back, and nothing else', () => {
    const status = runningStatus(pod(gated), '10.0.1.20', '10.0.1.10', NOW);
    const notTrue = status.conditions?.filter((condition) => condition.status !== 'True');
    expect(notTrue).toMatchObject([{ type: 'Ready', message: 'waiting for g' }]);
    expect(saysRunning(pod(gated, status))).toBe(true);
    const met = { ...status, conditions: [...(status.conditions ?? []), { type: 'g', status: 'True' }] };
    expect(saysRunning(pod(gated, met))).toBe(false);
    const later = runningStatus(pod(gated, met), '10.0.1.20', '10.0.1.10', new Date(NOW.getTime() + 1000));
    const times = Object.fromEntries(later.conditions?.map((c) => [c.type, c.lastTransitionTime]) ?? []);
    expect(times.ContainersReady).toEqual(NOW);
    expect(times.Ready).not.toEqual(NOW);
  });
});

test('ports are the TCP ports of all containers; a name that begins with https speaks TLS', () => {
  const ports = [
    { containerPort: 80 },
    { containerPort: 8443, name: 'https-web', protocol: 'TCP' },
    { containerPort: 53, protocol: 'UDP' },
  ];
  expect(portsOf(pod({ containers: [{ name: 'c', ports }] }))).toEqual([
    { port: 80, tls: false },
    { port: 8443, tls: true },
  ]);
});

test('an app warms up for as long as its environment says', () => {
  const env = [{ name: 'A' }, { name: 'WARM_UP_MS', value: '1500' }];
  expect([warmUpOf(pod({})), warmUpOf(pod({ containers: [{ name: 'c', env }] }))]).toEqual([0, 1_500]);
});

test.each([
  [undefined, 0],
  [3, 3],
  [60, 10],
])('preStop sleep of %s seconds, 10 seconds of grace: serves %d seconds more', (seconds, expected) => {
  const lifecycle = seconds === undefined ? {} : { lifecycle: { preStop: { sleep: { seconds } } } };
  expect(secondsToLive(pod({ containers: [{ name: 'c', ...lifecycle }] }))).toBe(expected);
});

describe('nextAddress', () => {
  test.each([
    ['10.0.1.10', [], undefined, '10.0.1.20'],
    ['10.0.1.10', ['10.0.1.20'], '10.0.1.20', '10.0.1.21'],
    ['10.0.1.10', [], '10.0.1.254', '10.0.1.20'],
    ['10.0.1.21', [], '10.0.1.20', '10.0.1.22'],
  ])('beside %s, taken %j, after %s: %s', (node, taken, last, expected) => {
    expect(nextAddress(node, new Set(taken), last)).toBe(expected);
  });

  test('is undefined when the network is full', () => {
    const taken = new Set(Array.from({ length: 256 }, (_, host) => `10.0.1.${host}`));
    expect(nextAddress('10.0.1.10', taken, '10.0.1.100')).toBeUndefined();
  });
});
