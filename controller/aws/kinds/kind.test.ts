// Tests of kind.
import { describe, expect, test } from 'vitest';
import { attributeChange, sameAttributes } from '../../../alb/kinds/attributes.ts';
import { type Found, freeName } from '../../../alb/kinds/kind.ts';
import { kinds } from '../../../alb/kinds/kinds.ts';
import { loadBalancer } from '../../../alb/kinds/load-balancer.ts';
import { permissionKey } from '../../../alb/kinds/security-group.ts';
import { sameIdentity, sameTags, sameTagsKeepingLegacy, tagChange } from '../../../alb/kinds/tags.ts';
import { changedFields } from '../../../alb/plan/match.ts';
import {
  CLUSTER_TAG,
  type LoadBalancerSpec,
  type Permission,
  RESOURCE_TAG,
  STACK_TAG,
} from '../../../api/aws.ts';
import { writeAttributes } from './attributes.ts';
import * as listener from './listener.ts';
import { permissionsFromAws, permissionToAws } from './security-group.ts';

const tracking = { [CLUSTER_TAG]: 'prod', [STACK_TAG]: 'shop', [RESOURCE_TAG]: 'LoadBalancer' };

describe('tags (aws-model 2.3, 2.4)', () => {
  test('changed pairs only, sorted; aws: keys never count', () => {
    const found = { ...tracking, 'aws:cloudformation:stack': 'x', z: '1', gone: '1' };
    const wanted = { ...tracking, z: '2', a: '1' };
    expect(tagChange(wanted, found, 'noLegacy')).toEqual({
      add: [
        { Key: 'a', Value: '1' },
        { Key: 'z', Value: '2' },
      ],
      remove: [{ Key: 'gone', Value: '1' }],
    });
  });

  test('legacy keys are left alone where asked', () => {
    const found = { ...tracking, 'kubernetes.io/cluster/prod': 'owned', 'kubernetes.io/ingress-name': 'web' };
    expect(sameTagsKeepingLegacy(tracking, found)).toBe(true);
    expect(sameTags(tracking, found)).toBe(false);
    expect(sameTagsKeepingLegacy(tracking, { ...tracking, 'kubernetes.io/cluster/other': 'owned' })).toBe(
      false,
    );
  });

  test('identity is the tracking tags, all of them', () => {
    expect(sameIdentity(tracking, { ...tracking, more: '1' })).toBe(true);
    expect(sameIdentity(tracking, { ...tracking, [STACK_TAG]: 'other' })).toBe(false);
    expect(sameIdentity({}, {})).toBe(false);
  });
});

describe('attributes (aws-model 3.5)', () => {
  test('only wanted keys, only differing ones, sorted', () => {
    expect(attributeChange({ b: '1', a: '2', c: '3' }, { c: '3', b: '0', d: '9' })).toEqual([
      { Key: 'a', Value: '2' },
      { Key: 'b', Value: '1' },
    ]);
    expect(sameAttributes({}, { a: '1' })).toBe(true);
  });

  test('at most 20 in a call', async () => {
    const sizes: number[] = [];
    const change = Array.from({ length: 45 }, (_, n) => ({ Key: String(n), Value: '1' }));
    await writeAttributes(change, async ({ length }) => sizes.push(length));
    expect(sizes).toEqual([20, 20, 5]);
  });
});

describe('permissions (aws-model 5.4)', () => {
  const all: Permission[] = [
    { protocol: 'tcp', fromPort: 80, toPort: 80, source: { cidr: '10.0.0.0/8' }, description: 'office' },
    { protocol: 'tcp', fromPort: 80, toPort: 80, source: { cidr6: '::/0' } },
    { protocol: 'tcp', fromPort: 80, toPort: 80, source: { prefixList: 'pl-1' } },
    { protocol: 'tcp', fromPort: 80, toPort: 80, source: { group: 'sg-1' } },
  ];

  test('what is sent and read back is the same', () => {
    expect(permissionsFromAws(all.map((one) => permissionToAws(one, String)))).toEqual(all);
  });

  test('the description is no part of the identity', () => {
    const [one] = all;
    if (one === undefined) throw new Error('no permission');
    expect(permissionKey(one)).toBe('IpProtocol: tcp, FromPort: 80, ToPort: 80, IpRange: 10.0.0.0/8');
    expect(permissionKey({ ...one, description: 'x' })).toBe(permissionKey(one));
  });

  test('networks are the same however they are written', () => {
    const key = (source: Permission['source']) =>
      permissionKey({ protocol: 'tcp', fromPort: 80, toPort: 80, source });
    expect(key({ cidr: '10.1.2.3/8' })).toBe(key({ cidr: '10.0.0.0/8' }));
    expect(key({ cidr6: '2001:DB8:0::1/32' })).toBe(key({ cidr6: '2001:db8::/32' }));
    expect(key({ cidr: '10.0.0.0/9' })).not.toBe(key({ cidr: '10.0.0.0/8' }));
  });

  test('missing ports count as 0', () => {
    const found = permissionsFromAws([{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-2' }] }]);
    expect(found.map((one) => permissionKey(one))).toEqual([
      'IpProtocol: -1, FromPort: 0, ToPort: 0, UserIdGroupPair: sg-2',
    ]);
  });
});

describe('load balancers', () => {
  const spec: LoadBalancerSpec = {
    name: 'k8s-shop',
    scheme: 'internal',
    ipAddressType: 'ipv4',
    subnets: ['subnet-1', 'subnet-2'],
    securityGroups: [{ ref: 'managed' }, 'sg-2'],
    attributes: {},
    tags: tracking,
  };
  const found: Pick<Found<'loadBalancer'>, 'spec' | 'extra'> = {
    spec: { ...spec, name: 'other', subnets: ['subnet-2', 'subnet-1'], securityGroups: ['sg-2', 'sg-1'] },
    extra: {},
  };
  const changed = (wanted: LoadBalancerSpec) =>
    changedFields(loadBalancer, wanted, found, (ref) => (typeof ref === 'string' ? ref : 'sg-1'));

  test('sets in another order and another name are no difference', () => {
    expect(changed(spec)).toEqual([]);
  });

  test('each difference is its field', () => {
    expect(changed({ ...spec, scheme: 'internet-facing', subnets: ['subnet-1'] })).toEqual([
      'scheme',
      'subnets',
    ]);
    expect(loadBalancer.fields.scheme.change).toBe('replace');
  });

  test.each([
    ['k8s-shop', [], 'k8s-shop'],
    ['k8s-shop', ['k8s-shop'], 'k8s-shop-2'],
    ['k8s-shop', ['k8s-shop', 'k8s-shop-2'], 'k8s-shop-3'],
    ['a'.repeat(32), ['a'.repeat(32)], `${'a'.repeat(30)}-2`],
  ])('a successor of %s beside %j is %s', (name, taken, free) => {
    const predecessors = taken.map((one) => ({ spec: { ...spec, name: one } }) as Found);
    expect(freeName(name, predecessors)).toBe(free);
  });
});

describe('listeners', () => {
  const details = { tags: {}, attributes: {}, attached: [] };

  test('HTTP has no policy and no certificates, whatever AWS says (moto-coverage 9.3)', () => {
    const wire = {
      ListenerArn: 'l',
      Port: 80,
      Protocol: 'HTTP' as const,
      SslPolicy: 'ELBSecurityPolicy-2016-08',
    };
    expect(listener.fromAws(wire, details).spec).not.toHaveProperty('sslPolicy');
  });

  test('the default certificate comes first, attached ones after it once (aws-model 13.9)', () => {
    const wire = {
      ListenerArn: 'l',
      Port: 443,
      Protocol: 'HTTPS' as const,
      Certificates: [{ CertificateArn: 'c2' }],
    };
    const found = listener.fromAws(wire, { ...details, attached: ['c3', 'c1', 'c2'] });
    expect(found.spec.certificates).toEqual(['c2', 'c1', 'c3']);
    const { equal } = kinds.listener.fields.certificates;
    expect(equal?.(['c2', 'c3', 'c1'], found.spec.certificates)).toBe(true);
    expect(equal?.(['c1', 'c2', 'c3'], found.spec.certificates)).toBe(false);
  });

  test('no policy wanted is no difference', () => {
    expect(kinds.listener.fields.sslPolicy.equal?.(undefined, 'ELBSecurityPolicy-2016-08')).toBe(true);
  });
});

test('kinds are made in the order in which they refer to each other', () => {
  const order = Object.values(kinds).sort((a, b) => a.order - b.order);
  expect(order.map(({ kind }) => kind)).toEqual([
    'securityGroup',
    'targetGroup',
    'loadBalancer',
    'listener',
    'rule',
  ]);
});
