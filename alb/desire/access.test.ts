// Access: the managed security group, the shared one, and named ones (aws-model 5.1, 5.3; spec annotations 7).
import { describe, expect, test } from 'vitest';
import type { Permission } from '../../api/aws.ts';
import { CLUSTER, ingress, service, wantedBy } from '../laws/paper.ts';
import type { Facts } from './facts.ts';

function wanted(said: Record<string, string>, more: Partial<Facts> = {}) {
  const { resources, undecided, problems } = wantedBy(
    { ingresses: [ingress({ said })], services: [service()] },
    undefined,
    more,
  );
  const groups = resources.flatMap((one) => (one.kind === 'securityGroup' ? [one] : []));
  const balancer = resources.flatMap((one) => (one.kind === 'loadBalancer' ? one.spec.securityGroups : []));
  return { groups, balancer, undecided, codes: problems.map(({ problem }) => problem.code) };
}

const line = ({ protocol, fromPort, source }: Permission): string =>
  `${protocol} ${fromPort} ${Object.values(source).join()}`;
const ingressOf = (said: Record<string, string>): string[] | undefined =>
  wanted(said).groups[0]?.spec.ingress.map(line);

describe('who may reach the load balancer', () => {
  test.each([
    ['everybody', {}, ['tcp 80 0.0.0.0/0']],
    ['everybody, by IPv6 too', { 'ip-address-type': 'dualstack' }, ['tcp 80 0.0.0.0/0', 'tcp 80 ::/0']],
    [
      'those networks',
      { 'inbound-cidrs': '10.0.0.0/8,192.0.2.0/24' },
      ['tcp 80 10.0.0.0/8', 'tcp 80 192.0.2.0/24'],
    ],
    [
      'IPv6 networks only with dual stack',
      { 'inbound-cidrs': '10.0.0.0/8,2001:db8::/32' },
      ['tcp 80 10.0.0.0/8'],
    ],
    ['a network once', { 'inbound-cidrs': '10.0.0.0/8,10.0.0.1/8,10.0.0.0/8' }, ['tcp 80 10.0.0.0/8']],
    ['a prefix list once', { 'security-group-prefix-lists': 'pl-0a,pl-0a' }, ['tcp 80 pl-0a']],
    ['prefix lists close the default', { 'security-group-prefix-lists': 'pl-0a' }, ['tcp 80 pl-0a']],
    ['an empty list says nothing', { 'inbound-cidrs': '' }, ['tcp 80 0.0.0.0/0']],
    [
      'on every port',
      { 'listen-ports': '[{"HTTP":80},{"HTTP":8080}]' },
      ['tcp 80 0.0.0.0/0', 'tcp 8080 0.0.0.0/0'],
    ],
  ])('%s', (_, said, expected) => {
    expect(ingressOf(said)).toEqual(expected);
  });
});

describe('security groups of the load balancer', () => {
  test('a managed and the shared one', () => {
    const { groups, balancer } = wanted({});
    expect(balancer).toEqual([{ ref: 'securityGroup/managed' }, { ref: 'securityGroup/shared' }]);
    expect(groups[1]?.spec).toMatchObject({
      ingress: [],
      tags: { owner: 'platform', 'elbv2.k8s.aws/cluster': 'prod', 'elbv2.k8s.aws/resource': 'backend-sg' },
    });
    expect(groups[1]?.spec.tags).not.toHaveProperty(['ingress.k8s.aws/stack']);
  });
  test.each([
    ['without a shared one', 'none', [{ ref: 'securityGroup/managed' }]],
    ['with the operator’s', 'sg-0123', [{ ref: 'securityGroup/managed' }, 'sg-0123']],
  ] as const)('%s', (_, backendSecurityGroup, expected) => {
    expect(wanted({}, { cluster: { ...CLUSTER, backendSecurityGroup } }).balancer).toEqual(expected);
  });
  test('named ones take the place of all', () => {
    expect(wanted({ 'security-groups': 'sg-0a, sg-0b' })).toMatchObject({
      groups: [],
      balancer: ['sg-0a', 'sg-0b'],
    });
  });
  test('named ones that do not exist: nothing is decided', () => {
    const problem = { code: 'SecurityGroupNotFound', severity: 'refuse', path: 'x' } as const;
    const answer = wanted({ 'security-groups': 'sg-0a' }, { securityGroups: { problem } });
    expect([answer.undecided, answer.codes]).toEqual([true, ['SecurityGroupNotFound']]);
  });
});

describe('named groups whose targets are opened', () => {
  const NAMED = { 'security-groups': 'sg-0a', 'manage-backend-security-group-rules': 'true' };
  const cluster = (backendSecurityGroup: 'shared' | 'none' | `sg-${string}`): Partial<Facts> => ({
    cluster: { ...CLUSTER, backendSecurityGroup },
  });

  test('the shared group joins them', () => {
    const { groups, balancer } = wanted(NAMED, cluster('shared'));
    expect(balancer).toEqual(['sg-0a', { ref: 'securityGroup/shared' }]);
    expect(groups.map(({ id }) => id)).toEqual(['securityGroup/shared']);
  });

  test.each([
    ['what the operator says counts', {}, 2],
    ['unless the members say otherwise', { 'manage-backend-security-group-rules': 'false' }, 1],
  ])('%s', (_, said, groups) => {
    const always = { cluster: { ...CLUSTER, manageBackendRules: true } };
    expect(wanted({ 'security-groups': 'sg-0a', ...said }, always).balancer).toHaveLength(groups);
  });

  test("or the operator's own", () => {
    expect(wanted(NAMED, cluster('sg-0b')).balancer).toEqual(['sg-0a', 'sg-0b']);
  });

  test('without one, who asked is told', () => {
    const { balancer, codes } = wanted(NAMED, cluster('none'));
    expect(balancer).toEqual(['sg-0a']);
    expect(codes).toEqual(['Contradiction']);
  });
});

test('members that name the same networks agree, however often each is written', () => {
  const member = (name: string, cidrs: string) =>
    ingress({ ingress: name, said: { 'group.name': 'g', 'inbound-cidrs': cidrs } });
  const { resources, problems } = wantedBy({
    ingresses: [member('a', '10.0.0.0/8,192.0.2.0/24'), member('b', '192.0.2.0/24,10.0.0.0/8,10.0.0.0/8')],
    services: [service()],
  });
  const [managed] = resources.flatMap((one) => (one.kind === 'securityGroup' ? [one] : []));
  expect(managed?.spec.ingress.map(line)).toEqual(['tcp 80 10.0.0.0/8', 'tcp 80 192.0.2.0/24']);
  expect(problems).toEqual([]);
});
