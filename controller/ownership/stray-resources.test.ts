// What carries our tags and is left alone: duplicates and what has no resource tag, with everything that is theirs.
import { describe, expect, test } from 'vitest';
import type { Found } from '../../alb/kinds/kind.ts';
import { schemas } from '../../alb/kinds/kinds.ts';
import { interpret } from '../../alb/laws/interpret.ts';
import { type Applied, ingress, service, wantedBy } from '../../alb/laws/paper.ts';
import type { Operation } from '../../alb/plan/operation.ts';
import { plan } from '../../alb/plan/plan.ts';
import { setAside } from './stray-resources.ts';

const sheet = (said: Record<string, string> = {}): Applied => ({
  ingresses: [ingress({ said })],
  services: [service()],
});
const wanted = (one: Applied) => wantedBy(one, 'shop/web').resources;
const made = (one: Applied, found: readonly Found[] = []): Found[] =>
  interpret(plan(schemas, wanted(one), found), found);

const nobody = {
  arns: new Set<string>(),
  addresses: new Set<string>(),
  names: new Set<string>(),
  tags: new Map<string, string>(),
};
const ours = made(sheet());
const shared = ({ group }: Found): boolean => group === '';
/** Everything of the group once more, under other ARNs and names: a backup that was restored with its tags. */
const copy: Found[] = ours
  .filter((one) => !shared(one))
  .map((one) => {
    const text = JSON.stringify({
      ...one,
      spec: { ...one.spec, ...('name' in one.spec ? { name: `${one.spec.name}x` } : {}) },
    });
    return JSON.parse(text.replaceAll(/arn:(\w+)\/(\d)/g, (_, kind, n) => `arn:${kind}/copy-${n}`)) as Found;
  })
  .map((one) => {
    const balancer = copyOf('loadBalancer');
    return one.kind === 'targetGroup' ? ({ ...one, extra: { loadBalancerArns: [balancer] } } as Found) : one;
  });
function copyOf(kind: Found['kind']): string {
  const one = ours.find((other) => other.kind === kind && !shared(other));
  return (one?.arn ?? '').replace(/\/(\d)$/, '/copy-$1');
}
const arns = (list: readonly Found[]): string[] => list.map(({ arn }) => arn).sort();
const touched = (operations: readonly Operation[]): string[] =>
  operations.flatMap((one) => (one.verb === 'delete' || one.verb === 'modify' ? [one.found.arn] : []));

describe('two load balancers with the tags of one', () => {
  test('the first one is used; the other and all that is its own is left alone, and everybody may know', () => {
    const all = [...copy, ...ours].map((one) =>
      one.kind === 'loadBalancer'
        ? ({
            ...one,
            extra: { ...one.extra, created: one.arn.includes('copy') ? '2026-02' : '2026-01' },
          } as Found)
        : one,
    );
    const sorted = setAside(all, nobody);
    expect(arns(sorted.aside)).toEqual(arns(copy));
    expect(arns(sorted.found)).toEqual(arns(ours));
    expect(plan(schemas, wanted(sheet()), sorted.found, sorted.aside).operations).toEqual([]);
    expect(sorted.problems).toEqual([
      expect.objectContaining({ code: 'StrayResource', severity: 'warn', value: copyOf('loadBalancer') }),
    ]);
  });

  test.each([
    ['a binding names', { ...nobody, arns: new Set([copyOf('loadBalancer')]) }],
    ['an Ingress names', { ...nobody, addresses: new Set(['twin.example.com']) }],
  ])('the one that %s is used, however old it is', (_, named) => {
    const all = [...ours, ...copy].map((one) =>
      one.kind === 'loadBalancer' && one.arn.includes('copy')
        ? ({
            ...one,
            extra: { ...one.extra, created: '2026-02', dnsName: 'TWIN.example.com' },
          } as Found)
        : one,
    );
    expect(arns(setAside(all, named).found)).toContain(copyOf('loadBalancer'));
  });

  test('one that forwards to something is used rather than an empty one', () => {
    const empty = copy
      .filter(({ kind }) => kind === 'loadBalancer')
      .map((one) => ({ ...one, arn: 'arn:loadBalancer/0' }) as Found);
    expect(arns(setAside([...empty, ...ours], nobody).aside)).toEqual(['arn:loadBalancer/0']);
  });

  test('the order in which AWS tells of them means nothing', () => {
    const sorted = setAside([...copy, ...ours], nobody);
    expect(arns(setAside([...copy, ...ours].toReversed(), nobody).aside)).toEqual(arns(sorted.aside));
  });

  test('when nobody is left, the one that served goes and the other one stays', () => {
    const sorted = setAside([...copy, ...ours], { ...nobody, arns: new Set(arns(ours)) });
    const gone = touched(plan(schemas, [], sorted.found, sorted.aside).operations);
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.filter((arn) => arn.includes('copy'))).toEqual([]);
  });
});

describe('a replacement of ours', () => {
  const facing = sheet({ scheme: 'internet-facing' });

  test('is no duplicate at any point: its predecessor is removed', () => {
    const { operations, matched } = plan(schemas, wanted(facing), ours);
    for (let done = 0; done <= operations.length; done += 1) {
      const halfway = interpret({ operations: operations.slice(0, done), matched }, ours);
      expect(setAside(halfway, nobody)).toEqual({ found: halfway, aside: [], problems: [] });
    }
  });

  test('goes round a duplicate, whose name it does not take', () => {
    const sorted = setAside([...copy, ...ours], { ...nobody, arns: new Set(arns(ours)) });
    const { operations } = plan(schemas, wanted(facing), sorted.found, sorted.aside);
    const names = operations.flatMap((one) =>
      one.verb === 'create' && 'name' in one.resource.spec ? [one.resource.spec.name] : [],
    );
    const taken = [...copy, ...ours].flatMap(({ spec }) => ('name' in spec ? [spec.name] : []));
    expect(names.filter((name) => taken.includes(name))).toEqual([]);
    expect(touched(operations).filter((arn) => arn.includes('copy'))).toEqual([]);
  });
});

describe('when it is known who served', () => {
  const known = { ...nobody, arns: new Set(arns(ours)) };
  const other = (scheme: string) =>
    copy.map((one) =>
      one.kind === 'loadBalancer' ? ({ ...one, spec: { ...one.spec, scheme } } as Found) : one,
    );

  test.each([
    [
      'one of a scheme that nobody wants is no predecessor of ours',
      { ...known, scheme: 'internal' as const },
      true,
    ],
    ['one of the wanted scheme was just made by us', { ...known, scheme: 'internet-facing' as const }, false],
    ['nor is it removed with the last Ingress', known, true],
    [
      'unless it has a name that we give',
      { ...known, names: new Set(copy.map(({ spec }) => ('name' in spec ? spec.name : ''))) },
      false,
    ],
    ['nobody knows', { ...nobody, scheme: 'internal' as const }, false],
  ])('%s', (_, named, stray) => {
    const sorted = setAside([...ours, ...other('internet-facing')], named);
    expect(arns(sorted.aside)).toEqual(stray ? arns(copy) : []);
  });
});

describe('no resource tag', () => {
  const nameless = (kind: Found['kind']): Found[] =>
    copy.filter((one) => one.kind === kind).map((one) => ({ ...one, resourceTag: '' }) as Found);

  test.each(['loadBalancer', 'targetGroup', 'securityGroup'] as const)('%s: left alone and told', (kind) => {
    const strays = nameless(kind);
    const sorted = setAside([...strays, ...ours], nobody);
    expect(arns(sorted.aside)).toEqual(arns(strays));
    expect(sorted.problems.map(({ because }) => because)).toEqual([
      expect.stringContaining('no ingress.k8s.aws/resource'),
    ]);
    expect(plan(schemas, wanted(sheet()), sorted.found, sorted.aside).operations).toEqual([]);
  });

  test.each(['loadBalancer', 'targetGroup', 'listener'] as const)(
    '%s that a binding names: somebody took the tag off, and it is put back',
    (kind) => {
      const one = ours.find((other) => other.kind === kind);
      if (one === undefined) throw new Error('it is not there');
      const { 'ingress.k8s.aws/resource': _, ...tags } = one.spec.tags;
      const bare = { ...one, resourceTag: '', spec: { ...one.spec, tags } } as Found;
      const all = ours.map((other) => (other === one ? bare : other));
      const sorted = setAside(all, { ...nobody, tags: new Map([[one.arn, one.resourceTag]]) });
      expect(sorted.problems).toEqual([]);
      expect(plan(schemas, wanted(sheet()), sorted.found).operations).toMatchObject([
        { verb: 'modify', found: { arn: one.arn }, change: [{ field: 'tags' }] },
      ]);
    },
  );

  test('what lives in it is left alone as well', () => {
    const all = copy.map((one) =>
      one.kind === 'loadBalancer' ? ({ ...one, resourceTag: '' } as Found) : one,
    );
    expect(arns(setAside([...all, ...ours], nobody).aside)).toEqual(arns(copy));
  });

  test('a rule or listener without tags is somebody’s own, and what the cluster shares is of no group', () => {
    const rules = nameless('rule').map((one) => ({ ...one, group: '' }) as Found);
    expect(setAside([...rules, ...ours], nobody).problems).toEqual([]);
  });
});
