// Whether the cluster says why something is no longer among the endpoints.
import { describe, expect, test } from 'vitest';
import { service } from '../../alb/laws/paper.ts';
import type { EndpointSlice, Node, Pod } from '../../api/kube.ts';
import { BACKEND } from '../laws/target-scene.ts';
import { absences } from './absences.ts';
import type { World } from './endpoints.ts';

const node = (ready: string, more: Partial<Node['metadata']> = {}): Node => ({
  metadata: { name: 'a', ...more },
  spec: { providerID: 'aws:///us-west-2a/i-a' },
  status: { conditions: [{ type: 'Ready', status: ready }] },
});

type Conditions = NonNullable<NonNullable<EndpointSlice['endpoints']>[number]['conditions']>;
const endpoint = (conditions: Conditions): EndpointSlice => ({
  metadata: { name: 's' },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080 }],
  endpoints: [{ addresses: ['10.0.0.1'], conditions, nodeName: 'a', targetRef: { kind: 'Pod' } }],
});

const worldWith = (slices: EndpointSlice[], nodes: Node[] = [], of = service()): World => ({
  service: () => of,
  slices: () => slices,
  pod: () => undefined,
  isPodAt: (address) => address === '10.0.0.2',
  nodes: () => nodes,
});

describe('a pod', () => {
  test.each<[string, boolean, World]>([
    ['that ends', true, worldWith([endpoint({ ready: false, terminating: true })])],
    ['that is not ready, by its kubelet', true, worldWith([endpoint({ ready: false })], [node('True')])],
    ['on a node that says it is not ready', true, worldWith([endpoint({ ready: false })], [node('False')])],
    [
      'on a node that nobody hears of',
      false,
      worldWith([endpoint({ ready: false, terminating: false })], [node('Unknown')]),
    ],
    ['that ends there', true, worldWith([endpoint({ terminating: true })], [node('Unknown')])],
    ['at another port', true, worldWith([endpoint({ ready: true })])],
    ['that no EndpointSlice names', false, worldWith([])],
  ])('%s: %s', (_, expected, world) => {
    expect(absences(BACKEND, world, new Map())({ id: '10.0.0.1', port: 8080 })).toBe(expected);
  });
});

describe('a pod that no EndpointSlice names', () => {
  const pod = (metadata: Partial<Pod['metadata']>): Pod => ({
    metadata: { name: 'web-1', uid: 'one', ...metadata },
  });
  test.each<[string, boolean, Pod | undefined]>([
    ['and that is gone', true, undefined],
    ['and that ends', true, pod({ deletionTimestamp: '2026-01-01T00:00:00Z' })],
    ['and whose name another one has', true, pod({ uid: 'two' })],
    ['and that runs on', false, pod({})],
  ])('%s: %s', (_, expected, one) => {
    const world = { ...worldWith([]), pod: () => one };
    const behind = new Map([['10.0.0.1:8080', { pod: 'web-1', uid: 'one' }]]);
    expect(absences(BACKEND, world, behind)({ id: '10.0.0.1', port: 8080 })).toBe(expected);
    expect(absences(BACKEND, world, behind)({ id: '10.0.0.2', port: 8080 })).toBe(false);
  });
});

test('a target of the process before, which no EndpointSlice names: explained when no pod has its address', () => {
  const behind = new Map([1, 2].map((at) => [`10.0.0.${at}:8080`, {}]));
  const explains = absences(BACKEND, worldWith([]), behind);
  expect([1, 2, 3].map((at) => explains({ id: `10.0.0.${at}`, port: 8080 }))).toEqual([true, false, false]);
});

describe('a node', () => {
  const backend = { ...BACKEND, targetType: 'instance' } as const;
  test.each<[string, boolean, Node[]]>([
    ['that is not ready', true, [node('False')]],
    ['that was excluded', true, [node('True', { labels: { 'node-role.kubernetes.io/master': '' } })]],
    ['that nobody hears of', false, [node('Unknown')]],
    ['that is gone', false, []],
  ])('%s: %s', (_, expected, nodes) => {
    expect(absences(backend, worldWith([], nodes), new Map())({ id: 'i-a', port: 30_080 })).toBe(expected);
  });
});

test('a Service that is gone, or its port, says it of all', () => {
  const gone: World = { ...worldWith([]), service: () => undefined };
  expect(absences(BACKEND, gone, new Map())({ id: '10.0.0.1', port: 8080 })).toBe(true);
  expect(absences({ ...BACKEND, port: 81 }, worldWith([]), new Map())({ id: '10.0.0.1', port: 8080 })).toBe(
    true,
  );
});
