// The law `answers`: at no moment, in no order of events, exists something in AWS that no object in the cluster answers for; and
// when everything has come to rest, AWS has what is wanted and nothing else, and nothing hangs.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heldGroups } from '../../api/binding/finalizers.ts';
import { keyOf } from '../../api/kube.ts';
import { lbcFinalizerOf } from '../bindings/lbc-finalizers.ts';
import { type Deed, stageUpheaval, type Upheaval } from './upheaval.ts';

/** More of them find more; these take some seconds. */
const RUNS = Number(process.env.LAW_RUNS ?? 60);
const KEYS = ['a/one', 'a/two', 'b/one'];
const key = fc.constantFrom(...KEYS);
const namespace = fc.constantFrom('a', 'b');

const apply = fc
  .record({ key, group: fc.constantFrom('', '', 'www', 'shop'), adopted: fc.boolean() })
  .map(({ adopted, ...one }): Deed => {
    const finalizers = adopted ? [lbcFinalizerOf(one.group === '' ? one.key : one.group)] : [];
    return { do: 'apply', finalizers, ...one };
  });
const remove = fc
  .record({ what: fc.constantFrom('ingresses' as const, 'loadbalancerbindings' as const), key })
  .map((one): Deed => ({ do: 'delete', ...one }));
const spaces = fc.record({
  do: fc.constantFrom(
    'deleteNamespace' as const,
    'makeNamespace' as const,
    'fill' as const,
    'empty' as const,
  ),
  namespace,
});
const others = fc.record({
  do: fc.constantFrom(
    'kill' as const,
    'kill' as const,
    'deleteService' as const,
    'deleteKind' as const,
    'makeKind' as const,
  ),
});

const deeds = fc.array(
  fc.tuple(
    fc.constantFrom(0, 1, 3, 10, 30, 100, 300),
    fc.oneof(
      { weight: 4, arbitrary: apply },
      { weight: 4, arbitrary: remove },
      { weight: 2, arbitrary: spaces },
      others,
    ),
  ),
  { minLength: 1, maxLength: 14 },
);

/** What is there at rest, and what the Ingresses that are there want. */
function accounts({ api, inAws }: Pick<Upheaval, 'api'> & { inAws: ReturnType<Upheaval['inAws']> }) {
  const ingresses = api.list('ingresses');
  const wanted = ingresses.map(
    (one) => one.metadata.annotations?.['alb.ingress.kubernetes.io/group.name'] ?? keyOf(one),
  );
  const groups = [...new Set(wanted)].sort();
  return {
    is: {
      ...inAws,
      bindings: api
        .list('loadbalancerbindings')
        .map((one) => [keyOf(one), heldGroups(one)])
        .toSorted(),
      finalizers: ingresses.flatMap(({ metadata }) => metadata.finalizers ?? []),
      going: [...api.holders(), ...api.list('namespaces')].filter(
        ({ metadata }) => metadata.deletionTimestamp !== undefined,
      ),
    },
    shouldBe: {
      stacks: groups,
      shared: groups.length > 0,
      bindings: ingresses.map((one, at) => [keyOf(one), [wanted[at]]]).toSorted(),
      finalizers: [],
      going: [],
    },
  };
}

test('somebody answers for everything in AWS, after every single write', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), deeds, async (seed, all) => {
      const upheaval = stageUpheaval(seed);
      for (const [turns, deed] of all) await upheaval.after(turns, deed);
      const tookMs = await upheaval.rest();
      expect(upheaval.broken).toEqual([]);
      const { is, shouldBe } = accounts({ api: upheaval.api, inAws: upheaval.inAws() });
      expect(is).toEqual(shouldBe);
      expect(tookMs).toBeLessThan(60_000);
    }),
    { numRuns: RUNS },
  );
});

test('a namespace that takes no bindings holds up nobody of the same group, neither who is served nor who leaves', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const upheaval = stageUpheaval(seed);
      const { api, broken } = upheaval;
      const inGroup = (of: string): Deed => ({ do: 'apply', key: of, group: 'www', finalizers: [] });
      await upheaval.after(0, { do: 'fill', namespace: 'a' });
      await upheaval.after(0, inGroup('a/one'));
      await upheaval.after(0, inGroup('b/one'));
      await upheaval.calm(60_000);
      expect(upheaval.inAws()).toEqual({ stacks: ['www'], shared: true });
      await upheaval.after(0, { do: 'deleteNamespace', namespace: 'b' });
      await upheaval.calm(60_000);
      expect([broken, upheaval.inAws(), api.namespace('b')]).toEqual([
        [],
        { stacks: [], shared: false },
        undefined,
      ]);
    }),
    { numRuns: 10 },
  );
});
