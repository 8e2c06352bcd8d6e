// The preview in words: what a change of one member would do, what depends on AWS, and what other namespaces say.
import { describe, expect, test } from 'vitest';
import { bind, bindingFor } from '../../api/binding/bind.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { readIngress } from '../../api/ingress/read.ts';
import type { Ingress, Service } from '../../api/kube.ts';
import { changesOf, preview } from './preview.ts';
import { settingsUnasked } from './unknown-facts.ts';
import { announcement } from './words.ts';

const options = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
const PREFIX = 'alb.ingress.kubernetes.io/';
const ARN = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:x';
const CERTIFICATE = 'arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234-1234-1234-123456789012';

const service = (namespace: string, name: string): Service | undefined =>
  ['web', 'api'].includes(name)
    ? {
        metadata: { name, namespace },
        spec: {
          type: 'NodePort',
          ipFamilies: ['IPv4', 'IPv6'],
          ports: [{ port: 80, nodePort: 30080 }],
        },
      }
    : undefined;
const around = { options, service };

type Annotations = Readonly<Record<string, string>>;

function ingress(key: string, annotations: Annotations, paths: readonly string[], name = 'web'): Ingress {
  const [namespace = '', own = ''] = key.split('/');
  const said = Object.entries(annotations).map(([suffix, value]) => [`${PREFIX}${suffix}`, value]);
  const backend = { service: { name, port: { number: 80 } } };
  return {
    metadata: { name: own, namespace, annotations: Object.fromEntries(said) },
    spec: { rules: [{ http: { paths: paths.map((path) => ({ path, pathType: 'Exact', backend })) } }] },
  };
}

function bindingOf(one: Ingress): LoadBalancerBinding {
  const reading = readIngress(one, around);
  expect(reading.problems.filter(({ severity }) => severity === 'refuse')).toEqual([]);
  return bindingFor(one, bind(one, reading));
}

/** The binding as the controller leaves it once everything is made. */
function made(one: Ingress, ports: readonly number[] = [80], targets: readonly string[] = ['web']) {
  const status: NonNullable<LoadBalancerBinding['status']> = {
    loadBalancer: { name: 'k8s-made', arn: ARN, dnsName: 'made.example' },
    listeners: ports.map((port) => ({
      port,
      protocol: port === 443 ? 'HTTPS' : 'HTTP',
      arn: `${ARN}/${port}`,
    })),
    targetGroups: targets.map((name) => ({
      ...{ name, service: name, port: 80, healthy: 0, total: 0 },
      arn: `${ARN}/${one.metadata.namespace}-${one.metadata.name}-${name}`,
    })),
  };
  return { ...bindingOf(one), status };
}

function lines(
  next: Ingress,
  recorded?: LoadBalancerBinding,
  others: readonly LoadBalancerBinding[] = [],
): string[] {
  const all = recorded === undefined ? others : [...others, recorded];
  const known = { cluster: settingsUnasked(options), service, existing: 'recorded' } as const;
  const changes = changesOf(bindingOf(next), recorded, (group) =>
    all.filter(({ spec }) => spec.group === group),
  );
  return announcement(
    changes.map((one) => ({ group: one.group, preview: preview(one, known), policy: 'sync' as const })),
    next.metadata.namespace ?? '',
  );
}

const FRONT = 'shop/front';
const GROUP = { 'group.name': 'shop' };
const SHARED = 'securityGroup/shared (depends on what AWS has)';

describe('a new Ingress', () => {
  test('creates everything', () => {
    const next = ingress(FRONT, { ...GROUP, scheme: 'internet-facing' }, ['/a', '/b', '/c']);
    expect(lines(next)).toEqual([
      `would create securityGroup/managed, ${SHARED}, targetGroup/shop/front/web:80, loadBalancer (internet-facing), listener/80, 3 rules of listener/80: does not exist yet`,
    ]);
  });

  test('without its Service has no target group', () => {
    expect(lines(ingress(FRONT, { 'security-groups': 'sg-0123456789abcdef0' }, ['/a'], 'gone'))).toEqual([
      'would create loadBalancer (internal), listener/80, 1 rule of listener/80: does not exist yet',
    ]);
  });

  test('joins the load balancer of its group', () => {
    const other = made(ingress('shop/other', GROUP, ['/o']));
    expect(lines(ingress(FRONT, { ...GROUP, tags: 'team=shop' }, ['/a'], 'api'), undefined, [other])).toEqual(
      [
        'would modify securityGroup/managed, loadBalancer, listener/80: tag team nothing → shop',
        'would create targetGroup/shop/front/api:80, 1 rule of listener/80: does not exist yet',
        'would reorder the rules of listener/80',
      ],
    );
  });
});

describe('an update', () => {
  const plain = ingress(FRONT, {}, ['/a', '/b']);

  test.each<[string, Annotations, readonly string[], string[]]>([
    ['nothing', {}, ['/a', '/b'], ['nothing changes in AWS']],
    [
      'a default said aloud',
      {
        scheme: 'internal',
        'success-codes': '200',
        'load-balancer-attributes': 'idle_timeout.timeout_seconds=60',
      },
      ['/a', '/b'],
      ['nothing changes in AWS'],
    ],
    [
      'a path more',
      {},
      ['/a', '/x', '/b'],
      ['would reorder the rules of listener/80', 'would create 1 rule of listener/80: does not exist yet'],
    ],
    ['another order', {}, ['/b', '/a'], ['would reorder the rules of listener/80']],
    [
      'another scheme',
      { scheme: 'internet-facing' },
      ['/a', '/b'],
      [
        'would replace targetGroup/shop/front/web:80, listener/80: what it replaces belongs to a load balancer that is replaced',
        'would replace loadBalancer (internet-facing): scheme internal → internet-facing',
      ],
    ],
    [
      'another target type',
      { 'target-type': 'ip' },
      ['/a', '/b'],
      [
        'would replace targetGroup/shop/front/web:80: targetType instance → ip',
        'would modify 2 rules of listener/80: actions',
      ],
    ],
    [
      'the address type, with a Service of both families',
      { 'ip-address-type': 'dualstack' },
      ['/a', '/b'],
      [
        'would modify securityGroup/managed: ingress [{"protocol":"tcp","fromPort":80,"toPort":80,"source":{"cidr":"0.0.0.0/0"}}] → [{"protocol":"tcp","fromPort":80,"toPort":80,"source":{"cidr":"0.0.0.0/0"}},{"pr…',
        'would replace targetGroup/shop/front/web:80: ipAddressType ipv4 → ipv6',
        'would modify loadBalancer: ipAddressType ipv4 → dualstack',
        'would modify 2 rules of listener/80: actions',
      ],
    ],
    [
      'subnets by name',
      { subnets: 'public-a,public-b', 'healthcheck-path': '/up' },
      ['/a', '/b'],
      [
        'would modify targetGroup/shop/front/web:80: healthCheck.path / → /up',
        'would modify loadBalancer (depends on what AWS has): subnets',
      ],
    ],
    [
      'a web ACL and Shield',
      { 'wafv2-acl-name': 'shop', 'shield-advanced-protection': 'true' },
      ['/a', '/b'],
      [
        'would modify loadBalancer (depends on what AWS has): webAcl',
        'would modify loadBalancer (depends on what AWS has): shield',
      ],
    ],
    [
      'another group',
      GROUP,
      ['/a', '/b'],
      [
        `would create securityGroup/managed, ${SHARED}, targetGroup/shop/front/web:80, loadBalancer (internal), listener/80, 2 rules of listener/80: does not exist yet (group shop)`,
        'would delete loadBalancer, targetGroup/shop/front/web:80, securityGroup/managed, securityGroup/shared (depends on what AWS has): nothing wants it (Ingress shop/front)',
      ],
    ],
  ])('of %s', (_, annotations, paths, expected) => {
    expect(lines(ingress(FRONT, annotations, paths), made(plain))).toEqual(expected);
  });

  test('what we set and nobody says any more goes back, what somebody else set stays', () => {
    const said = {
      'load-balancer-attributes': 'idle_timeout.timeout_seconds=30,routing.http2.enabled=false',
      'target-group-attributes': 'slow_start.duration_seconds=60',
    };
    const before = made(ingress(FRONT, said, ['/a']));
    expect(lines(ingress(FRONT, {}, ['/a']), before)).toEqual(['nothing changes in AWS']);
    const set = { [ARN]: ['idle_timeout.timeout_seconds'] };
    expect(lines(ingress(FRONT, {}, ['/a']), { ...before, status: { ...before.status, set } })).toEqual([
      'would modify loadBalancer: idle_timeout.timeout_seconds 30 → 60; nobody says idle_timeout.timeout_seconds any more',
    ]);
  });

  test('makes what the status does not know yet', () => {
    const nothing: LoadBalancerBinding = { ...made(plain), status: {} };
    expect(lines(plain, nothing)).toEqual(lines(plain));
    expect(lines(plain, made(plain, []))).toEqual([
      'would create listener/80, 2 rules of listener/80: does not exist yet',
    ]);
  });

  test('a scheme that another member says already replaces nothing', () => {
    const facing = { ...GROUP, scheme: 'internet-facing' };
    const other = made(ingress('shop/other', facing, ['/o']));
    const before = made(ingress(FRONT, GROUP, ['/a']));
    expect(lines(ingress(FRONT, facing, ['/a']), before, [other])).toEqual(['nothing changes in AWS']);
  });
});

describe('members of other namespaces', () => {
  const SECRET = { ...GROUP, 'listen-ports': '[{"HTTP":80},{"HTTP":9443}]', tags: 'owner=hidden' };
  const foreign = made(ingress('hidden/other', SECRET, ['/o']), [80, 9443]);
  const secure = { ...GROUP, 'certificate-arn': CERTIFICATE, 'listen-ports': '[{"HTTPS":443}]' };

  test('are kept out of what is told', () => {
    const tags = { ...GROUP, tags: 'team=shop' };
    const told = [
      ...lines(ingress(FRONT, GROUP, ['/a']), undefined, [foreign]),
      ...lines(ingress(FRONT, tags, ['/a']), undefined, [foreign]),
      ...lines(ingress(FRONT, { ...GROUP, scheme: 'internet-facing' }, ['/a']), undefined, [foreign]),
      ...lines(ingress(FRONT, { ...secure, 'ssl-redirect': '443' }, ['/a']), undefined, [foreign]),
      ...lines(ingress(FRONT, {}, ['/a']), made(ingress(FRONT, tags, ['/a'])), [foreign]),
    ];
    expect(told.join('\n')).not.toMatch(/9443|hidden|\/o\b|owner/);
    expect(told.join('\n')).toMatch(/listeners? of other namespaces/);
  });

  test('keep what is theirs when somebody leaves', () => {
    const before = made(ingress(FRONT, GROUP, ['/a']));
    const removed = lines(ingress(FRONT, {}, ['/a']), before, [foreign]).filter((line) =>
      line.startsWith('would delete'),
    );
    expect(removed).toEqual([
      'would delete 1 rule of listener/80, targetGroup/shop/front/web:80: nothing wants it (group shop)',
    ]);
  });
});

describe('a thousand members cost no more than those who say something else', () => {
  const many = Array.from({ length: 1_000 }, (_, at) =>
    made(ingress(`shop/m-${at}`, { ...GROUP, 'group.order': String(at % 100) }, [`/m-${at}`])),
  );
  const joining = (said: Annotations) => {
    const next = bindingOf(ingress(FRONT, { ...GROUP, 'group.order': '50', ...said }, ['/a']));
    const [change] = changesOf(next, undefined, () => many);
    if (change === undefined) throw new Error('no change');
    const known = { cluster: settingsUnasked(options), service, existing: 'recorded' } as const;
    const { before, steps } = preview(change, known);
    expect(before.members.length).toBeLessThan(5);
    return steps.map(({ verb, kind }) => `${verb} ${kind}`);
  };

  test('when another one joins them', () => {
    expect(joining({})).toEqual(['create targetGroup', 'reorder rule', 'create rule']);
  });
  test('when it listens where none of them does', () => {
    expect(joining({ 'listen-ports': '[{"HTTP":8080}]' })).toEqual([
      'modify securityGroup',
      'create targetGroup',
      'create listener',
      'create rule',
    ]);
  });
});
