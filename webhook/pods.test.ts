// Readiness gates for new pods: which, and by the least change. The examples name what the LBC does (aws-model 6.8).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { service } from '../alb/laws/paper.ts';
import { isLegacyGate, readinessGateOf } from '../alb/readiness-gates.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import type { TargetGroupBinding } from '../api/generated/target-group-binding.ts';
import type { Pod } from '../api/kube.ts';
import {
  gatesFor,
  type PodContext,
  type PodPatch,
  podPatch,
  promisedByBindings,
  promisedByUsers,
} from './pods.ts';

const [WEB, API] = ['k8s-shop-web-0123456789', 'k8s-shop-api-0123456789'].map(readinessGateOf) as [
  string,
  string,
];
const LEGACY = 'target-health.alb.ingress.k8s.aws/web_web_80';
const OTHER = 'cloud.example.com/ready';

const pod = (
  gates?: readonly string[],
  labels: Record<string, string> = { app: 'web', tier: 'front' },
): Pod => ({
  metadata: { name: '', labels },
  ...(gates === undefined
    ? {}
    : { spec: { readinessGates: gates.map((conditionType) => ({ conditionType })) } }),
});

/** A pod after a patch (RFC 6902), as far as ours go. */
function after(one: Pod, patch: readonly PodPatch[]): Pod {
  const gates = patch.reduce<unknown[] | undefined>(
    (before, { path, value }) => (path.endsWith('/-') ? [...(before ?? []), value] : (value as unknown[])),
    one.spec?.readinessGates?.slice(),
  );
  return gates === undefined ? one : ({ ...one, spec: { ...one.spec, readinessGates: gates } } as Pod);
}

describe('which gates', () => {
  const around = (selectors: Readonly<Record<string, Record<string, string>>>): PodContext => ({
    promised: (namespace) =>
      namespace === 'shop'
        ? [
            { service: 'web', gate: WEB },
            { service: 'api', gate: API },
            { service: 'web', gate: WEB },
          ]
        : [],
    service: (_, name) =>
      selectors[name] === undefined ? undefined : service(name, 'shop', {}, { selector: selectors[name] }),
  });
  test.each([
    ['a Service that selects the pod', { web: { app: 'web' } }, [WEB]],
    ['two Services that select it', { web: { app: 'web' }, api: { tier: 'front' } }, [API, WEB]],
    ['a Service that wants another label as well', { web: { app: 'web', tier: 'back' } }, []],
    ['a Service without a selector', { web: {} }, []],
    ['a Service that is gone', {}, []],
  ])('%s', (_, selectors, gates) => {
    expect(gatesFor(pod(), 'shop', around(selectors))).toEqual(gates);
  });
  test('of another namespace', () => {
    expect(gatesFor(pod(), 'other', around({ web: { app: 'web' } }))).toEqual([]);
  });

  test('what bindings promise: gates that the controller sets, unless the binding goes', () => {
    const binding = (more: object, ...gates: (string | undefined)[]): LoadBalancerBinding =>
      ({
        metadata: { name: 'web', namespace: 'shop', ...more },
        status: {
          targetGroups: gates.map((readinessGate) => ({
            service: 'web',
            ...(readinessGate && { readinessGate }),
          })),
        },
      }) as object as LoadBalancerBinding;
    const { status: _, ...young } = binding({});
    expect(promisedByBindings([binding({}, WEB, undefined), young as LoadBalancerBinding])).toEqual([
      { service: 'web', gate: WEB },
    ]);
    expect(promisedByBindings([binding({ deletionTimestamp: '2026-01-01T00:00:00Z' }, WEB)])).toEqual([]);
  });
});

test('a TargetGroupBinding of a user promises a gate of its own name, as long as somebody serves it', () => {
  const one = (metadata: object, targetType = 'ip'): TargetGroupBinding =>
    ({
      metadata: { name: 'mine', namespace: 'shop', finalizers: ['elbv2.k8s.aws/resources'], ...metadata },
      spec: { serviceRef: { name: 'web', port: 80 }, targetType },
    }) as TargetGroupBinding;
  expect(promisedByUsers([one({})])).toEqual([{ service: 'web', gate: readinessGateOf('mine') }]);
  const silent = [
    one({}, 'instance'),
    one({ finalizers: [] }),
    one({ deletionTimestamp: '2026-01-01T00:00:00Z' }),
    one({ labels: { 'service.k8s.aws/stack-name': 'web' } }),
  ];
  expect(promisedByUsers(silent)).toEqual([]);
});

describe('by the least change', () => {
  test.each<[string, Pod, readonly string[], readonly PodPatch[]]>([
    ['no gate is wanted', pod([LEGACY]), [], []],
    [
      'it has none',
      pod(),
      [WEB],
      [{ op: 'add', path: '/spec/readinessGates', value: [{ conditionType: WEB }] }],
    ],
    [
      'it has those of others',
      pod([OTHER]),
      [WEB],
      [{ op: 'add', path: '/spec/readinessGates/-', value: { conditionType: WEB } }],
    ],
    ['it has it', pod([WEB, OTHER]), [WEB], []],
    [
      'it has one of two',
      pod([WEB]),
      [API, WEB],
      [{ op: 'add', path: '/spec/readinessGates/-', value: { conditionType: API } }],
    ],
    [
      'it has one of the first LBC',
      pod([LEGACY, OTHER]),
      [WEB],
      [
        {
          op: 'replace',
          path: '/spec/readinessGates',
          value: [{ conditionType: OTHER }, { conditionType: WEB }],
        },
      ],
    ],
  ])('%s', (_, one, gates, patch) => {
    expect(podPatch(one, gates)).toEqual(patch);
  });

  test('law: afterwards it has all of them once and keeps those of others, and there is nothing more to change', () => {
    const gate = fc.constantFrom(WEB, API, LEGACY, OTHER);
    fc.assert(
      fc.property(
        fc.option(fc.uniqueArray(gate), { nil: undefined }),
        fc.uniqueArray(fc.constantFrom(WEB, API)),
        (has, gates) => {
          const before = pod(has);
          const then = after(before, podPatch(before, gates));
          const list = (then.spec?.readinessGates ?? []).map(({ conditionType }) => conditionType);
          const legacy = gates.length === 0 ? (has ?? []).filter(isLegacyGate) : [];
          const kept = (has ?? []).filter((one) => !isLegacyGate(one));
          expect(list.toSorted()).toEqual([...new Set([...kept, ...legacy, ...gates])].toSorted());
          expect(podPatch(then, gates)).toEqual([]);
        },
      ),
    );
  });
});
