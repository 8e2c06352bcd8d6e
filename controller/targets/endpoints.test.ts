// Endpoints: nodes and pods that a target group should have (aws-model 6.4, 6.5).
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../alb/desire/desiring.ts';
import { service } from '../../alb/laws/paper.ts';
import { readinessGateOf } from '../../alb/readiness-gates.ts';
import type { EndpointSlice, Node, ObjectMeta, Pod, Service } from '../../api/kube.ts';
import { endpointsOf, instanceOf, servingNodes, type World } from './endpoints.ts';

const node = (
  name: string,
  more: {
    labels?: Record<string, string>;
    taints?: { key: string; effect?: string }[];
    ready?: string;
    id?: string;
  } = {},
): Node => ({
  metadata: { name, labels: more.labels ?? {} },
  spec: { providerID: `aws:///us-west-2a/${more.id ?? `i-${name}`}`, taints: more.taints ?? [] },
  status: { conditions: [{ type: 'Ready', status: more.ready ?? 'True' }] },
});

describe('nodes that take traffic', () => {
  test.each([
    ['a ready one', node('a'), true],
    ['one that is not ready', node('a', { ready: 'False' }), false],
    [
      'a control plane without the old label',
      node('a', { labels: { 'node-role.kubernetes.io/control-plane': '' } }),
      true,
    ],
    ['a master', node('a', { labels: { 'node-role.kubernetes.io/master': '' } }), false],
    [
      'one excluded by its label',
      node('a', { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } }),
      false,
    ],
    [
      'one excluded by the old label',
      node('a', { labels: { 'alpha.service-controller.kubernetes.io/exclude-balancer': '' } }),
      false,
    ],
    ['Fargate', node('a', { labels: { 'eks.amazonaws.com/compute-type': 'fargate' } }), false],
    [
      'one that the autoscaler deletes',
      node('a', { taints: [{ key: 'ToBeDeletedByClusterAutoscaler' }] }),
      false,
    ],
    [
      'one that Karpenter empties',
      node('a', { taints: [{ key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }] }),
      false,
    ],
    [
      'another effect of that taint',
      node('a', { taints: [{ key: 'karpenter.sh/disrupted', effect: 'PreferNoSchedule' }] }),
      true,
    ],
    [
      'a cordoned one',
      node('a', { taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
      true,
    ],
    ['no EC2 instance', node('a', { id: 'hybrid-a' }), false],
  ])('%s: %#', (_, one, takes) => {
    expect(servingNodes([one]).length === 1).toBe(takes);
  });

  test('of unknown readiness: only when none is ready', () => {
    const [ready, unknown] = [node('a'), node('b', { ready: 'Unknown' })];
    expect(servingNodes([ready, unknown])).toEqual([ready]);
    expect(servingNodes([unknown, node('c', { ready: 'False' })])).toEqual([unknown]);
  });

  test.each([
    ['aws:///us-west-2a/i-0abc', 'i-0abc'],
    ['i-0abc', 'i-0abc'],
    ['eks-hybrid:///x/mi-1', undefined],
    ['', undefined],
  ])('provider id %s is instance %s', (providerID, instance) => {
    expect(instanceOf({ metadata: { name: 'a' }, spec: { providerID } })).toBe(instance);
  });
});

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];
const endpoint = (
  address: string,
  conditions: Endpoint['conditions'] = { ready: true },
  kind = 'Pod',
): Endpoint => ({
  addresses: [address],
  conditions: conditions ?? {},
  targetRef: { kind },
  nodeName: 'a',
});
const slice = (endpoints: Endpoint[], more: Partial<EndpointSlice> = {}): EndpointSlice => ({
  metadata: { name: 's' },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080 }],
  endpoints,
  ...more,
});
const backend = (more: Partial<Backend> = {}): Backend => ({
  id: 'tg',
  member: 'shop/web',
  namespace: 'shop',
  service: 'web',
  port: 80,
  targetType: 'ip',
  ipAddressType: 'ipv4',
  reach: [8080],
  ...more,
});
const NOTHING: World = {
  service: () => undefined,
  slices: () => [],
  pod: () => undefined,
  isPodAt: () => false,
  nodes: () => [],
};

const targets = (
  of: Backend,
  slices: EndpointSlice[],
  nodes: Node[] = [],
  one: Service | undefined = service(),
) =>
  endpointsOf(of, { ...NOTHING, service: () => one, slices: () => slices, nodes: () => nodes }).map(
    ({ id, port }) => `${id}:${port}`,
  );

describe('pods', () => {
  test.each([
    ['ready', slice([endpoint('10.0.0.1')]), ['10.0.0.1:8080']],
    ['nothing said about readiness', slice([endpoint('10.0.0.1', {})]), ['10.0.0.1:8080']],
    ['not ready', slice([endpoint('10.0.0.1', { ready: false })]), []],
    [
      'serving is not ready',
      slice([endpoint('10.0.0.1', { ready: false, serving: true, terminating: true })]),
      [],
    ],
    ['no pod', slice([endpoint('10.0.0.1', { ready: true }, 'Node')]), []],
    ['IPv6 for an IPv4 target group', slice([endpoint('fd00::1')], { addressType: 'IPv6' }), []],
    ['another port', slice([endpoint('10.0.0.1')], { ports: [{ name: 'admin', port: 9090 }] }), []],
    ['twice', slice([endpoint('10.0.0.1'), endpoint('10.0.0.1')]), ['10.0.0.1:8080']],
  ])('%s', (_, one, expected) => {
    expect(targets(backend(), [one])).toEqual(expected);
  });

  test('IPv6 slices for an IPv6 target group', () => {
    const six = slice([endpoint('fd00::1')], { addressType: 'IPv6' });
    expect(targets(backend({ ipAddressType: 'ipv6' }), [six, slice([endpoint('10.0.0.1')])])).toEqual([
      'fd00::1:8080',
    ]);
  });

  test('a Service port without a name is found in slices without one', () => {
    const plain = service('web', 'shop', {}, { ports: [{ port: 80, targetPort: 8080 }] });
    expect(
      targets(backend(), [slice([endpoint('10.0.0.1')], { ports: [{ name: '', port: 8080 }] })], [], plain),
    ).toEqual(['10.0.0.1:8080']);
    // Somebody's own slice may have a name.
    expect(targets(backend(), [slice([endpoint('10.0.0.1')])], [], plain)).toEqual(['10.0.0.1:8080']);
  });
});

describe('pods that are known', () => {
  const GATE = readinessGateOf('k8s-shop-web-0123456789');
  const other = 'cloud.example.com/in-place-update';
  const known = (
    met: readonly string[],
    gates: readonly string[] = [GATE],
    more: Partial<ObjectMeta> = {},
  ): Pod => ({
    metadata: { namespace: 'shop', name: 'p', uid: 'u', ...more },
    spec: { readinessGates: gates.map((conditionType) => ({ conditionType })) },
    status: { conditions: met.map((type) => ({ type, status: 'True' })) },
  });
  const of = (
    pod: Pod | undefined,
    conditions: Endpoint['conditions'],
    uid = 'u',
    nodes = [node('a')],
  ): string[] => {
    const one = { ...endpoint('10.0.0.1', conditions), targetRef: { kind: 'Pod', name: 'p', uid } };
    const world = {
      ...NOTHING,
      service: () => service(),
      slices: () => [slice([one])],
      pod: () => pod,
      nodes: () => nodes,
    };
    return endpointsOf(backend(), world).map(({ id }) => id);
  };
  const [UP, DOWN] = [{ ready: true }, { ready: false }];
  const ends = { deletionTimestamp: '2026-01-01T00:00:00Z' };

  test.each([
    ['waits for the health of its target alone', known(['ContainersReady']), DOWN, true],
    ['has met its gate, and the kubelet has not said so', known(['ContainersReady', GATE]), DOWN, true],
    ['has containers that are not ready', known([]), DOWN, false],
    ['waits for somebody else as well', known(['ContainersReady'], [GATE, other]), DOWN, false],
    ['has no gate', known(['ContainersReady'], []), DOWN, false],
    ['is not known yet', undefined, DOWN, false],
    ['is not known yet, and ready', undefined, UP, true],
    ['ends, which its EndpointSlice does not say yet', known([], [], ends), UP, false],
    ['ends while it waits for its target', known(['ContainersReady'], [GATE], ends), DOWN, false],
    [
      'ends, and is published although it is not ready',
      known([], []),
      { ready: true, terminating: true },
      false,
    ],
  ])('one that %s', (_, pod, conditions, registered) => {
    expect(of(pod, conditions)).toEqual(registered ? ['10.0.0.1'] : []);
  });

  test('the one before of the same name says nothing about its successor', () => {
    expect(of(known([], [], ends), UP, 'another')).toEqual(['10.0.0.1']);
    expect(of(known(['ContainersReady']), DOWN, 'another')).toEqual([]);
  });

  test('one that waits for its target is not registered on a node that is not ready', () => {
    expect(of(known(['ContainersReady']), DOWN, 'u', [node('a', { ready: 'False' })])).toEqual([]);
    // Nobody hears of the node, and nobody else is left.
    expect(of(known(['ContainersReady']), DOWN, 'u', [node('a', { ready: 'Unknown' })])).toEqual([
      '10.0.0.1',
    ]);
    expect(of(known([]), DOWN, 'u', [node('a', { ready: 'Unknown' })])).toEqual([]);
  });
});

describe('pods of nodes that nobody hears of', () => {
  const lost = endpoint('10.0.0.1', { ready: false, terminating: true });
  test('stay, when no other is ready', () => {
    expect(targets(backend(), [slice([lost])], [node('a', { ready: 'Unknown' })])).toEqual(['10.0.0.1:8080']);
    expect(targets(backend(), [slice([lost])], [node('a', { ready: 'False' })])).toEqual([]);
    const other = slice([endpoint('10.0.0.2')]);
    expect(targets(backend(), [slice([lost]), other], [node('a', { ready: 'Unknown' })])).toEqual([
      '10.0.0.2:8080',
    ]);
  });
});

describe('nodes', () => {
  test('every node that takes traffic, at the node port', () => {
    const nodes = [node('a'), node('b')];
    expect(targets(backend({ targetType: 'instance' }), [], nodes)).toEqual(['i-a:30080', 'i-b:30080']);
    expect(targets(backend({ targetType: 'instance', port: 'http' }), [], nodes)).toEqual([
      'i-a:30080',
      'i-b:30080',
    ]);
  });
  test('none without a node port, Service or port', () => {
    const bare = service('web', 'shop', {}, { ports: [{ port: 80 }] });
    expect(targets(backend({ targetType: 'instance' }), [], [node('a')], bare)).toEqual([]);
    expect(endpointsOf(backend(), NOTHING)).toEqual([]);
    expect(targets(backend({ port: 81 }), [slice([endpoint('10.0.0.1')])])).toEqual([]);
  });
});

test('only nodes that have all the labels are registered', () => {
  const nodes = [
    node('a', { labels: { disk: 'ssd', zone: 'a' } }),
    node('b', { labels: { disk: 'ssd' } }),
    node('c'),
  ];
  const of = (nodeLabels: Record<string, string>) =>
    targets(backend({ targetType: 'instance', nodeLabels }), [], nodes);
  expect(of({ disk: 'ssd' })).toEqual(['i-a:30080', 'i-b:30080']);
  expect(of({ disk: 'ssd', zone: 'a' })).toEqual(['i-a:30080']);
  expect(of({ disk: 'hdd' })).toEqual([]);
});
