// Preview: what an Ingress would make, change, replace and remove, in the words of a dry run.
import { describe, expect, test } from 'vitest';
import { bind, bindingFor } from './bind.ts';
import type { LoadBalancerBinding } from './generated/binding.ts';
import type { Ingress, Service } from './kube.ts';
import { previewLines } from './preview.ts';
import { readIngress } from './read.ts';

const options = { defaultTargetType: 'instance', defaultScheme: 'internal' } as const;
const PREFIX = 'alb.ingress.kubernetes.io/';
const CERTIFICATE = 'arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234-1234-1234-123456789012';

const services: readonly Service[] = ['web', 'api'].map((name) => ({
  metadata: { name, namespace: 'shop' },
  spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] },
}));
const around = {
  options,
  service: (namespace: string, name: string) =>
    services.find(({ metadata }) => metadata.name === name && namespace === 'shop'),
};

type Annotations = Readonly<Record<string, string>>;

function ingress(key: string, annotations: Annotations, paths: readonly string[], service = 'web'): Ingress {
  const [namespace = '', name = ''] = key.split('/');
  const said = Object.entries(annotations).map(([suffix, value]) => [`${PREFIX}${suffix}`, value]);
  const backend = { service: { name: service, port: { number: 80 } } };
  return {
    metadata: { name, namespace, annotations: Object.fromEntries(said) },
    spec: { rules: [{ http: { paths: paths.map((path) => ({ path, pathType: 'Exact', backend })) } }] },
  };
}

function specOf(one: Ingress) {
  const reading = readIngress(one, around);
  expect(reading.problems.filter(({ severity }) => severity === 'refuse')).toEqual([]);
  return bind(one, reading);
}

const ARN = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:x';

/** The binding as the controller leaves it once everything is made. */
function made(one: Ingress, ports: readonly number[] = [80], targets: readonly string[] = ['web']) {
  const binding: LoadBalancerBinding = {
    ...bindingFor(one, specOf(one)),
    status: {
      loadBalancer: { name: 'k8s-made', arn: ARN, dnsName: 'made.example' },
      listeners: ports.map((port) => ({ port, protocol: 'HTTP', arn: ARN })),
      targetGroups: targets.map((service) => ({
        name: service,
        arn: ARN,
        service,
        port: 80,
        healthy: 0,
        total: 0,
      })),
    },
  };
  return binding;
}

function lines(
  next: Ingress,
  recorded?: LoadBalancerBinding,
  others: readonly LoadBalancerBinding[] = [],
): string[] {
  const all = recorded === undefined ? others : [...others, recorded];
  const { name, namespace = '' } = next.metadata;
  return previewLines({ namespace, name, spec: specOf(next) }, recorded, {
    ...around,
    recordedOf: (group) => all.filter(({ spec }) => spec.group === group),
  });
}

const FRONT = 'shop/front';
const GROUP = { 'group.name': 'shop' };

describe('a new Ingress', () => {
  test('makes everything', () => {
    const next = ingress(FRONT, { ...GROUP, scheme: 'internet-facing' }, ['/a', '/b', '/c']);
    expect(lines(next)).toEqual([
      'would make: an internet-facing load balancer for group shop, its security group, a listener HTTP 80, 3 rules, a target group for web:80',
    ]);
  });

  test('with security groups of its own makes none', () => {
    const next = ingress(FRONT, { 'security-groups': 'sg-0123456789abcdef0' }, ['/a']);
    expect(lines(next)).toEqual([
      'would make: an internal load balancer, a listener HTTP 80, 1 rule, a target group for web:80',
    ]);
  });

  test('has no target group for a Service that is not there', () => {
    expect(lines(ingress(FRONT, {}, ['/a'], 'gone'))).toEqual([
      'would make: an internal load balancer, its security group, a listener HTTP 80, 1 rule',
    ]);
  });

  test('joins the load balancer of its group', () => {
    const other = made(ingress('shop/other', GROUP, ['/o']));
    expect(lines(ingress(FRONT, GROUP, ['/a'], 'api'), undefined, [other])).toEqual([
      'would make: 1 rule, a target group for api:80',
    ]);
    const tagged = ingress(
      FRONT,
      { ...GROUP, tags: 'team=shop', 'listen-ports': '[{"HTTP":80},{"HTTP":8080}]' },
      ['/a'],
    );
    expect(lines(tagged, undefined, [other])).toEqual([
      'would make: a listener HTTP 8080, 2 rules, a target group for web:80',
      'would change: the load balancer (tags)',
    ]);
  });
});

describe('an update', () => {
  const plain = ingress(FRONT, {}, ['/a', '/b']);

  test.each<[string, Annotations, readonly string[], string[]]>([
    ['nothing', {}, ['/a', '/b'], ['nothing changes in AWS']],
    [
      'a default said aloud',
      {
        ...{ scheme: 'internal', 'success-codes': '200' },
        'load-balancer-attributes': 'idle_timeout.timeout_seconds=60',
      },
      ['/a', '/b'],
      ['nothing changes in AWS'],
    ],
    ['what has no effect', { 'dry-run-plan': 'true' }, ['/a', '/b'], ['nothing changes in AWS']],
    [
      'a web ACL and Shield',
      { 'wafv2-acl-name': 'shop', 'shield-advanced-protection': 'true' },
      ['/a', '/b'],
      ['would change: the load balancer (wafv2-acl-name, shield-advanced-protection)'],
    ],
    ['an empty name', { 'wafv2-acl-name': '' }, ['/a', '/b'], ['nothing changes in AWS']],
    ['a path more', {}, ['/a', '/x', '/b'], ['would make: 1 rule']],
    ['a path less', {}, ['/b'], ['would remove: 1 rule']],
    ['another order', {}, ['/b', '/a'], ['would change: the order of the rules']],
    [
      'another scheme',
      { scheme: 'internet-facing' },
      ['/a', '/b'],
      [
        'would replace: the load balancer by an internet-facing load balancer, with its listeners, rules and target groups',
      ],
    ],
    [
      'another target type',
      { 'target-type': 'ip' },
      ['/a', '/b'],
      ['would replace: the target group for web:80 (target type)'],
    ],
    [
      'a health check and an attribute',
      { 'healthcheck-path': '/up', 'load-balancer-attributes': 'idle_timeout.timeout_seconds=30' },
      ['/a', '/b'],
      [
        'would change: the load balancer (load-balancer-attributes), the target group for web:80 (health check)',
      ],
    ],
    [
      'who may connect',
      { 'inbound-cidrs': '10.0.0.0/8' },
      ['/a', '/b'],
      ['would change: the security group of the load balancer (inbound-cidrs)'],
    ],
    [
      'security groups',
      { 'security-groups': 'sg-0123456789abcdef0' },
      ['/a', '/b'],
      [
        'would change: the load balancer (security-groups)',
        'would remove: the security group that was made for the load balancer',
      ],
    ],
    [
      'a redirect to HTTPS',
      {
        'certificate-arn': CERTIFICATE,
        'listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
        'ssl-redirect': '443',
      },
      ['/a', '/b'],
      [
        'would make: a listener HTTPS 443, 2 rules',
        'would change: the HTTP listeners (ssl-redirect)',
        'would remove: 2 rules',
      ],
    ],
    [
      'another port',
      { 'listen-ports': '[{"HTTP":8080}]' },
      ['/a', '/b'],
      ['would make: a listener HTTP 8080, 2 rules', 'would remove: listener HTTP 80, 2 rules'],
    ],
    [
      'another group',
      GROUP,
      ['/a', '/b'],
      [
        'would make: an internal load balancer for group shop, its security group, a listener HTTP 80, 2 rules, a target group for web:80 (group shop)',
        'would remove: the load balancer, listener HTTP 80, 2 rules, the target group for web:80 (Ingress shop/front)',
      ],
    ],
  ])('of %s', (_, annotations, paths, expected) => {
    expect(lines(ingress(FRONT, annotations, paths), made(plain))).toEqual(expected);
  });

  test('counts rules with care where a redirect may cover others', () => {
    const action = {
      'actions.web': '{"type":"redirect","redirectConfig":{"statusCode":"HTTP_301","host":"x.example"}}',
    };
    expect(lines(ingress(FRONT, action, ['/a', '/b', '/c']), made(plain))).toEqual([
      'would make: 1 rule at most',
    ]);
  });

  test('what nobody says any more of web ACL and Shield stays', () => {
    const said = { 'wafv2-acl-arn': 'none', 'shield-advanced-protection': 'true' };
    expect(lines(plain, made(ingress(FRONT, said, ['/a', '/b'])))).toEqual(['nothing changes in AWS']);
  });

  test('an attribute that we set goes back when it is taken away, one that somebody else set stays', () => {
    const said = {
      'load-balancer-attributes': 'idle_timeout.timeout_seconds=30,routing.http2.enabled=true',
      'target-group-attributes': 'slow_start.duration_seconds=60',
      'listener-attributes.HTTP-80': 'routing.http.response.server.enabled=false',
    };
    const before = made(ingress(FRONT, said, ['/a']));
    expect(lines(ingress(FRONT, {}, ['/a']), before)).toEqual(['nothing changes in AWS']);
    const set = {
      [ARN]: [
        'idle_timeout.timeout_seconds',
        'slow_start.duration_seconds',
        'routing.http.response.server.enabled',
      ],
    };
    expect(lines(ingress(FRONT, {}, ['/a']), { ...before, status: { ...before.status, set } })).toEqual([
      'would change: the load balancer (load-balancer-attributes), listener HTTP 80 (listener-attributes), the target group for web:80 (attributes)',
    ]);
  });

  test('makes what the status does not know yet', () => {
    const nothing: LoadBalancerBinding = { ...made(plain), status: {} };
    expect(lines(plain, nothing)).toEqual(lines(plain));
    expect(lines(plain, made(plain, [80], []))).toEqual(['would make: a target group for web:80']);
    expect(lines(plain, made(plain, []))).toEqual(['would make: a listener HTTP 80']);
  });

  test('a text that went through the API server in another order of members is the same', () => {
    const condition = '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"x","values":["1"]}}]';
    const next = ingress(FRONT, { 'conditions.web': condition }, ['/a']);
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, one]) => [key, reversed(one)]),
            )
          : value;
    expect(lines(next, reversed(made(next)) as LoadBalancerBinding)).toEqual(['nothing changes in AWS']);
  });
});

describe('members of other namespaces', () => {
  const SECRET = { ...GROUP, 'listen-ports': '[{"HTTP":80},{"HTTP":9443}]', tags: 'owner=hidden' };
  const foreign = made(ingress('hidden/other', SECRET, ['/o']), [80, 9443]);
  const secure = {
    ...GROUP,
    'certificate-arn': CERTIFICATE,
    'listen-ports': '[{"HTTPS":443}]',
  };

  test('are kept out of what is told', () => {
    const told = [
      ...lines(ingress(FRONT, GROUP, ['/a']), undefined, [foreign]),
      ...lines(ingress(FRONT, GROUP, ['/a']), undefined, [{ ...foreign, status: {} }]),
      ...lines(ingress(FRONT, { ...secure, 'ssl-redirect': '443' }, ['/a']), undefined, [foreign]),
      ...lines(ingress(FRONT, {}, ['/a']), made(ingress(FRONT, GROUP, ['/a'])), [foreign]),
    ];
    expect(told.join('\n')).not.toMatch(/9443|hidden|\/o\b/);
    expect(told.length).toBeGreaterThan(4);
  });

  test('keep what is theirs when somebody leaves', () => {
    const before = made(ingress(FRONT, GROUP, ['/a']));
    const removed = lines(ingress(FRONT, {}, ['/a']), before, [foreign]).filter((line) =>
      line.startsWith('would remove'),
    );
    expect(removed).toEqual(['would remove: 1 rule, the target group for web:80 (group shop)']);
  });
});
