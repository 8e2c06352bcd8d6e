// kill -9 of the controller, eight times, somewhere in the bring-up of six Ingresses: each time the same end state as
// undisturbed, nothing doubled, nothing lost. Half of the kills are by the clock, half at a chosen AWS call.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type AccountSnapshot, takeAccountSnapshot } from '../harness/account-snapshot.ts';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { type Stage, setStage } from '../harness/stage.ts';
import { bindingNames, bindingOf, bindingsOf, kubectl, untilQuiet } from '../harness/waiters.ts';

let stage: Stage;
let empty: AccountSnapshot;
const long = { timeout: 240_000, interval: 250 };
const k = (line: string): Promise<string> => kubectl(stage.cluster, line);

/** Two Ingresses of their own in two target modes, four in two groups. */
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

function six() {
  return NAMES.map((name, index) => {
    const group = index < 2 ? {} : { 'group.name': index % 2 === 0 ? 'even' : 'odd' };
    const type = { 'target-type': index % 2 === 0 ? 'ip' : 'instance' };
    return ingress('six', name, {
      annotations: { ...group, ...type },
      hosts: { '': { [`/${name}`]: 'web:80', [`/${name}/more`]: 'web:80' } },
    });
  });
}

beforeAll(async () => {
  stage = await setStage();
  await stage.cluster.apply(namespace('six'), ...app('six', 'web'), namespace('calm'), ...app('calm', 'web'));
  await k('rollout status deployment/web -n six --timeout=240s');
  // A neighbour stays all the time: what all share stays with it, so that a round is short, and nothing may happen to it.
  await stage.cluster.apply(ingress('calm', 'stays', { hosts: { '': { '/': 'web:80' } } }));
  await vi.waitFor(
    async () => expect((await bindingOf(stage.cluster, 'calm', 'stays')).status?.targets).toBe('3/3'),
    long,
  );
  await untilQuiet(stage);
  empty = await takeAccountSnapshot(stage);
});
afterAll(() => stage?.stop());

async function allReady(): Promise<void> {
  await vi.waitFor(async () => {
    const states = (await bindingsOf(stage.cluster, 'six')).map(
      ({ status }) => `${status?.state}:${status?.targets}`,
    );
    expect(states.sort()).toEqual([...Array(3).fill('Ready:1/1'), ...Array(3).fill('Ready:3/3')]);
  }, long);
  await untilQuiet(stage, 400);
}

async function allGone(): Promise<void> {
  await k('delete ingress -n six --all');
  await vi.waitFor(async () => expect(await bindingNames(stage.cluster, 'six')).toEqual([]), long);
  await vi.waitFor(async () => {
    expect(await takeAccountSnapshot(stage)).toEqual(empty);
  }, long);
}

/** Applies the six and kills the controller when `moment` resolves; starts another one. */
async function disturbed(moment: Promise<unknown>): Promise<void> {
  const victim = stage.controller();
  const killed = moment.then(() => victim.kill('SIGKILL'));
  await stage.cluster.apply(...six());
  await killed;
  await victim.exited;
  await stage.startController();
  await allReady();
}

let undisturbed: AccountSnapshot;
/** AWS calls of an undisturbed bring-up. */
let calls = 0;

test('six Ingresses come up undisturbed', async () => {
  stage.aws.resetCalls();
  await stage.cluster.apply(...six());
  await allReady();
  calls = stage.aws.calls().reduce((sum, { count }) => sum + count, 0);
  undisturbed = await takeAccountSnapshot(stage);
  expect(undisturbed.loadBalancers).toHaveLength(5);
  expect(undisturbed.targetGroups).toHaveLength(7);
  await allGone();
});

const ROUNDS = Array.from({ length: 8 }, (_, index) => index + 1);

test.each(ROUNDS)('kill -9, round %i: the same end state', async (round) => {
  const started = Date.now();
  stage.aws.resetCalls();
  const fatal = 1 + Math.floor(Math.random() * calls * 0.9);
  const delay = 50 + Math.floor(Math.random() * 1_450);
  const byCall = round % 2 === 1;
  const moment = byCall
    ? new Promise<void>((resolve) => stage.aws.faults.onCall((_, n) => n === fatal && resolve()))
    : sleep(delay);
  await disturbed(moment);
  stage.aws.faults.onCall(() => undefined);
  const what = byCall ? `at AWS call ${fatal} of ${calls}` : `after ${delay} ms`;
  // The rules of nodes serve all, and come last.
  await vi.waitFor(async () => expect(await takeAccountSnapshot(stage), what).toEqual(undisturbed), long);
  await allGone();
  console.log(`round ${round}: killed ${what}, the same end state, ${Date.now() - started} ms`);
});
