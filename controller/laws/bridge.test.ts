// The law of the bridge: requests never go to a new target group while an old one of the same load balancer has them and
// the new one is not ready; wherever it stops, it ends as if it had been made anew.
//
// The parts are the shipped ones: what is wanted, the cutover and the plan, which are pure. `interpret` takes the place of AWS, not
// of our code: it carries out the operations one by one, so that a pass can end after any of them. That whole passes keep to
// it, too, with all amendments and AWS's own refusals, is what the laws on an account show (`answers`, `preview`, `resets`).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bridge, type Ready } from '../../alb/amendments/target-group-cutover.ts';
import { arnOf, type Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { interpret } from '../../alb/laws/interpret.ts';
import { type Applied, wantedBy } from '../../alb/laws/paper.ts';
import { match } from '../../alb/plan/match.ts';
import { inWords, type Operation } from '../../alb/plan/operation.ts';
import { plan } from '../../alb/plan/plan.ts';
import { applied, GROUP } from './groups.ts';

const RUNS = { numRuns: 30 };
const never: Ready = () => false;
const always: Ready = () => true;

const waits = (operation: Operation): boolean => operation.verb === 'delete' && operation.after.length > 0;

function planned(sheet: Applied, found: readonly Found[], ready: Ready) {
  const wanted = wantedBy(sheet, GROUP).resources;
  const { resources } = bridge(wanted, found, ready, match(schemas, wanted, found));
  return plan(schemas, resources, found);
}

/** One pass, of which the first `operations` are carried out; what waits for a successor is left. */
function pass(sheet: Applied, found: readonly Found[], ready: Ready, operations = Number.POSITIVE_INFINITY) {
  const { operations: all, matched } = planned(sheet, found, ready);
  const now = ready === never ? all.filter((one) => !waits(one)) : all;
  return interpret({ operations: now.slice(0, operations), matched }, found);
}

const reached = (sheet: Applied, found: readonly Found[] = []): Found[] => pass(sheet, found, always);

/** Resource tag and ARN of the target groups that get requests, by the load balancer that sends them. */
function carrying(found: readonly Found[]): { balancer: string; tag: string; family: string; arn: string }[] {
  const byArn = new Map(found.map((one) => [one.arn, one]));
  return found.flatMap((one) => {
    const listener = one.kind === 'rule' ? byArn.get(one.spec.listener.ref) : one;
    if (listener?.kind !== 'listener') return [];
    const actions = one.kind === 'rule' ? one.spec.actions : listener.spec.defaultActions;
    return actions
      .flatMap((action) => (action.type === 'forward' ? action.targets : []))
      .filter(({ weight }) => weight !== 0)
      .flatMap(({ targetGroup }) => {
        const group = byArn.get(arnOf(targetGroup));
        if (group?.kind !== 'targetGroup') return [];
        const { arn, resourceTag: tag, spec } = group;
        return [{ balancer: listener.spec.loadBalancer.ref, tag, family: spec.ipAddressType, arn }];
      });
  });
}

test('requests stay where they are until the successor is ready', () => {
  fc.assert(
    fc.property(applied, applied, fc.nat(20), (from, to, operations) => {
      const before = reached(from);
      const had = carrying(before);
      const here = new Set(before.map(({ arn }) => arn));
      const early = carrying(pass(to, before, never, operations)).filter(
        ({ arn, balancer, tag, family }) =>
          !here.has(arn) &&
          had.some((one) => one.balancer === balancer && one.tag === tag && one.family === family),
      );
      expect(early).toEqual([]);
    }),
    RUNS,
  );
});

test('while it waits there is nothing to do but wait', () => {
  fc.assert(
    fc.property(applied, applied, (from, to) => {
      const found = pass(to, reached(from), never);
      const left = planned(to, found, never).operations.filter((one) => !waits(one));
      expect(left.map(inWords)).toEqual([]);
    }),
    RUNS,
  );
});

test('stopped anywhere it ends the same, and nothing is left of the old', () => {
  fc.assert(
    fc.property(applied, applied, fc.nat(20), fc.nat(20), (from, to, first, second) => {
      const waiting = pass(to, pass(to, reached(from), never, first), never);
      const stopped = pass(to, waiting, always, second);
      const found = reached(to, stopped);
      expect(planned(to, found, never).operations.map(inWords)).toEqual([]);
      expect(found).toHaveLength(reached(to).length);
    }),
    RUNS,
  );
});
