// What the condition of a readiness gate says, and that no pod waits for something that can never be.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../alb/desire/desiring.ts';
import { service } from '../../alb/laws/paper.ts';
import { readinessGateOf } from '../../alb/readiness-gates.ts';
import type { EndpointSlice, Pod, PodCondition, Service } from '../../api/kube.ts';
import {
  conditionOf,
  type GateStanding,
  type GateWorld,
  goneTargetGroup,
  secondsWaited,
  standingOf,
} from './readiness-gates.ts';
import type { Serving } from './serving.ts';
import { REGISTERING, type TargetHealth } from './target-health.ts';

const NAME = 'k8s-shop-web-0123456789';
const GATE = readinessGateOf(NAME);
const NOW = '2026-01-01T00:00:10.000Z';
const BEFORE = '2026-01-01T00:00:00.000Z';
const HEALTHY: TargetHealth = { state: 'healthy' };
const FAILING: TargetHealth = {
  state: 'unhealthy',
  reason: 'Target.ResponseCodeMismatch',
  description: 'Health checks failed with these codes: [404]',
};

const pod = (labels: Record<string, string> = { app: 'web' }): Pod => ({
  metadata: { namespace: 'shop', name: 'web-1', uid: 'u', labels },
  spec: { readinessGates: [{ conditionType: GATE }] },
  status: { conditions: [{ type: 'ContainersReady', status: 'True' }] },
});

interface Scene {
  readonly serving?: Partial<Serving> | 'none';
  readonly targetType?: 'instance' | 'ip';
  readonly service?: Service | 'none';
  readonly ports?: EndpointSlice['ports'];
  readonly named?: boolean;
  readonly health?: TargetHealth | undefined;
  readonly isNobodys?: boolean;
}

const web = service('web', 'shop', {}, { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] });

function worldOf({
  serving = {},
  targetType = 'ip',
  named = true,
  isNobodys = false,
  ...scene
}: Scene): GateWorld {
  const backend: Backend = {
    ...{ id: 'tg', member: 'shop/web', namespace: 'shop', service: 'web', port: 80, reach: [8080] },
    ...{ targetType, ipAddressType: 'ipv4' as const },
  };
  const served = { arn: 'arn', name: NAME, group: 'shop/web', backend, policy: 'sync', made: false } as const;
  const slice: EndpointSlice = {
    metadata: { namespace: 'shop', name: 'web-x' },
    addressType: 'IPv4',
    ports: scene.ports ?? [{ name: 'http', port: 8080 }],
    endpoints: [
      { addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: named ? 'web-1' : 'web-2', uid: 'u' } },
    ],
  };
  const known = scene.service ?? web;
  return {
    served: (_, name) => (serving === 'none' || name !== NAME ? undefined : { ...served, ...serving }),
    health: (_, target) => (target === '10.0.0.1:8080' ? scene.health : undefined),
    isNobodys: () => isNobodys,
    service: () => (known === 'none' ? undefined : known),
    slices: () => [slice],
    pod: () => pod(),
  };
}

describe('what is known of a gate', () => {
  test.each<[string, Scene, object]>([
    ['a healthy target', { health: HEALTHY }, { kind: 'targets', arn: 'arn', health: [HEALTHY] }],
    ['a target that is not registered yet', {}, { kind: 'targets', health: [undefined] }],
    ['a binding that is only watched', { serving: { policy: 'observe' } }, { kind: 'open' }],
    ['bindings whose target groups are not known yet', { serving: 'none' }, { kind: 'open' }],
    [
      'a target group that nobody has',
      { serving: 'none', isNobodys: true },
      { kind: 'unserved', targetGroup: NAME },
    ],
    ['an EndpointSlice that is on its way', { named: false }, { kind: 'open' }],
  ])('%s', (_, scene, expected) => {
    expect(standingOf(pod(), GATE, worldOf(scene))).toMatchObject(expected);
  });

  test.each<[string, Scene, string]>([
    ['a Service that is gone', { service: 'none' }, 'Service web is gone; there is no health to wait for'],
    ['another port', { ports: [{ name: 'admin', port: 1 }] }, 'the pod has no port 80 of Service web'],
    ['nodes as targets', { targetType: 'instance' }, `target group ${NAME} has nodes as targets`],
    [
      'a Service that does not select the pod',
      {
        named: false,
        service: service('web', 'shop', {}, { selector: { app: 'api' }, ports: [{ port: 80 }] }),
      },
      'Service web does not select the pod',
    ],
  ])('%s is not waited for', (_, scene, words) => {
    expect(standingOf(pod(), GATE, worldOf(scene))).toMatchObject({
      kind: 'released',
      release: { reason: 'NotATarget', message: expect.stringContaining(words) },
    });
  });

  test('nobody sets the gates of the first LBC, and those of others are theirs', () => {
    const legacy = 'target-health.alb.ingress.k8s.aws/web_web_80';
    expect(standingOf(pod(), legacy, worldOf({}))).toMatchObject({ kind: 'released' });
    expect(standingOf(pod(), 'cloud.example.com/x', worldOf({ serving: 'none', isNobodys: true }))).toEqual({
      kind: 'open',
    });
  });
});

describe('what the condition says', () => {
  const targets = (...health: (TargetHealth | undefined)[]): GateStanding => ({
    kind: 'targets',
    arn: 'arn',
    health,
  });
  const is = (
    status: string,
    { reason = '', description = '' }: Partial<TargetHealth> = {},
  ): PodCondition => ({
    type: GATE,
    status,
    reason,
    message: description,
    lastTransitionTime: BEFORE,
  });
  const RELEASED: GateStanding = { kind: 'released', release: goneTargetGroup(NAME) };

  test.each<[string, PodCondition | undefined, GateStanding, Partial<PodCondition> | undefined]>([
    [
      'just registered',
      undefined,
      targets(REGISTERING),
      { status: 'False', reason: 'Elb.RegistrationInProgress' },
    ],
    [
      'healthy',
      is('False', REGISTERING),
      targets(HEALTHY),
      { status: 'True', reason: '', message: '', lastTransitionTime: NOW },
    ],
    ['healthy as before', is('True'), targets(HEALTHY), undefined],
    [
      'other words',
      is('False', REGISTERING),
      targets(FAILING),
      { status: 'False', message: FAILING.description ?? '', lastTransitionTime: BEFORE },
    ],
    ['the same words', is('False', FAILING), targets(FAILING), undefined],
    ['one of two ports is not healthy', undefined, targets(HEALTHY, FAILING), { status: 'False' }],
    ['ready, then unhealthy', is('True'), targets(FAILING), { status: 'False', lastTransitionTime: NOW }],
    ['ready, then registered anew', is('True'), targets(REGISTERING), undefined],
    ['ready, then not known', is('True'), targets(undefined), undefined],
    ['nothing known', undefined, targets(undefined), undefined],
    ['left to others', undefined, { kind: 'open' }, undefined],
    ['nobody to ask', undefined, { kind: 'unserved', targetGroup: NAME }, undefined],
    [
      'the target group is gone',
      is('False', FAILING),
      RELEASED,
      { status: 'True', reason: 'TargetGroupGone' },
    ],
    ['the target group of a ready pod is gone', is('True'), RELEASED, undefined],
  ])('%s', (_, before, standing, expected) => {
    const change = conditionOf(GATE, standing, before, NOW);
    if (expected === undefined) expect(change).toBeUndefined();
    else expect(change).toMatchObject({ type: GATE, ...expected });
  });
});

test('law: whatever happened before, a gate is met once all targets are healthy or nobody has its target group, and then it is left alone', () => {
  const health = fc.constantFrom(
    HEALTHY,
    FAILING,
    REGISTERING,
    { state: 'unused' },
    { state: 'draining' },
    undefined,
  );
  const scene = fc.record({
    serving: fc.constantFrom('none' as const, {}, { policy: 'observe' as const }),
    targetType: fc.constantFrom('ip' as const, 'instance' as const),
    service: fc.constantFrom(web, 'none' as const),
    ports: fc.constantFrom([{ name: 'http', port: 8080 }], [{ name: 'admin', port: 1 }]),
    named: fc.boolean(),
    health,
    isNobodys: fc.boolean(),
  });
  const step = (before: PodCondition | undefined, of: Scene): PodCondition | undefined => {
    const standing = standingOf(pod(), GATE, worldOf(of));
    // Nobody else has a TargetGroupBinding of this name.
    const judged: GateStanding =
      standing.kind === 'unserved'
        ? { kind: 'released', release: goneTargetGroup(standing.targetGroup) }
        : standing;
    return conditionOf(GATE, judged, before, NOW) ?? before;
  };
  fc.assert(
    fc.property(
      fc.array(scene),
      fc.constantFrom<Scene>({ health: HEALTHY }, { serving: 'none', isNobodys: true }),
      (past, end) => {
        const last = past.reduce(step, undefined);
        const met = step(last, end);
        expect(met?.status).toBe('True');
        expect(step(met, end)).toBe(met);
        // It is met for no other reason than these two, or that the pod is no target at all.
        if (met?.reason === '')
          expect(past.some((one) => one.health === HEALTHY) || end.health === HEALTHY).toBe(true);
      },
    ),
  );
});

describe('how long a gate waited', () => {
  const healthy: GateStanding = { kind: 'targets', arn: 'arn', health: [HEALTHY] };
  const met: PodCondition = { type: GATE, status: 'True', lastTransitionTime: NOW };
  const since = (type: string, status: string): PodCondition => ({
    type,
    status,
    lastTransitionTime: BEFORE,
  });
  const podWith = (...conditions: PodCondition[]): Pod => ({ ...pod(), status: { conditions } });

  test.each<[string, number | undefined, Pod, GateStanding, PodCondition]>([
    ['since it was said not to be met', 10, podWith(since(GATE, 'False')), healthy, met],
    ['since the containers were ready, else', 10, podWith(since('ContainersReady', 'True')), healthy, met],
    [
      'nobody knows since when',
      undefined,
      podWith({ type: 'ContainersReady', status: 'True' }),
      healthy,
      met,
    ],
    ['is no matter when it was met before', undefined, podWith(since(GATE, 'True')), healthy, met],
    [
      'nor where it is not met',
      undefined,
      podWith(since(GATE, 'False')),
      healthy,
      { ...met, status: 'False' },
    ],
    [
      'nor where nothing is waited for',
      undefined,
      podWith(since(GATE, 'False')),
      { kind: 'released', release: goneTargetGroup(NAME) },
      met,
    ],
  ])('%s: %s', (_, seconds, of, standing, change) => {
    expect(secondsWaited(of, standing, change)).toBe(seconds);
  });
});
