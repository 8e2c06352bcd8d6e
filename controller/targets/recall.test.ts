// What is served before any group was looked at, and what is not.
import { describe, expect, test } from 'vitest';
import { ingress, readingsAndBindings, service } from '../../alb/laws/paper.ts';
import { bind } from '../../api/binding/bind.ts';
import type { BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import { readIngress } from '../../api/ingress/read.ts';
import { keyOf } from '../../api/kube.ts';
import type { Policy } from '../../api/policy.ts';
import { openBook } from '../bindings/store.ts';
import { recalledServing } from './recall.ts';
import { withTargets } from './target-status.ts';

const ARN = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/0123456789abcdef';
const HASH = 'h';
const KIND = { targetType: 'ip', ipAddressType: 'ipv4' } as const;
const NAMED = { name: 'k8s-shop-web-1', arn: ARN, service: 'web', port: 80, healthy: 1, total: 2 };
const OLD: BindingStatus = { registered: { [ARN]: HASH }, targetGroups: [{ ...NAMED, ...KIND }] };
const STATUS: BindingStatus = { ...OLD, cluster: 'prod' };
const options = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
const services = [service()];

interface Known {
  readonly name?: string;
  readonly said?: Readonly<Record<string, string>>;
  readonly status?: BindingStatus;
  readonly metadata?: Partial<LoadBalancerBinding['metadata']>;
  /** Its Ingress is not there. */
  readonly gone?: boolean;
}

/** The target groups that are recalled of these bindings, and of their Ingresses. */
function recalled(all: readonly Known[], { cluster = 'prod', policy = 'sync' as Policy } = {}) {
  const book = openBook(policy);
  for (const { name = 'web', said = {}, status = STATUS, metadata, gone } of all) {
    const one = ingress({ ingress: name, said });
    const [known] = readingsAndBindings({ ingresses: [one], services });
    if (known === undefined) throw new Error('nothing is bound');
    const { binding } = known;
    const reading = readIngress(one, { service: () => services[0], options });
    if (!gone) book.ingress(keyOf(one), { ingress: one, reading });
    const spec = bind(one, reading);
    book.binding(keyOf(one), {
      ...{ ...binding, spec, status },
      metadata: { ...binding.metadata, ...metadata },
    });
  }
  return recalledServing({ book, clusterName: cluster, policy, service: () => services[0] });
}

test('a target group is served by what its binding remembers: Service, targets, health and hash', () => {
  expect(recalled([{}])).toEqual([
    {
      ...{ arn: ARN, name: 'k8s-shop-web-1', group: 'shop/web', policy: 'sync', made: false, recalled: true },
      backend: expect.objectContaining({
        ...{ member: 'shop/web', namespace: 'shop', service: 'web', port: 80 },
        ...{ targetType: 'ip', ipAddressType: 'ipv4' },
      }),
      remembered: { healthy: 1, total: 2, hash: HASH },
    },
  ]);
});

test('what the status says is all that is needed: a backend comes back as it was', () => {
  const backend = {
    ...{ id: 'x', member: 'shop/web', namespace: 'shop', service: 'web', port: 'http', reach: [80] },
    ...({ targetType: 'instance', ipAddressType: 'ipv6' } as const),
    ...{ nodeLabels: { zone: 'a' }, shared: true as const },
  };
  const serving = { arn: ARN, name: 'n', group: 'shop/web', policy: 'sync', made: false, backend } as const;
  const known = { clusterName: 'prod', health: () => undefined, standing: () => undefined };
  const status = withTargets({}, [serving], known, '');
  const [back] = recalled([{ status }]);
  expect(back?.backend).toMatchObject({ ...backend, id: ARN, reach: [] });
});

test('under a more careful policy it is served as that says', () => {
  expect(recalled([{}], { policy: 'targets-only' })[0]?.policy).toBe('targets-only');
});

describe('waits for the pass over its group', () => {
  test.each<[string, readonly Known[], string?]>([
    ['where another cluster wrote the status: a copy of its objects', [{}], 'staging'],
    ['where an older version wrote it', [{ status: OLD }]],
    [
      'all of a member, where a part is missing',
      [
        {
          status: {
            ...STATUS,
            targetGroups: [
              { ...NAMED, ...KIND },
              { ...NAMED, arn: `${ARN}0` },
            ],
          },
        },
      ],
    ],
    ['where the Ingress is gone', [{ gone: true }]],
    ['where the binding is going', [{ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }]],
    ['where the binding does not hold its group', [{ metadata: { finalizers: [] } }]],
    ['where two bindings name it', [{}, { name: 'other' }]],
    ['where another one that is gone names it too', [{}, { name: 'other', gone: true }]],
    ['where nothing was told yet', [{ status: {} }]],
  ])('%s', (_, all, cluster) => {
    expect(recalled(all, cluster === undefined ? {} : { cluster })).toEqual([]);
  });

  test('where the Ingress went to another group', () => {
    const book = openBook();
    const one = ingress({ said: { 'group.name': 'new' } });
    const [before] = readingsAndBindings({ ingresses: [ingress()], services });
    const reading = readIngress(one, { service: () => services[0], options });
    book.ingress('shop/web', { ingress: one, reading });
    if (before !== undefined) book.binding('shop/web', { ...before.binding, status: STATUS });
    const all = { book, clusterName: 'prod', policy: 'sync', service: () => undefined } as const;
    expect(recalledServing(all)).toEqual([]);
  });
});
