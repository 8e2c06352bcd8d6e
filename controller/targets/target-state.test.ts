// The states of what is known of a target group's targets: what each one shows, trusts and calls its own.
import { describe, expect, test } from 'vitest';
import { type Inhabitants, type TargetSeen, targetsHash } from './target-health.ts';
import {
  changeOf,
  confirmed,
  doubted,
  dueIn,
  fitting,
  hastened,
  healthOf,
  leftIn,
  NEW,
  recalled,
  registeredOf,
  type TargetState,
  trustedFor,
  UNKNOWN,
  written,
} from './target-state.ts';

const KEYS = ['10.0.0.1:80', '10.0.0.2:80'];
const HASH = targetsHash(KEYS);
const seen = (id: string, state: string): [string, TargetSeen] => [`${id}:80`, { id, port: 80, state }];
const REGISTERED = new Map([seen('10.0.0.1', 'healthy'), seen('10.0.0.2', 'initial')]);
const HERE: Inhabitants = { registered: REGISTERED, besides: 1 };
const WELL: Inhabitants = { registered: new Map([seen('10.0.0.1', 'healthy')]), besides: 0 };
const REMEMBERED: TargetState = {
  kind: 'remembered',
  health: { healthy: 2, total: 2, hash: HASH },
  until: 1_000,
};
const CHANGING: TargetState = { kind: 'changing', here: HERE };
const CONFIRMED = confirmed(UNKNOWN, HERE, 0, false);
const WRITTEN = written(HERE, 0);

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
      trusted: trustedFor(state, () => KEYS, 100),
    };
    expect(seen).toMatchObject(expected);
  });
  test('and looking at it changes nothing', () => {
    const before = structuredClone(state);
    healthOf(state);
    leftIn(state, new Set());
    trustedFor(state, () => [], 0);
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
    expect(trustedFor(REMEMBERED, () => [...KEYS].reverse(), 0)).toBe(1_000);
    expect(trustedFor(REMEMBERED, () => KEYS, 1_000)).toBeUndefined();
    expect(trustedFor(REMEMBERED, () => ['10.0.0.1:80'], 0)).toBeUndefined();
    expect(leftIn(REMEMBERED, new Set(['10.0.0.1:80']))).toBeUndefined();
  });
});

describe('AWS is asked again', () => {
  test('ever more seldom while some target is not healthy, counted from the last change', () => {
    const states = [WRITTEN];
    for (let at = 0; at < 3; at += 1) states.push(confirmed(states.at(-1) ?? UNKNOWN, HERE, 0, false));
    expect(states.map((state) => dueIn(state, 0))).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(dueIn(confirmed(CHANGING, HERE, 0, false), 0)).toBe(1_000);
  });
  test('now and then while all are, and sooner of a target group that is about to go', () => {
    expect(dueIn(confirmed(UNKNOWN, WELL, 100, false), 100)).toBe(300_000);
    expect(dueIn(confirmed(UNKNOWN, WELL, 100, true), 100)).toBe(15_000);
    expect(dueIn(confirmed(UNKNOWN, WELL, 100, false), 400_000)).toBe(0);
  });
  test('after a restart as seldom as before it, where AWS says of targets that are not healthy what it said then', () => {
    const unhealthy = new Map([seen('10.0.0.1', 'healthy'), seen('10.0.0.2', 'unhealthy')]);
    const now: Inhabitants = { registered: unhealthy, besides: 0 };
    const before: TargetState = {
      ...{ kind: 'remembered', until: 0 },
      health: { healthy: 1, total: 2, hash: HASH },
    };
    expect(dueIn(confirmed(before, now, 0, false), 0)).toBe(60_000);
    const another = { ...before, health: { ...before.health, healthy: 2 } };
    expect(dueIn(confirmed(another, now, 0, false), 0)).toBe(1_000);
    // On its way to be healthy.
    expect(dueIn(confirmed(before, HERE, 0, false), 0)).toBe(1_000);
    // The same, once the listener that is closed today sends it requests.
    const closed: TargetState = { ...before, health: { healthy: 0, total: 2, hash: HASH } };
    const unused = new Map([seen('10.0.0.1', 'unused'), seen('10.0.0.2', 'unused')]);
    expect(dueIn(confirmed(closed, { registered: unused, besides: 0 }, 0, false), 0)).toBe(1_000);
  });
  test('soon when something begins to wait for healthy targets', () => {
    const steady = confirmed(REMEMBERED, WELL, 0, false);
    expect(hastened(steady, 5)).toBe(steady);
    expect(hastened(UNKNOWN, 5)).toBe(UNKNOWN);
    const patient: TargetState = { kind: 'settled', here: HERE, confirmed: true, looks: 9, due: 120_000 };
    expect(hastened(patient, 5)).toEqual({ ...patient, looks: 0, due: 5 });
  });
  test('at once when there is doubt', () => {
    expect(dueIn(doubted(WRITTEN, 500), 500)).toBe(0);
    expect(trustedFor(doubted(REMEMBERED, 500), () => KEYS, 500)).toBeUndefined();
    expect(doubted(UNKNOWN, 500)).toBe(UNKNOWN);
  });
});

describe('the change', () => {
  const target = (id: string) => ({ id, port: 80, node: 'a' });
  const wanted = [target('10.0.0.2'), target('10.0.0.3')];
  test('registers what is missing and deregisters what is extra', () => {
    expect(changeOf(REGISTERED, wanted)).toEqual({
      missing: [target('10.0.0.3')],
      extra: ['10.0.0.1:80'],
    });
  });
  test.each([
    ['no limit', 0, 2],
    ['room for one: those that drain count', 4, 1],
    ['no room', 3, 0],
    ['less than there are', 1, 0],
  ])('%s', (_, most, fit) => {
    expect(fitting(wanted, HERE, most)).toEqual(wanted.slice(0, fit));
  });
});
