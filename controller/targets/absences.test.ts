// Whether the cluster says why something is no longer among the endpoints.
import { describe, expect, test } from 'vitest';
import { service } from '../../alb/laws/paper.ts';
import type { EndpointSlice, Node } from '../../api/kube.ts';
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
    expect(absences(BACKEND, world)({ id: '10.0.0.1', port: 8080 })).toBe(expected);
  });
});

describe('a node', () => {
  const backend = { ...BACKEND, targetType: 'instance' } as const;
  test.each<[string, boolean, Node[]]>([
    ['that is not ready', true, [node('False')]],
    ['that was excluded', true, [node('True', { labels: { 'node-role.kubernetes.io/master': '' } })]],
    ['that nobody hears of', false, [node('Unknown')]],
    ['that is gone', false, []],
  ])('%s: %s', (_, expected, nodes) => {
    expect(absences(backend, worldWith([], nodes))({ id: 'i-a', port: 30_080 })).toBe(expected);
  });
});

test('a Service that is gone, or its port, says it of all', () => {
  const gone: World = { service: () => undefined, slices: () => [], pod: () => undefined, nodes: () => [] };
  expect(absences(BACKEND, gone)({ id: '10.0.0.1', port: 8080 })).toBe(true);
  expect(absences({ ...BACKEND, port: 81 }, worldWith([]))({ id: '10.0.0.1', port: 8080 })).toBe(true);
});
