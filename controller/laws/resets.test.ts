// What was said goes back when nobody says it any more: whatever a group said before, AWS ends as if it had never been said.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultsOf, valuesOf } from '../../alb/amendments/resettable.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import type { Applied } from '../../alb/laws/paper.ts';
import { STORE } from '../../alb/laws/paper.ts';
import { inWords } from '../../alb/plan/operation.ts';
import { PREFIX } from '../../api/annotation.ts';
import { applied, GROUP } from './groups.ts';
import { type Moment, NOTHING, pass } from './passes.ts';

const server = 'routing.http.response.server.enabled';
const HAND = 'client_keep_alive.seconds';

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
      `[{"port":443,"mode":"verify","trustStore":"${STORE}"}]`,
    ),
  },
  { requiredKeys: [] },
);

const group: fc.Arbitrary<Applied> = fc
  .tuple(applied, fc.array(more, { minLength: 4, maxLength: 4 }))
  .map(([sheet, said]) => ({
    ...sheet,
    ingresses: sheet.ingresses.map((ingress, at) => {
      const own = Object.entries(said[at] ?? {}).map(([key, value]) => [`${PREFIX}${key}`, value]);
      const annotations = { ...ingress.metadata.annotations, ...Object.fromEntries(own) };
      return { ...ingress, metadata: { ...ingress.metadata, annotations } };
    }),
  }));

const run = (sheet: Applied, before: Moment = NOTHING, stopAfter?: number) =>
  pass(sheet, GROUP, before, stopAfter);

/** Every value that can go back, of each resource by what it is. */
const values = (found: readonly Found[]) =>
  Object.fromEntries(
    found
      .filter(({ kind }) => kind !== 'rule' && kind !== 'securityGroup')
      .map((one) => [`${one.kind} ${one.resourceTag}`, { ...defaultsOf(one), ...valuesOf(one) }]),
  );

const RUNS = { numRuns: 100 };

describe('goes back', () => {
  test('from any group to any other everything is as if the other had been there from the start', () => {
    fc.assert(
      fc.property(group, group, (from, to) => {
        const after = run(to, run(from));
        expect(values(after.found)).toEqual(values(run(to).found));
        expect(run(to, after).planned.operations.map(inWords)).toEqual([]);
        expect(run(to, after).set).toEqual(after.set);
      }),
      RUNS,
    );
  });

  test('also when the controller is killed in the middle, and the Ingresses change meanwhile', () => {
    fc.assert(
      fc.property(group, group, group, fc.nat(12), (first, from, to, at) => {
        const after = run(to, run(from, run(first), at));
        expect(values(after.found)).toEqual(values(run(to).found));
      }),
      RUNS,
    );
  });

  test('what nobody of us set stays', () => {
    fc.assert(
      fc.property(group, group, (from, to) => {
        const before = run(from);
        const found = before.found.map(
          (one): Found =>
            one.kind === 'loadBalancer'
              ? { ...one, spec: { ...one.spec, attributes: { ...one.spec.attributes, [HAND]: '77' } } }
              : one,
        );
        const after = run(to, { ...before, found }).found;
        const kept = after.filter(
          ({ arn, kind }) => kind === 'loadBalancer' && before.found.some((one) => one.arn === arn),
        );
        for (const one of kept) expect(valuesOf(one)[HAND]).toBe('77');
      }),
      RUNS,
    );
  });

  test('with nothing remembered nothing goes back', () => {
    fc.assert(
      fc.property(group, group, (from, to) => {
        const forgotten = run(to, { found: run(from).found, set: new Map() });
        const reasons = forgotten.planned.operations.flatMap(({ because }) => because);
        expect(reasons.filter((text) => text.includes('any more'))).toEqual([]);
      }),
      RUNS,
    );
  });
});
