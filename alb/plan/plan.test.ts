// The plan: order of operations, replacement, what is superseded with what, free names for successors, and policies.
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../api/aws.ts';
import type { Found } from '../kinds/kind.ts';
import { schemas } from '../kinds/kinds.ts';
import { interpret } from '../laws/interpret.ts';
import { type Applied, ingress, path, rule, service, wantedBy } from '../laws/paper.ts';
import { inWords, type Operation } from './operation.ts';
import { plan } from './plan.ts';
import { POLICIES, policy } from './policy.ts';

const sheet = (said: Record<string, string> = {}, ...services: ReturnType<typeof service>[]): Applied => ({
  ingresses: [ingress({ said })],
  services: services.length > 0 ? services : [service()],
});
const wanted = (one: Applied): Resource[] => wantedBy(one, 'shop/web').resources;
const planned = (one: Applied, found: readonly Found[] = []) => plan(schemas, wanted(one), found);
const made = (one: Applied, found: readonly Found[] = []): Found[] => interpret(planned(one, found), found);
const short = (operations: readonly Operation[]): string[] =>
  operations.map(
    (one) => `${one.verb === 'create' && one.replaces !== undefined ? 'replace' : one.verb} ${one.kind}`,
  );
const created = (operations: readonly Operation[], kind: string): Resource | undefined =>
  operations.flatMap((one) => (one.verb === 'create' && one.kind === kind ? [one.resource] : []))[0];

test('what is referred to is made first, and goes last', () => {
  const up = ['securityGroup', 'securityGroup', 'targetGroup', 'loadBalancer', 'listener', 'rule'];
  expect(short(planned(sheet()).operations)).toEqual(up.map((kind) => `create ${kind}`));
  const found = made(sheet());
  const down = ['loadBalancer', 'targetGroup', 'securityGroup', 'securityGroup'];
  expect(short(plan(schemas, [], found).operations)).toEqual(down.map((kind) => `delete ${kind}`));
});

test('nothing to do is nothing', () => {
  expect(planned(sheet(), made(sheet())).operations).toEqual([]);
});

test('a field that can be changed is changed in place, with both values as the reason', () => {
  const { operations } = planned(sheet({ 'healthcheck-path': '/live' }), made(sheet()));
  expect(short(operations)).toEqual(['modify targetGroup']);
  expect(operations[0]?.because[0]).toContain('healthCheck');
});

describe('a scheme change', () => {
  const before = made(sheet({ scheme: 'internal', 'load-balancer-name': 'web' }));
  const { operations } = planned(sheet({ scheme: 'internet-facing', 'load-balancer-name': 'web' }), before);

  test('supersedes the load balancer, what lives in it, and the target groups that it holds', () => {
    expect(short(operations)).toEqual([
      'replace targetGroup',
      'replace loadBalancer',
      'replace listener',
      'create rule',
      'delete loadBalancer',
      'delete targetGroup',
    ]);
  });
  test('successors have names that are free beside their predecessors', () => {
    const names = ['loadBalancer', 'targetGroup'].map((kind) => {
      const spec = created(operations, kind)?.spec;
      return spec !== undefined && 'name' in spec ? spec.name : '';
    });
    expect(names[0]).toBe('web-2');
    expect(names[1]).toMatch(/-2$/);
    expect(names.every((name) => name.length <= 32)).toBe(true);
  });
  test('the old ones wait for their successors', () => {
    const after = operations.flatMap((one) => (one.verb === 'delete' ? [[one.kind, one.after]] : []));
    expect(after).toEqual([
      ['loadBalancer', ['loadBalancer']],
      ['targetGroup', ['targetGroup/shop/web/web:80']],
    ]);
  });
  test('and back again finds the first name free', () => {
    const there = interpret(
      planned(sheet({ scheme: 'internet-facing', 'load-balancer-name': 'web' }), before),
      before,
    );
    const back = planned(sheet({ scheme: 'internal', 'load-balancer-name': 'web' }), there).operations;
    const spec = created(back, 'loadBalancer')?.spec;
    expect(spec !== undefined && 'name' in spec && spec.name).toBe('web');
  });
  test('what the old load balancer uses and nobody wants goes after it', () => {
    const own = planned(
      sheet({ scheme: 'internet-facing', 'security-groups': 'sg-1' }),
      made(sheet({ scheme: 'internal' })),
    );
    const deletes = own.operations.flatMap((one) =>
      one.verb === 'delete' ? [[one.kind, one.found.resourceTag, one.after]] : [],
    );
    expect(deletes).toEqual([
      ['loadBalancer', 'LoadBalancer', ['loadBalancer']],
      ['targetGroup', 'shop/web-web:80', ['targetGroup/shop/web/web:80']],
      ['securityGroup', 'ManagedLBSecurityGroup', ['loadBalancer', 'targetGroup/shop/web/web:80']],
      ['securityGroup', 'backend-sg', ['loadBalancer', 'targetGroup/shop/web/web:80']],
    ]);
  });
});

test('another protocol replaces the target group only; the rule is turned over in place', () => {
  const { operations } = planned(sheet({ 'backend-protocol': 'HTTPS' }), made(sheet()));
  expect(short(operations)).toEqual(['replace targetGroup', 'modify rule', 'delete targetGroup']);
});

test('a name or port that only enters the name is no difference', () => {
  const moved = service(
    'web',
    'shop',
    {},
    { ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 31111 }] },
  );
  expect(planned(sheet({}, moved), made(sheet())).operations).toEqual([]);
});

test('two resources of one tag are told apart by their names (spec annotations 19)', () => {
  const member = (name: string, backend: string) =>
    ingress({
      ingress: name,
      said: { 'group.name': 'g' },
      rules: [rule(`${name}.example.com`, path('/', backend))],
    });
  const one: Applied = {
    ingresses: [member('a', 'b-c:80'), member('a-b', 'c:80')],
    services: [service('b-c'), service('c')],
  };
  const both = wantedBy(one, 'g').resources;
  const groups = both.filter(({ kind }) => kind === 'targetGroup');
  expect(new Set(groups.map(({ spec }) => spec.tags['ingress.k8s.aws/resource'])).size).toBe(1);
  const found = interpret(plan(schemas, both, []), []);
  expect(plan(schemas, both, found.toReversed()).operations).toEqual([]);
});

describe('somebody copied the tags of ours', () => {
  const again = (kind: Found['kind'], spec: object, extra: object = {}): Found[] =>
    made(sheet())
      .filter((one) => one.kind === kind)
      .map((one) => ({ ...one, arn: 'arn:copy', spec: { ...one.spec, ...spec }, extra }) as Found);
  const withCopy = (...copy: Found[]): Operation[] => [
    ...planned(sheet(), [...copy, ...made(sheet())]).operations,
  ];

  test('to a target group that nobody uses: it goes once ours serves', () => {
    const operations = withCopy(...again('targetGroup', { name: 'copy' }, { loadBalancerArns: [] }));
    expect(operations).toMatchObject([
      { verb: 'delete', id: 'arn:copy', after: ['targetGroup/shop/web/web:80'] },
    ]);
  });

  test('to a listener of another port: ours is kept, that one goes', () => {
    expect(withCopy(...again('listener', { port: 81 }))).toMatchObject([{ verb: 'delete', id: 'arn:copy' }]);
  });
});

test('a listener that somebody moved is moved back', () => {
  const moved = made(sheet()).map((one) =>
    one.kind === 'listener' ? ({ ...one, spec: { ...one.spec, port: 81 } } as Found) : one,
  );
  expect(planned(sheet(), moved).operations).toMatchObject([
    { verb: 'modify', kind: 'listener', because: ['port 81 → 80'] },
  ]);
});

test('a listener whose load balancer is gone is made anew', () => {
  const left = made(sheet()).filter(({ kind }) => kind !== 'loadBalancer');
  expect(short(planned(sheet(), left).operations)).toContain('create loadBalancer');
});

describe('policy', () => {
  const { operations } = planned(sheet({ 'backend-protocol': 'HTTPS' }), made(sheet()));
  test.each([
    ['sync', ['replace targetGroup', 'modify rule', 'delete targetGroup']],
    ['upsert-only', ['replace targetGroup', 'modify rule']],
    ['targets-only', []],
    ['observe', []],
  ] as const)('%s', (name, expected) => {
    expect(short(policy(name, operations))).toEqual(expected);
  });
  test('there are no others', () => {
    expect(POLICIES).toEqual(['sync', 'upsert-only', 'targets-only', 'observe']);
  });
});

describe('in words', () => {
  test.each([
    [planned(sheet()).operations, 'create loadBalancer: does not exist yet'],
    [
      planned(sheet({ scheme: 'internet-facing' }), made(sheet())).operations,
      'replace loadBalancer: scheme internal → internet-facing',
    ],
    [plan(schemas, [], made(sheet())).operations, 'delete loadBalancer arn:loadBalancer/4: nothing wants it'],
  ])('%#', (operations, line) => {
    expect(operations.map(inWords)).toContain(line);
  });
});
