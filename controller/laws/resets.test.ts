// What was said goes back when nobody says it any more: whatever a group said before, AWS ends as if it had never been said. By
// whole passes on an account in memory.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultsOf, valuesOf } from '../../alb/amendments/resettable.ts';
import { type Applied, CERTIFICATE, ingress } from '../../alb/laws/paper.ts';
import type { Outcome } from '../../alb/plan/operation.ts';
import { PREFIX } from '../../api/annotation.ts';
import { type Ingress, keyOf } from '../../api/kube.ts';
import { KINDS, objectPath } from '../../kube/kinds.ts';
import { lookAt } from './account-changes.ts';
import { isAccepted } from './announced.ts';
import { furnish } from './furnished.ts';
import { applied, GROUP, SERVICES } from './groups.ts';
import { settleWholly } from './settle-wholly.ts';
import { openPasses, type Passes } from './whole-passes.ts';

type Said = Readonly<Record<string, string>>;

const server = 'routing.http.response.server.enabled';
const HAND = { key: 'client_keep_alive.seconds', value: '77' };

/** Annotations that end in attributes and the like. */
const more = fc.record(
  {
    'load-balancer-attributes': fc.constantFrom(
      'idle_timeout.timeout_seconds=30',
      'idle_timeout.timeout_seconds=60,routing.http2.enabled=false',
      'access_logs.s3.enabled=true,access_logs.s3.bucket=logs',
    ),
    'listener-attributes.HTTP-80': fc.constantFrom(`${server}=false`, `${server}=true`),
    'listener-attributes.HTTPS-443': fc.constantFrom('routing.http.request.x_amzn_tls_version.header_name=V'),
    'target-group-attributes': fc.constantFrom(
      'slow_start.duration_seconds=60',
      'deregistration_delay.timeout_seconds=30,stickiness.enabled=true',
    ),
    'mutual-authentication': fc.constantFrom(
      '[{"port":443,"mode":"passthrough"}]',
      '[{"port":443,"mode":"verify","trustStore":"corp"}]',
      '[{"port":443,"mode":"verify","trustStore":"corp","ignoreClientCertificateExpiry":true}]',
    ),
  },
  { requiredKeys: [] },
);

/**
 * One that says more. It is as old as all others, whatever it said before; and it names a certificate: a listener that is left
 * without any is kept as it is.
 */
function saying(one: Ingress, said: Said): Ingress {
  const own = Object.entries(said).map(([key, value]) => [`${PREFIX}${key}`, value]);
  const certificate = { [`${PREFIX}certificate-arn`]: CERTIFICATE('one') };
  const annotations = { ...certificate, ...one.metadata.annotations, ...Object.fromEntries(own) };
  return { ...one, metadata: { ...one.metadata, annotations, creationTimestamp: '2026-01-01T00:00:00Z' } };
}

const mores = fc.array(more, { minLength: 4, maxLength: 4 });

/** Without those that an admission refuses: what they said before would stay. */
function sheetOf(sheet: Applied, said: readonly Said[]): Applied {
  const all = sheet.ingresses.map((one, at) => saying(one, said[at] ?? {}));
  return { ...sheet, ingresses: all.filter((one) => isAccepted(one, sheet)) };
}

const group: fc.Arbitrary<Applied> = fc.tuple(applied, mores).map(([sheet, said]) => sheetOf(sheet, said));

/** A group before and after: any two, or the same Ingresses that say other things. */
const change: fc.Arbitrary<readonly [from: Applied, to: Applied]> = fc.oneof(
  fc.tuple(group, group),
  fc
    .tuple(applied, mores, mores)
    .map(([sheet, was, is]) => [sheetOf(sheet, was), sheetOf(sheet, is)] as const),
);

function open(): Passes {
  const passes = openPasses();
  furnish(passes);
  return passes;
}

/** Every value that can go back, of each resource by what it is. */
async function values({ account }: Passes) {
  const found = await lookAt(account);
  return Object.fromEntries(
    found
      .filter(({ kind }) => kind !== 'rule' && kind !== 'securityGroup')
      .map((one) => [`${one.kind} ${one.resourceTag}`, { ...defaultsOf(one), ...valuesOf(one) }]),
  );
}

/** The values of a group that never said anything else; undefined when AWS refuses a part of it. */
async function valuesAnew(sheet: Applied) {
  const passes = open();
  return (await settleWholly(passes, sheet)) ? values(passes) : undefined;
}

const remembered = (passes: Passes) =>
  Object.fromEntries(passes.bindings().map((one) => [keyOf(one), one.status?.set]));
const done = ({ outcomes }: Passes): Outcome[] => outcomes.filter(({ result }) => result === 'done');

/** One Ingress of the group. */
const alone = (said: Said): Applied => ({
  ingresses: [saying(ingress({ said: { 'group.name': GROUP, ...said } }), {})],
  services: SERVICES,
});

const saidNothing = alone({});
const saidSomething = alone({
  'load-balancer-attributes': 'idle_timeout.timeout_seconds=30',
  'listener-attributes.HTTP-80': `${server}=false`,
  'target-group-attributes': 'slow_start.duration_seconds=60',
});

const RUNS = 20;
// A case is several rests of whole passes: to make a counterexample smaller would take minutes.
const LAW = { numRuns: RUNS, endOnFailure: true };

/** After how many calls processes are killed, one after the other: a group is brought up with some dozens. */
const kills = fc.array(fc.nat(50), { minLength: 1, maxLength: 2 });

describe('goes back', () => {
  test('from any group to any other everything is as if the other had been there from the start', async () => {
    let compared = 0;
    const property = fc.asyncProperty(change, async ([from, to]) => {
      const anew = await valuesAnew(to);
      if (anew === undefined) return;
      compared += 1;
      const passes = open();
      await settleWholly(passes, from);
      expect(await settleWholly(passes, to)).toBe(true);
      expect(await values(passes)).toEqual(anew);
      // Another process finds nothing to do, and remembers the same.
      const [set, before] = [remembered(passes), done(passes).length];
      await passes.kill(to, 0);
      expect(await settleWholly(passes, to)).toBe(true);
      expect(done(passes).slice(before)).toEqual([]);
      expect(remembered(passes)).toEqual(set);
    });
    await fc.assert(property, LAW);
    expect(compared).toBeGreaterThan(RUNS / 2);
  });

  test('also when the controller is killed in the middle, and the Ingresses change meanwhile', async () => {
    const property = fc.asyncProperty(fc.option(group), change, kills, async (first, [from, to], calls) => {
      const anew = await valuesAnew(to);
      if (anew === undefined) return;
      const passes = open();
      if (first !== null) await settleWholly(passes, first);
      for (const after of calls) await passes.kill(from, after);
      expect(await settleWholly(passes, to)).toBe(true);
      expect(await values(passes)).toEqual(anew);
    });
    await fc.assert(property, LAW);
  });

  test('killed after any call', async () => {
    const anew = await valuesAnew(saidNothing);
    for (let calls = 0, isKilled = true; isKilled; calls += 1) {
      const passes = open();
      isKilled = await passes.kill(saidSomething, calls);
      expect(await settleWholly(passes, saidNothing)).toBe(true);
      expect([calls, await values(passes)]).toEqual([calls, anew]);
    }
  });

  test('made anew under the same name before the one before is gone', async () => {
    const passes = open();
    await settleWholly(passes, saidSomething);
    // Its binding is on its way out, and nothing is done in AWS yet.
    const kept = [...passes.account.elb.state.loadBalancers.keys()];
    await passes.kill({ ...saidSomething, ingresses: [] }, 2);
    expect(passes.bindings().map(({ metadata }) => metadata.deletionTimestamp)).toEqual([expect.any(String)]);
    expect(await settleWholly(passes, saidNothing)).toBe(true);
    expect([...passes.account.elb.state.loadBalancers.keys()]).toEqual(kept);
    expect(await values(passes)).toEqual(await valuesAnew(saidNothing));
  });

  test('what nobody of us set stays', async () => {
    const property = fc.asyncProperty(change, async ([from, to]) => {
      const passes = open();
      await settleWholly(passes, from);
      const { elb } = passes.account;
      const before = [...elb.state.loadBalancers.keys()];
      for (const LoadBalancerArn of before)
        elb.call('ModifyLoadBalancerAttributes', {
          LoadBalancerArn,
          Attributes: [{ Key: HAND.key, Value: HAND.value }],
        });
      await passes.kill(to, 0);
      await settleWholly(passes, to);
      const kept = [...elb.state.loadBalancers.values()].filter(({ arn }) => before.includes(arn));
      for (const { attributes } of kept) expect(attributes[HAND.key]).toBe(HAND.value);
    });
    await fc.assert(property, LAW);
  });

  test('with nothing remembered nothing goes back', async () => {
    const property = fc.asyncProperty(change, async ([from, to]) => {
      const passes = open();
      await settleWholly(passes, from);
      for (const { metadata } of passes.bindings())
        passes.api.answer({
          method: 'PATCH',
          path: objectPath(KINDS.bindings, metadata, 'status'),
          body: { status: { set: null } },
        });
      const before = passes.outcomes.length;
      await passes.kill(to, 0);
      await settleWholly(passes, to);
      const reasons = passes.outcomes.slice(before).flatMap(({ operation }) => operation.because);
      expect(reasons.filter((text) => text.includes('any more'))).toEqual([]);
    });
    await fc.assert(property, LAW);
  });
});
