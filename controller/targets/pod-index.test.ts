// Which changes of a pod mean something for targets and gates, and who is known to be gone.
import { expect, test } from 'vitest';
import { readinessGateOf } from '../../alb/readiness-gates.ts';
import type { Pod } from '../../api/kube.ts';
import { isEnding, PodIndex } from './pod-index.ts';

const GATE = readinessGateOf('k8s-shop-web-0123456789');
const NOTHING = { targets: false, gates: false };

const pod = ({
  gates = [GATE],
  met = [],
  ends = false,
}: {
  gates?: string[];
  met?: string[];
  ends?: boolean;
} = {}): Pod => ({
  metadata: {
    namespace: 'shop',
    name: 'web-1',
    ...(ends ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  spec: { readinessGates: gates.map((conditionType) => ({ conditionType })) },
  status: { conditions: met.map((type) => ({ type, status: 'True' })) },
});

test('a pod without gates means something once: when it begins to end, or goes at once', () => {
  const index = new PodIndex();
  expect(index.put(pod({ gates: [] }), 'added', false)).toEqual(NOTHING);
  expect(index.put(pod({ gates: [], met: ['ContainersReady'] }), 'updated', true)).toEqual(NOTHING);
  expect(index.put(pod({ gates: [], ends: true }), 'updated', true)).toEqual({ targets: true, gates: false });
  expect(index.put(pod({ gates: [], ends: true }), 'updated', true)).toEqual(NOTHING);
  expect(index.put(pod({ gates: [], ends: true }), 'deleted', true)).toEqual(NOTHING);
  expect(index.put(pod({ gates: [] }), 'added', true)).toEqual(NOTHING);
  expect(index.put(pod({ gates: [] }), 'deleted', true)).toEqual({ targets: true, gates: false });
});

test('an address is that of a pod as long as one has it that does not end', () => {
  const index = new PodIndex();
  const at = (one: Pod, ...ips: string[]): Pod => ({
    ...one,
    status: { ...one.status, podIPs: ips.map((ip) => ({ ip })) },
  });
  const seen = () => ['10.0.0.1', 'fd00::1', '10.0.0.2'].map((ip) => index.isAt(ip));
  index.put(at(pod(), '10.0.0.1', 'fd00::1'), 'added', false);
  expect(seen()).toEqual([true, true, false]);
  index.put(at(pod(), '10.0.0.2'), 'updated', false);
  expect(seen()).toEqual([false, false, true]);
  index.put(at(pod({ ends: true }), '10.0.0.2'), 'updated', false);
  expect(seen()).toEqual([false, false, false]);
  index.put(at(pod(), '10.0.0.2'), 'added', false);
  index.put(at(pod(), '10.0.0.2'), 'deleted', false);
  expect(seen()).toEqual([false, false, false]);
});

test('a pod with a gate means targets when its containers become ready, and gates whenever its conditions change', () => {
  const index = new PodIndex();
  expect(index.put(pod(), 'added', false)).toEqual({ targets: false, gates: true });
  expect(index.put(pod(), 'updated', false)).toEqual(NOTHING);
  expect(index.put(pod({ met: ['ContainersReady'] }), 'updated', true)).toEqual({
    targets: true,
    gates: true,
  });
  expect(index.put(pod({ met: ['ContainersReady', GATE] }), 'updated', true)).toEqual({
    targets: false,
    gates: true,
  });
  expect(index.put(pod({ ends: true, met: ['ContainersReady', GATE] }), 'updated', true)).toEqual({
    targets: true,
    gates: false,
  });
});

test('who waits for which gate, and whether somebody waits for it alone', () => {
  const index = new PodIndex();
  const seen = () => [
    index.waitingFor('shop', GATE),
    index.isAwaited('shop', GATE),
    index.awaited().length,
    index.isWaiting('shop/web-1'),
  ];
  index.put(pod(), 'added', false);
  expect(seen()).toEqual([['shop/web-1'], false, 0, true]);
  index.put(pod({ met: ['ContainersReady'] }), 'updated', true);
  expect(seen()).toEqual([['shop/web-1'], true, 1, true]);
  expect([index.waiting(), index.waiting('shop'), index.waiting('other')]).toEqual([
    ['shop/web-1'],
    ['shop/web-1'],
    [],
  ]);
  index.put(pod({ met: ['ContainersReady', GATE] }), 'updated', true);
  expect(seen()).toEqual([[], false, 0, false]);
  expect(index.withGate('shop', GATE)).toEqual(['shop/web-1']);
  index.put(pod({ ends: true }), 'updated', true);
  expect(seen().slice(0, 2)).toEqual([['shop/web-1'], false]);
  index.put(pod({ ends: true }), 'deleted', false);
  expect([...seen(), index.withGate('shop', GATE)]).toEqual([[], false, 0, false, []]);
});

test('a pod that went while an EndpointSlice names it is known as ending until none does, or until it is back', () => {
  const index = new PodIndex();
  const gone = (): boolean | undefined => {
    const one = index.gone('shop', 'web-1');
    return one === undefined ? undefined : isEnding(one);
  };
  index.put(pod(), 'added', true);
  expect(gone()).toBeUndefined();
  index.put(pod(), 'deleted', true);
  expect(gone()).toBe(true);
  index.settle(() => true);
  expect(gone()).toBe(true);
  index.settle(() => false);
  expect(gone()).toBeUndefined();
  index.put(pod(), 'deleted', true);
  index.put(pod(), 'added', true);
  expect(gone()).toBeUndefined();
});
