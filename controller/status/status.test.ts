// Status: conditions, state, addresses and targets of a binding after a pass.
import { describe, expect, test } from 'vitest';
import { AwsFailure } from '../../alb/failures/failure.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { interpret } from '../../alb/laws/interpret.ts';
import { type Applied, groupFrom, ingress, service, wantedBy } from '../../alb/laws/paper.ts';
import type { Outcome } from '../../alb/plan/operation.ts';
import { plan } from '../../alb/plan/plan.ts';
import type { BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Problem } from '../../api/problems/problem.ts';
import { addressed } from './address.ts';
import type { Pass } from './pass-result.ts';
import { statusOf } from './status.ts';

const NOW = '2026-03-01T00:00:00Z';
const applied: Applied = { ingresses: [ingress()], services: [service()] };
const wanted = wantedBy(applied);
const first = plan(schemas, wanted.resources, []);
const found = interpret(first, []);
const became = plan(schemas, wanted.resources, found).matched;
const [member] = groupFrom(applied).members;
if (member === undefined) throw new Error('no member');
const { binding } = member;

const pass = (more: Partial<Pass> = {}): Pass => ({
  bindings: [binding],
  told: [],
  planned: [],
  outcomes: [],
  found,
  backends: wanted.backends,
  became,
  decided: true,
  clean: true,
  health: () => ({ healthy: 2, total: 3 }),
  now: NOW,
  ...more,
});
describe('a Service without targets', () => {
  const empty = { health: () => ({ healthy: 0, total: 0 }) };
  const ready = (more: Partial<Pass>) =>
    statusOf(pass(more), binding).conditions?.find(({ type }) => type === 'Ready');
  test.each<[string, Partial<Pass>, string]>([
    ['its nodes', empty, 'no node is ready and takes traffic'],
    [
      'its pods',
      { ...empty, backends: wanted.backends.map((one) => ({ ...one, targetType: 'ip' as const })) },
      'its selector finds no pod that is ready',
    ],
    [
      'itself',
      { ...empty, backends: wanted.backends.map((one) => ({ ...one, lacks: 'has no selector' })) },
      'it has no selector',
    ],
  ])('is served, and told: for %s', (_, more, why) => {
    expect(ready(more)).toMatchObject({ status: 'True', reason: 'NoTargets' });
    expect(ready(more)?.message).toContain(`has no targets: ${why}.`);
    expect(statusOf(pass(more), binding)).toMatchObject({ state: 'Ready' });
  });

  test('is not told while some target is registered, or nobody knows', () => {
    expect(ready({ health: () => ({ healthy: 0, total: 1 }) })?.reason).toBe('Ready');
    expect(ready({ health: () => undefined })?.reason).toBe('Ready');
  });
});

const brief = (more: Partial<Pass>, of: LoadBalancerBinding = binding): string[] => {
  const { state, conditions } = statusOf(pass(more), of);
  return [
    String(state),
    ...(conditions ?? []).flatMap(({ type, status, reason }) =>
      type === 'Ready' ? [] : [`${type} ${status} ${reason}`],
    ),
  ];
};
const about = (code: Problem['code'], severity: Problem['severity'] = 'refuse') => [
  { member: 'shop/web', problem: { code, severity, path: 'spec' } },
];
const FINE = ['Accepted True Accepted', 'ResolvedRefs True ResolvedRefs'];
const [operation] = first.operations;
const last = plan(schemas, [], found).operations[0];
if (operation === undefined || last === undefined) throw new Error('no operations');
const failure = (kind: 'throttled' | 'refused') =>
  new AwsFailure({ action: 'CreateRule', code: 'X', kind, message: 'no', status: 400 });
const failed = (kind: 'throttled' | 'refused'): Outcome => ({
  operation,
  result: 'failed',
  failure: failure(kind),
});
const starting = (state: string) =>
  new Map(
    [...became].map(([id, one]) => [
      id,
      one.kind === 'loadBalancer' ? { ...one, extra: { ...one.extra, state } } : one,
    ]),
  );

describe('ready', () => {
  const ready = (more: Partial<Pass>) =>
    statusOf(pass(more), binding).conditions?.find(({ type }) => type === 'Ready');

  test('when all of it holds', () => {
    expect(ready({})).toMatchObject({ status: 'True', reason: 'Ready' });
  });
  test('else it says what the first that does not hold says', () => {
    const more = { told: about('ServiceNotFound', 'warn'), outcomes: [failed('refused')] };
    const [, refs] = statusOf(pass(more), binding).conditions ?? [];
    expect(ready(more)).toMatchObject({ status: 'False', reason: 'ServiceNotFound', message: refs?.message });
    expect(ready({ outcomes: [failed('refused')] })).toMatchObject({ status: 'False', reason: 'AwsRefused' });
  });
});

describe('state and conditions', () => {
  test.each<[string, Partial<Pass>, string[]]>([
    ['all is well', {}, ['Ready', ...FINE, 'Programmed True Programmed']],
    [
      'AWS is provisioning',
      { became: starting('provisioning') },
      ['Programming', ...FINE, 'Programmed False Pending'],
    ],
    ['nothing yet', { found: [], became: new Map() }, ['Programming', ...FINE, 'Programmed False Pending']],
    [
      'something was left out',
      { told: about('GroupConflict') },
      ['Degraded', 'Accepted False GroupConflict', FINE[1] ?? '', 'Programmed True Programmed'],
    ],
    [
      'a warning about the intent',
      { told: about('GroupConflict', 'warn') },
      ['Ready', 'Accepted True GroupConflict', FINE[1] ?? '', 'Programmed True Programmed'],
    ],
    [
      'a Service is missing',
      { told: about('ServiceNotFound', 'warn') },
      ['Degraded', FINE[0] ?? '', 'ResolvedRefs False ServiceNotFound', 'Programmed True Programmed'],
    ],
    [
      'without subnets AWS stays as it is',
      { told: about('SubnetsNotFound'), decided: false },
      ['Degraded', FINE[0] ?? '', 'ResolvedRefs False SubnetsNotFound', 'Programmed False SubnetsNotFound'],
    ],
    ['AWS refused', { outcomes: [failed('refused')] }, ['Degraded', ...FINE, 'Programmed False AwsRefused']],
    [
      'AWS asked to slow down',
      { outcomes: [failed('throttled')] },
      ['Degraded', ...FINE, 'Programmed False AwsUnavailable'],
    ],
    [
      'AWS could not be asked',
      { failure: failure('throttled') },
      ['Degraded', ...FINE, 'Programmed False AwsUnavailable'],
    ],
    [
      'a protection waits while AWS is provisioning',
      { outcomes: [{ operation, result: 'waiting', because: 'x' }], became: starting('provisioning') },
      ['Programming', ...FINE, 'Programmed False Pending'],
    ],
    [
      'an old one waits',
      { outcomes: [{ operation: last, result: 'waiting', because: 'x' }] },
      ['Ready', ...FINE, 'Programmed True Programmed'],
    ],
    ['the policy forbids it', { planned: [operation] }, ['Pending', ...FINE, 'Programmed False Observed']],
    [
      'the policy only keeps what nobody wants',
      { planned: [last] },
      ['Ready', ...FINE, 'Programmed True Programmed'],
    ],
    [
      'another member’s problem',
      { told: [{ member: 'shop/other', problem: { code: 'GroupConflict', severity: 'refuse', path: 'x' } }] },
      ['Ready', ...FINE, 'Programmed True Programmed'],
    ],
  ])('%s', (_, more, expected) => {
    expect(brief(more)).toEqual(expected);
  });

  test('a binding that is deleted says so, and what it waits for', () => {
    const gone = { ...binding, metadata: { ...binding.metadata, deletionTimestamp: NOW } };
    const outcomes: Outcome[] = [
      { operation: last, result: 'waiting', because: 'deletion protection is on' },
    ];
    const status = statusOf(pass({ outcomes }), gone);
    expect(status.state).toBe('Deleting');
    expect(status.conditions?.at(-1)).toMatchObject({
      reason: 'Deleting',
      message: expect.stringContaining('deletion protection is on'),
    });
  });

  test('a condition keeps its time until its status changes', () => {
    const before = statusOf(pass(), binding);
    const later = statusOf(pass({ now: '2026-04-01T00:00:00Z', told: about('ServiceNotFound') }), {
      ...binding,
      status: before,
    });
    expect(later.conditions?.map(({ lastTransitionTime }) => lastTransitionTime.slice(0, 7))).toEqual([
      '2026-03',
      '2026-04',
      '2026-03',
      '2026-04',
    ]);
  });
});

describe('the address', () => {
  const old: Found = { ...(found.find(({ kind }) => kind === 'loadBalancer') as Found), arn: 'arn:old' };
  const nothingBehind = { backends: [], health: () => undefined };
  const now = (state: string) => {
    const map = starting(state);
    return {
      ...nothingBehind,
      found: [old, ...found.map((one) => [...map.values()].find(({ arn }) => arn === one.arn) ?? one)],
      became: map,
    };
  };
  test.each([
    ['the old one until the new one serves', now('provisioning'), 'arn:old'],
    ['the new one when it serves', now('active'), 'arn:loadBalancer/4'],
    ['the new one when it serves with trouble', now('active_impaired'), 'arn:loadBalancer/4'],
  ])('is %s', (_, one, arn) => {
    expect(addressed(one)?.arn).toBe(arn);
  });
  test('is the new one, not ready, when there is no other', () => {
    expect(
      addressed({
        ...nothingBehind,
        found: [...starting('provisioning').values()],
        became: starting('provisioning'),
      })?.arn,
    ).toBe('arn:loadBalancer/4');
  });
  test('is the old one while the new one is not protected as it shall be', () => {
    expect(addressed({ ...now('active'), exposed: true })?.arn).toBe('arn:old');
    expect(addressed({ ...now('active'), exposed: false })?.arn).toBe('arn:loadBalancer/4');
  });
  test('is the old one while no target is healthy behind the new one', () => {
    const { backends } = pass();
    const behind = (healthy: number) =>
      addressed({ ...now('active'), backends, health: () => ({ healthy, total: 2 }) });
    expect(backends).not.toEqual([]);
    expect([behind(0)?.arn, behind(1)?.arn]).toEqual(['arn:old', 'arn:loadBalancer/4']);
  });
  test('there is none without a load balancer', () => {
    expect(addressed({ ...nothingBehind, found: [], became: new Map() })).toBeUndefined();
  });
  test('and the listeners that were told stay while they are not looked at', () => {
    const before: BindingStatus = { ...statusOf(pass(), binding) };
    const outer = found.filter(({ kind }) => kind !== 'listener' && kind !== 'rule');
    expect(before.listeners).toEqual([{ port: 80, protocol: 'HTTP', arn: 'arn:listener/5' }]);
    expect(statusOf(pass({ found: outer }), { ...binding, status: before }).listeners).toEqual(
      before.listeners,
    );
  });
});

test('what the targets program wrote stays as it is', () => {
  const written: BindingStatus = {
    targets: '2/3',
    targetGroups: [{ name: 'n', arn: 'a', service: 'web', port: 80, healthy: 2, total: 3 }],
    registered: { a: 'h' },
  };
  const none = pass({ health: () => ({ healthy: 0, total: 0 }) });
  expect(statusOf(none, { ...binding, status: written })).toMatchObject(written);
  expect(statusOf(none, binding)).not.toHaveProperty('targets');
});

test('a plan in words, the hash of what was applied, and what was observed', () => {
  const status = statusOf(
    pass({
      planned: first.operations,
      outcomes: first.operations.map((one) => ({ operation: one, result: 'done' })),
      appliedHash: 'h',
    }),
    binding,
  );
  expect(status).toMatchObject({
    appliedHash: 'h',
    observedHash: binding.spec.ingressRef.hash,
    scheme: 'internal',
  });
  expect(status.plan?.[0]).toBe('create securityGroup/managed: does not exist yet');
  expect(statusOf(pass(), { ...binding, status }).plan).toEqual(status.plan);
});
