// Readiness gates: which are about the health of targets, and when nothing else is missing.
import { expect, test } from 'vitest';
import type { Pod } from '../api/kube.ts';
import {
  needsTargetsOnly,
  readinessGateOf,
  targetGroupOfGate,
  targetHealthGates,
  unmetGates,
} from './readiness-gates.ts';

const OURS = readinessGateOf('k8s-shop-web-0123456789');
const LEGACY = 'target-health.alb.ingress.k8s.aws/web_web_80';
const OTHER = 'cloud.example.com/in-place-update';

const pod = (gates: readonly string[], ...met: readonly string[]): Pod => ({
  metadata: { name: 'web-1', namespace: 'shop' },
  spec: { readinessGates: gates.map((conditionType) => ({ conditionType })) },
  status: { conditions: met.map((type) => ({ type, status: 'True' })) },
});

test('a gate names its target group; those of others, and of the first LBC, do not', () => {
  expect([OURS, LEGACY, OTHER].map(targetGroupOfGate)).toEqual([
    'k8s-shop-web-0123456789',
    undefined,
    undefined,
  ]);
});

test('the gates of a pod about targets, each once, and those that are not met', () => {
  const one = pod([OURS, OTHER, LEGACY, OURS], LEGACY);
  expect(targetHealthGates(one)).toEqual([OURS, LEGACY]);
  expect(unmetGates(one)).toEqual([OURS]);
  expect(targetHealthGates({ metadata: { name: 'x' } })).toEqual([]);
});

test.each([
  ['its containers are not ready', pod([OURS]), false],
  ['only the gate is missing', pod([OURS], 'ContainersReady'), true],
  ['a gate of the first LBC is missing', pod([LEGACY], 'ContainersReady'), true],
  ['the gate is met, and the kubelet does not say ready yet', pod([OURS], 'ContainersReady', OURS), true],
  ['a gate of somebody else is missing', pod([OURS, OTHER], 'ContainersReady', OURS), false],
  ['a gate of somebody else is met', pod([OURS, OTHER], 'ContainersReady', OTHER), true],
  ['it has no gate for targets: the kubelet has the say', pod([OTHER], 'ContainersReady', OTHER), false],
])('%s', (_, one, needs) => {
  expect(needsTargetsOnly(one)).toBe(needs);
});
