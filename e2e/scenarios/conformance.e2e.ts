// Conformance: the recorded end states of the LBC against ours, case by case (e2e/conformance/README.md).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import { quiet } from '../harness/conformance.ts';
import { type ConformanceStage, casesToPlay, setConformanceStage } from '../harness/conformance-stage.ts';
import { tally, type Verdict, verdictOn } from '../harness/conformance-verdict.ts';
import { differencesByCase } from '../harness/differences.ts';
import { forgetBindings } from '../harness/lbc.ts';
import type { Stage } from '../harness/stage.ts';
import { untilQuiet } from '../harness/waiters.ts';

/** Cases in which we differ on purpose, and the title of the difference. */
const byDesign = differencesByCase();

/** Rules of the nodes' security group: the list of mutations does not have them. */
const CHANGES_RULES = /^(Authorize|Revoke)SecurityGroup/;

const { playable, waiting } = casesToPlay();

let conformance: ConformanceStage;
let stage: Stage;
let flags: readonly string[];
let verdicts: ReadonlyMap<string, Verdict>;

beforeAll(async () => {
  conformance = await setConformanceStage();
  stage = conformance.stage;
  flags = conformance.flags;
  verdicts = new Map((await conformance.playAll()).map((one) => [one.of.name, verdictOn(one)]));
});

afterAll(() => conformance?.stop());

function verdict(name: string): Verdict {
  const one = verdicts.get(name);
  if (one === undefined) throw new Error(`${name} was not played`);
  return one;
}

describe('the end state is as recorded', () => {
  const compared = playable.filter(({ name }) => !byDesign.has(name));
  test.each(compared)('$name', ({ name }) => {
    expect(verdict(name).differing).toEqual([]);
  });
});

describe('the end state differs on purpose', () => {
  test.each([...byDesign])('%s: %s', (name) => {
    expect(verdict(name).differing).not.toEqual([]);
  });
});

test('the tally', () => {
  const { line, wrong, idle } = tally([...verdicts.values()], byDesign);
  console.log(`${line}; left out: ${waiting.map(({ name }) => name).join(', ')}`);
  expect([wrong, idle]).toEqual([[], []]);
});

test('a restart with all of these groups changes nothing in AWS', async () => {
  await stage.controller().stop();
  stage.aws.resetCalls();
  await stage.startController('restarted', [...flags]);
  await quiet(stage);
  const calls = stage.aws.calls().map(({ action, count }) => `${action} ×${count}`);
  const groups = stage.aws.state().loadBalancers.size;
  console.log(`AWS calls at a restart with ${groups} load balancers: ${calls.join(', ')}`);
  expect(stage.aws.mutations()).toEqual([]);
  expect(calls.filter((call) => CHANGES_RULES.test(call))).toEqual([]);
});

/**
 * What every binding of an Ingress says of AWS; `settled` is false where AWS or the controller refuses something. The plan is
 * the last one, done or not: of a controller that found everything in place it is empty.
 */
async function told(plans: 'plans' | 'no plans'): Promise<object> {
  const list = ['get', 'loadbalancerbindings', '--all-namespaces', '--output=json'];
  const { stdout } = await stage.cluster.kubectl(list);
  const { items } = JSON.parse(stdout) as { items: readonly LoadBalancerBinding[] };
  const kept = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return Object.fromEntries(
    kept.map((binding) => {
      const { loadBalancer, listeners, targetGroups = [], appliedHash, plan = [] } = binding.status ?? {};
      const settled = appliedHash !== undefined;
      const arns = targetGroups.map(({ arn }) => arn);
      const planned = settled && plans === 'plans' ? plan : [];
      return [keyOf(binding), { loadBalancer, listeners, arns, settled, planned }];
    }),
  );
}

test('adopts: with all bindings forgotten, everything is found by its tags and nothing is planned', async () => {
  const before = await told('no plans');
  const rules = await conformance.rules();
  await stage.controller().stop();
  await forgetBindings(stage);
  stage.aws.resetCalls();
  await stage.startController('adopting', [...flags]);
  await expect.poll(() => told('plans'), { timeout: 180_000, interval: 500 }).toEqual(before);
  await untilQuiet(stage);
  expect(stage.aws.mutations()).toEqual([]);
  expect(await conformance.rules()).toEqual(rules);
  const calls = stage.aws.calls().map(({ action }) => action);
  expect(calls.filter((action) => CHANGES_RULES.test(action))).toEqual([]);
});
