// What class parameters say, field by field, and how an Ingress of the class is read.
import { describe, expect, test } from 'vitest';
import { PREFIX } from '../annotation.ts';
import { CONTROLLER } from '../ownership.ts';
import { type IngressClassParamsSpec, readClassParams } from './class-parameters.ts';
import { readIngress, type Surroundings } from './read.ts';

const read = (spec: IngressClassParamsSpec) => readClassParams({ metadata: { name: 'edge' }, spec });
const from = 'IngressClassParams edge';
const pair = (key: string, value: string) => [{ key, value }];

describe('fields', () => {
  test.each<[string, IngressClassParamsSpec, string, unknown]>([
    ['group.name', { group: { name: 'shop' } }, 'group.name', 'shop'],
    ['loadBalancerName', { loadBalancerName: 'edge' }, 'load-balancer-name', 'edge'],
    ['scheme', { scheme: 'internal' }, 'scheme', 'internal'],
    ['ipAddressType', { ipAddressType: 'dualstack' }, 'ip-address-type', 'dualstack'],
    ['subnets.ids', { subnets: { ids: ['subnet-0a', 'subnet-0b'] } }, 'subnets', ['subnet-0a', 'subnet-0b']],
    ['tags', { tags: pair('a:b', 'd=e') }, 'tags', { 'a:b': 'd=e' }],
    ['targetType', { targetType: 'ip' }, 'target-type', 'ip'],
    ['sslPolicy', { sslPolicy: 'ELBSecurityPolicy-2016-08' }, 'ssl-policy', 'ELBSecurityPolicy-2016-08'],
    ['sslRedirectPort', { sslRedirectPort: '443' }, 'ssl-redirect', 443],
    ['inboundCIDRs', { inboundCIDRs: ['10.0.0.0/8'] }, 'inbound-cidrs', ['10.0.0.0/8']],
    ['prefixListsIDs', { prefixListsIDs: ['pl-0a1b2c3d'] }, 'security-group-prefix-lists', ['pl-0a1b2c3d']],
    ['PrefixListsIDs', { PrefixListsIDs: ['pl-0a1b2c3d'] }, 'security-group-prefix-lists', ['pl-0a1b2c3d']],
  ])('%s', (_field, spec, annotation, value) => {
    const { settings, first, problems } = read(spec);
    expect(problems.filter(({ severity }) => severity === 'refuse')).toEqual([]);
    expect({ ...settings, ...first }).toEqual({ [annotation]: { value, from } });
  });

  test('attributes of the load balancer count for the first member only', () => {
    const { settings, first } = read({ loadBalancerAttributes: pair('idle_timeout.timeout_seconds', '90') });
    expect(settings).toEqual({});
    expect(first).toEqual({
      'load-balancer-attributes': { value: { 'idle_timeout.timeout_seconds': '90' }, from },
    });
  });

  test('of two entries for one listener the first counts', () => {
    const listener = (value: string) => ({
      protocol: 'HTTP',
      port: 80,
      listenerAttributes: pair('routing.http.response.server.enabled', value),
    });
    const { first } = read({ listeners: [listener('false'), listener('true')] });
    expect(first['listener-attributes']).toEqual({
      'HTTP-80': { value: { 'routing.http.response.server.enabled': 'false' }, from },
    });
  });

  test('empty texts and lists say nothing', () => {
    const { settings, hides } = read({ loadBalancerName: '', certificateArn: [], wafv2AclArn: '', tags: [] });
    expect([settings, [...hides]]).toEqual([{}, []]);
  });
});

test('no annotation gets around the web ACL of the class', () => {
  const both = ['wafv2-acl-arn', 'wafv2-acl-name'];
  expect([...read({ wafv2AclArn: 'none' }).hides.keys()].sort()).toEqual(both);
  expect([...read({ wafv2AclName: 'shop' }).hides.keys()].sort()).toEqual(both);
});

test.each<[string, IngressClassParamsSpec, string, string]>([
  ['a CIDR that is none', { inboundCIDRs: ['10.0.0.0'] }, 'spec.inboundCIDRs', 'refuse'],
  ['ids and tags', { subnets: { ids: ['subnet-0a'], tags: { a: ['b'] } } }, 'spec.subnets', 'refuse'],
  ['neither ids nor tags', { subnets: {} }, 'spec.subnets', 'refuse'],
  ['an id twice', { subnets: { ids: ['subnet-0a', 'subnet-0a'] } }, 'spec.subnets.ids', 'refuse'],
  ['a tag value twice', { subnets: { tags: { a: ['b', 'b'] } } }, 'spec.subnets.tags[a]', 'refuse'],
  ['a long name', { loadBalancerName: 'x'.repeat(33) }, 'spec.loadBalancerName', 'refuse'],
  ['a port that is none', { sslRedirectPort: 'https' }, 'spec.sslRedirectPort', 'warn'],
])('%s is told with its field', (_what, spec, path, severity) => {
  expect(read(spec).problems[0]).toMatchObject({ path, severity });
});

describe('an Ingress of the class', () => {
  const around = (spec: IngressClassParamsSpec, more: Partial<Surroundings> = {}): Surroundings => ({
    service: () => undefined,
    options: { defaultTargetType: 'instance', defaultScheme: 'internal' },
    ingressClass: (name) => ({
      metadata: { name },
      spec: {
        controller: CONTROLLER,
        parameters: { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name: 'edge' },
      },
    }),
    classParams: () => ({ metadata: { name: 'edge' }, spec }),
    ...more,
  });
  const ingress = (said: Record<string, string>, annotations: Record<string, string> = {}) => ({
    metadata: {
      name: 'web',
      namespace: 'shop',
      annotations: {
        ...annotations,
        ...Object.fromEntries(Object.entries(said).map(([name, text]) => [PREFIX + name, text])),
      },
    },
    spec: { ingressClassName: 'edge' },
  });

  test('the class wins over the annotation, which is told that nothing reads it', () => {
    const { settings, problems } = readIngress(ingress({ scheme: 'public' }), around({ scheme: 'internal' }));
    expect(settings.scheme).toEqual({ value: 'internal', from });
    expect(problems).toMatchObject([
      { severity: 'warn', because: expect.stringContaining('nothing reads it') },
    ]);
  });

  test('tags are merged key by key', () => {
    const { settings } = readIngress(ingress({ tags: 'a=1,b=2' }), around({ tags: pair('b', '3') }));
    expect(settings.tags?.value).toEqual({ a: '1', b: '3' });
  });

  test('what counts for the first member leaves the annotation of a later one in force', () => {
    const edge = around({ ipamConfiguration: { ipv4IPAMPoolId: 'ipam-pool-0a' } });
    const said = { 'ipam-ipv4-pool-id': 'ipam-pool-0b', scheme: 'internet-facing' };
    const inGroup = readIngress(ingress({ ...said, 'group.name': 'shop' }), edge);
    expect(inGroup.settings['ipam-ipv4-pool-id']?.value).toBe('ipam-pool-0b');
    expect(inGroup.first?.['ipam-ipv4-pool-id']?.value).toBe('ipam-pool-0a');
    expect(readIngress(ingress(said), edge).settings['ipam-ipv4-pool-id']).toBeUndefined();
  });

  test.each<[string, Record<string, string>, IngressClassParamsSpec, string]>([
    ['a policy without HTTPS', {}, { sslPolicy: 'my policy' }, 'warn'],
    ['a policy with HTTPS', { 'listen-ports': '[{"HTTPS":443}]' }, { sslPolicy: 'my policy' }, 'refuse'],
    [
      'a certificate without HTTPS',
      { 'listen-ports': '[{"HTTP":80}]' },
      { certificateArn: ['mine'] },
      'warn',
    ],
    ['a certificate that opens HTTPS', {}, { certificateArn: ['mine'] }, 'refuse'],
    ['prefix lists', { 'security-groups': 'sg-0a' }, { prefixListsIDs: ['pl-office'] }, 'warn'],
  ])('a mistake of the class in %s', (_, said, spec, severity) => {
    const own = {
      metadata: ingress(said).metadata,
      spec: { ingressClassName: 'edge', rules: [{ host: 'a.b' }] },
    };
    const found = readIngress(own, around(spec)).problems.filter(({ object }) => object === from);
    expect(found).toMatchObject([{ severity }]);
  });

  test('a redirect port that is none asks for nothing', () => {
    const said = { 'group.name': 'shop', 'ssl-redirect': '443' };
    const { settings, problems } = readIngress(ingress(said), around({ sslRedirectPort: 'https' }));
    expect(settings['ssl-redirect']).toBeUndefined();
    expect(problems.map(({ severity }) => severity)).not.toContain('refuse');
  });

  test('the bucket of logs may come from the class', () => {
    const said = { 'load-balancer-attributes': 'access_logs.s3.enabled=true' };
    const bucket = { loadBalancerAttributes: pair('access_logs.s3.bucket', 'logs') };
    expect(readIngress(ingress(said), around(bucket)).problems).toEqual([]);
    expect(readIngress(ingress(said), around({})).problems).toMatchObject([{ severity: 'refuse' }]);
  });

  test('without a class of its own the default one counts', () => {
    const nameless = { ...ingress({}), spec: {} };
    const settings = (defaultClass: () => string | undefined) =>
      readIngress(nameless, around({ scheme: 'internal' }, { defaultClass })).settings;
    expect(settings(() => 'edge').scheme).toEqual({ value: 'internal', from });
    expect(settings(() => undefined).scheme).toBeUndefined();
  });

  test('the old class annotation has no parameters', () => {
    const old = ingress({}, { 'kubernetes.io/ingress.class': 'alb' });
    expect(readIngress(old, around({ scheme: 'internal' })).settings.scheme).toBeUndefined();
  });

  test('parameters that do not exist: nothing is accepted', () => {
    const { problems } = readIngress(ingress({}), around({}, { classParams: () => undefined }));
    expect(problems).toMatchObject([{ code: 'ClassParametersNotFound', severity: 'refuse' }]);
  });

  test.each<[string, IngressClassParamsSpec, Partial<Surroundings>, string]>([
    [
      'a namespace that is not selected',
      { namespaceSelector: { matchLabels: { team: 'bank' } } },
      { namespaceLabels: () => ({ team: 'shop' }) },
      'does not admit namespace shop',
    ],
    [
      'parameters of another kind',
      {},
      {
        ingressClass: () => ({
          metadata: { name: 'edge' },
          spec: { parameters: { kind: 'ConfigMap', name: 'x' } },
        }),
      },
      'ConfigMap',
    ],
  ])('%s: refused', (_what, spec, more, words) => {
    const { problems } = readIngress(ingress({}), around(spec, more));
    expect(problems).toMatchObject([
      { code: 'ClassNotUsable', severity: 'refuse', because: expect.stringContaining(words) },
    ]);
  });

  test('a selected namespace is let in', () => {
    const open = around(
      { namespaceSelector: { matchLabels: { team: 'shop' } } },
      { namespaceLabels: () => ({ team: 'shop' }) },
    );
    expect(readIngress(ingress({}), open).problems).toEqual([]);
  });
});
