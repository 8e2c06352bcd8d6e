// What a TargetGroupBinding is refused for, and told, by itself.
import { describe, expect, test } from 'vitest';
import type { TargetGroupBindingSpec } from '../generated/target-group-binding.ts';
import { sentence } from '../problems/problem.ts';
import { madeBy } from './made-by.ts';
import { writtenProblems } from './problems.ts';

const ARN = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/73e2d6bc24d8a067';
const ROLE = 'arn:aws:iam::123456789012:role/targets';
const serviceRef = { name: 'web', port: 80 };
const good: TargetGroupBindingSpec = { targetGroupARN: ARN, serviceRef };

const found = (spec: Partial<TargetGroupBindingSpec>): string[] =>
  writtenProblems({ serviceRef, ...spec }).map(({ severity, code, path }) => `${severity} ${code} ${path}`);

test.each<[string, Partial<TargetGroupBindingSpec>]>([
  ['an ARN', good],
  ['a name', { targetGroupName: 'web' }],
  ['both, of the same target group', { ...good, targetGroupName: 'web' }],
  ['an ARN of another partition and account', { targetGroupARN: ARN.replace('aws:', 'aws-cn:') }],
  ['a role with pods', { ...good, targetType: 'ip', iamRoleArnToAssume: ROLE, assumeRoleExternalId: 'a/b' }],
  ['a role with a path', { ...good, iamRoleArnToAssume: 'arn:aws:iam::123456789012:role/a/b+c@d' }],
  ['nodes chosen', { ...good, targetType: 'instance', nodeSelector: { matchLabels: { zone: 'a' } } }],
  ['everything empty', { ...good, targetGroupName: '', vpcID: '', iamRoleArnToAssume: '' }],
  ['a VPC', { ...good, vpcID: 'vpc-0123456789abcdef0' }],
  ['a port that is left open', { ...good, networking: { ingress: [{ from: [], ports: [] }] } }],
])('nothing is refused: %s', (_, spec) => {
  expect(found(spec).filter((one) => one.startsWith('refuse'))).toEqual([]);
});

test.each<[string, Partial<TargetGroupBindingSpec>, string]>([
  ['no target group', {}, 'refuse FieldMissing spec.targetGroupARN'],
  ['empty texts', { targetGroupARN: '', targetGroupName: '' }, 'refuse FieldMissing spec.targetGroupARN'],
  ['no ARN', { targetGroupARN: 'web' }, 'refuse InvalidFormat spec.targetGroupARN'],
  ['another ARN', { targetGroupARN: ROLE }, 'refuse InvalidFormat spec.targetGroupARN'],
  ['a name too long', { targetGroupName: 'a'.repeat(33) }, 'refuse InvalidFormat spec.targetGroupName'],
  ['an ARN as name', { targetGroupName: ARN }, 'refuse InvalidFormat spec.targetGroupName'],
  ['two target groups', { ...good, targetGroupName: 'api' }, 'warn Contradiction spec.targetGroupName'],
  [
    'pods of nodes',
    { ...good, targetType: 'ip', nodeSelector: {} },
    'refuse Contradiction spec.nodeSelector',
  ],
  [
    'an operator that does not exist',
    { ...good, nodeSelector: { matchExpressions: [{ key: 'a', operator: 'in', values: ['b'] }] } },
    'refuse NotAllowed spec.nodeSelector.matchExpressions[0].operator',
  ],
  [
    'an operator without values',
    { ...good, nodeSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
    'refuse Contradiction spec.nodeSelector.matchExpressions[0].values',
  ],
  [
    'QUIC to nodes',
    { ...good, targetType: 'instance', targetGroupProtocol: 'QUIC' },
    'refuse Contradiction spec.targetGroupProtocol',
  ],
  ['no role', { ...good, iamRoleArnToAssume: 'role/x' }, 'refuse InvalidFormat spec.iamRoleArnToAssume'],
  [
    'a role for nodes',
    { ...good, targetType: 'instance', iamRoleArnToAssume: ROLE },
    'refuse Contradiction spec.iamRoleArnToAssume',
  ],
  [
    'a role of another account',
    { ...good, iamRoleArnToAssume: ROLE.replace('1234', '4321') },
    'warn Contradiction spec.iamRoleArnToAssume',
  ],
  ['an id for no role', { ...good, assumeRoleExternalId: 'x1' }, 'warn Unused spec.assumeRoleExternalId'],
  [
    'no external id',
    { ...good, iamRoleArnToAssume: ROLE, assumeRoleExternalId: 'ä' },
    'refuse InvalidFormat spec.assumeRoleExternalId',
  ],
  ['no VPC', { ...good, vpcID: 'vpc-main' }, 'refuse InvalidFormat spec.vpcID'],
])('%s', (_, spec, problem) => {
  expect(found(spec)).toEqual([problem]);
});

describe('networking', () => {
  const asked = (from: object, port: object, targetType?: 'instance' | 'ip') =>
    found({
      ...good,
      ...(targetType === undefined ? {} : { targetType }),
      networking: { ingress: [{ from: [from], ports: [port] }] },
    });
  const at = 'spec.networking.ingress[0]';
  const group = { securityGroup: { groupID: 'sg-0123456789abcdef0' } };

  test.each<[string, object, object, string[]]>([
    ['a group and all ports', group, {}, []],
    ['a network and a port', { ipBlock: { cidr: '10.0.0.0/16' } }, { protocol: 'UDP', port: 53 }, []],
    ['a named port', group, { port: 'http' }, []],
    ['nobody', {}, {}, [`refuse FieldMissing ${at}.from[0]`]],
    ['both', { ...group, ipBlock: { cidr: 'x' } }, {}, [`warn Contradiction ${at}.from[0].ipBlock`]],
    [
      'no network',
      { ipBlock: { cidr: '10.0.0.1' } },
      {},
      [`refuse InvalidFormat ${at}.from[0].ipBlock.cidr`],
    ],
    [
      'no group',
      { securityGroup: { groupID: 'web' } },
      {},
      [`refuse InvalidFormat ${at}.from[0].securityGroup.groupID`],
    ],
    ['a port too high', group, { port: 70_000 }, [`refuse OutOfRange ${at}.ports[0].port`]],
  ])('%s', (_, from, port, problems) => {
    expect(asked(from, port)).toEqual(problems);
  });

  test('nodes have no named ports', () => {
    expect(asked(group, { port: 'http' }, 'instance')).toEqual([`refuse NotAllowed ${at}.ports[0].port`]);
  });

  test('empty lists are told', () => {
    expect(found({ ...good, networking: { ingress: [{ from: [], ports: [] }] } })).toEqual([
      `warn Unused ${at}.from`,
      `warn Unused ${at}.ports`,
    ]);
  });
});

test('all mistakes are told at once, with what is allowed', () => {
  const problems = writtenProblems({
    serviceRef,
    targetGroupARN: 'web',
    vpcID: 'main',
    iamRoleArnToAssume: 'me',
  });
  expect(problems.map(sentence)).toEqual([
    'spec.targetGroupARN: "web" is not the ARN of a target group, arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID: a name is said in targetGroupName.',
    'spec.iamRoleArnToAssume: "me" is not the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME.',
    'spec.vpcID: "main" is not the id of a VPC, vpc- and 8, 17 or 32 digits of 0-9 and a-f.',
  ]);
});

test.each<[Record<string, string>, string]>([
  [{}, 'user'],
  [{ app: 'web', 'ingress.k8s.aws/resource': 'x' }, 'user'],
  [{ 'ingress.k8s.aws/stack': 'shop' }, 'ingress'],
  [{ 'ingress.k8s.aws/stack-namespace': 'shop', 'ingress.k8s.aws/stack-name': 'web' }, 'ingress'],
  [{ 'service.k8s.aws/stack-namespace': 'shop', 'service.k8s.aws/stack-name': 'web' }, 'service'],
  [{ 'gateway.k8s.aws.nlb/stack-namespace': 'shop', 'gateway.k8s.aws.nlb/stack-name': 'web' }, 'gateway'],
])('labels %j: made by %s', (labels, maker) => {
  expect(madeBy({ labels })).toBe(maker);
});
