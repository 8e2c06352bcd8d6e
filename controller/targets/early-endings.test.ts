// Which pods end too soon, and that nobody hears of what nobody said.
import { expect, test } from 'vitest';
import type { EndpointSlice, Pod } from '../../api/kube.ts';
import { BACKEND } from '../laws/target-scene.ts';
import { earlyEndings } from './early-endings.ts';

const pods = new Map<string, Pod>([
  ['a', { metadata: { name: 'a' } }],
  ['b', { metadata: { name: 'b' }, spec: { terminationGracePeriodSeconds: 5 } }],
  ['c', { metadata: { name: 'c' }, spec: { terminationGracePeriodSeconds: 90 } }],
]);
const slice: EndpointSlice = {
  metadata: { name: 's' },
  endpoints: ['a', 'b', 'c', 'unknown'].map((name) => ({
    addresses: ['10.0.0.1'],
    targetRef: { kind: 'Pod', name },
  })),
};
const world = { slices: () => [slice, slice], pod: (_: string, name: string) => pods.get(name) };

test('pods that have less time than their last requests are counted, with the numbers', () => {
  expect(earlyEndings({ ...BACKEND, drainSeconds: 60 }, world)).toEqual([
    expect.stringMatching(/^pods \(2\) are killed 5 s after .* may run for 60 s/),
  ]);
  expect(earlyEndings({ ...BACKEND, drainSeconds: 10 }, world)).toEqual([
    expect.stringMatching(/^pods \(1\)/),
  ]);
});

test.each([
  ['nobody says how long they may run', BACKEND],
  ['all have the time', { ...BACKEND, drainSeconds: 5 }],
  ['nodes are the targets', { ...BACKEND, drainSeconds: 60, targetType: 'instance' as const }],
])('%s', (_, backend) => {
  expect(earlyEndings(backend, world)).toEqual([]);
});
