// The states of what is known of a target group's targets: what each one shows, trusts and calls its own.
import { describe, expect, test } from 'vitest';
import { REGISTERING, type TargetHealth, targetsHash } from './target-health.ts';
import {
  changeOf,
  confirmed,
  healthOf,
  leftIn,
  NEW,
  recalled,
  registeredOf,
  sameHealth,
  type TargetState,
  trustedFor,
  UNKNOWN,
  written,
} from './target-state.ts';

const KEYS = ['10.0.0.1:80', '10.0.0.2:80'];
const HASH = targetsHash(KEYS);
const REGISTERED = new Map<string, TargetHealth>([
  ['10.0.0.1:80', { state: 'healthy' }],
  ['10.0.0.2:80', REGISTERING],
]);
const REMEMBERED: TargetState = {
  kind: 'remembered',
  health: { healthy: 2, total: 2, hash: HASH },
  until: 1_000,
};
const CHANGING: TargetState = { kind: 'changing', registered: REGISTERED };
const CONFIRMED = confirmed(UNKNOWN, REGISTERED);
const WRITTEN = written(REGISTERED);

describe.each<[string, TargetState, object]>([
  ['unknown', UNKNOWN, { health: undefined, registered: undefined, left: undefined, trusted: undefined }],
  ['new', NEW, { health: { healthy: 0, total: 0 }, left: undefined, trusted: undefined }],
  [
    'remembered',
    REMEMBERED,
    { health: REMEMBERED.health, registered: undefined, left: new Set(KEYS), trusted: 900 },
  ],
  [
    'changing',
    CHANGING,
    { health: { healthy: 1, total: 2 }, registered: REGISTERED, left: undefined, trusted: undefined },
  ],
  [
    'settled, as AWS said',
    CONFIRMED,
    {
      health: { healthy: 1, total: 2, hash: HASH },
      registered: REGISTERED,
      left: new Set(KEYS),
      trusted: undefined,
    },
  ],
  [
    'settled, as we left it',
    WRITTEN,
    {
      health: { healthy: 1, total: 2, hash: HASH },
      registered: REGISTERED,
      left: undefined,
      trusted: undefined,
    },
  ],
])('%s', (_, state, expected) => {
  test('shows what is known, and a hash only when nothing is about to change', () => {
    const seen = {
      health: healthOf(state),
      registered: registeredOf(state),
      left: leftIn(state, new Set(KEYS)),
      trusted: trustedFor(state, KEYS, 100),
    };
    expect(seen).toMatchObject(expected);
  });
  test('and looking at it changes nothing', () => {
    const before = structuredClone(state);
    healthOf(state);
    leftIn(state, new Set());
    trustedFor(state, [], 0);
    expect(state).toEqual(before);
  });
});

describe('what the process before remembered', () => {
  test.each([
    ['nothing', undefined],
    ['no hash: it changed, or was written by an older version', { healthy: 1, total: 1 }],
  ])('%s: unknown', (_, health) => {
    expect(recalled(health, 0, 0.5)).toEqual(UNKNOWN);
  });
  test('is looked at within minutes when all were healthy, and at once when not', () => {
    expect(recalled({ healthy: 2, total: 2, hash: HASH }, 100, 0)).toMatchObject({ until: 60_100 });
    expect(recalled({ healthy: 1, total: 2, hash: HASH }, 100, 0)).toMatchObject({ until: 300 });
  });
  test('holds for the same endpoints and until its time only', () => {
    expect(trustedFor(REMEMBERED, [...KEYS].reverse(), 0)).toBe(1_000);
    expect(trustedFor(REMEMBERED, KEYS, 1_000)).toBeUndefined();
    expect(trustedFor(REMEMBERED, ['10.0.0.1:80'], 0)).toBeUndefined();
    expect(leftIn(REMEMBERED, new Set(['10.0.0.1:80']))).toBeUndefined();
  });
});

test('questions are counted from the last change', () => {
  const asked: TargetState = { kind: 'settled', registered: REGISTERED, confirmed: true, looks: 3 };
  expect(confirmed(asked, REGISTERED)).toMatchObject({ looks: 3 });
  expect(confirmed(CHANGING, REGISTERED)).toMatchObject({ looks: 0 });
  expect(WRITTEN).toMatchObject({ looks: 0, confirmed: false });
});

test('people see counts: a hash alone is no news', () => {
  expect(sameHealth(CHANGING, WRITTEN)).toBe(true);
  expect(sameHealth(UNKNOWN, NEW)).toBe(false);
  expect(sameHealth(REMEMBERED, WRITTEN)).toBe(false);
});

describe('the change', () => {
  const target = (id: string) => ({ id, port: 80, node: 'a' });
  const wanted = [target('10.0.0.2'), target('10.0.0.3')];
  test('registers what is missing and deregisters what is extra', () => {
    expect(changeOf(REGISTERED, wanted, undefined)).toEqual({
      missing: [target('10.0.0.3')],
      extra: ['10.0.0.1:80'],
    });
  });
  test('of a shared target group leaves what is not known to be ours', () => {
    const own = new Set(['10.0.0.3:80']);
    expect(changeOf(REGISTERED, wanted, own)).toEqual({ missing: [target('10.0.0.3')], extra: [] });
    expect([...own]).toEqual(['10.0.0.3:80']);
  });
});
