// Look-ups: security groups by id and name, target groups, web ACLs, the VPC's networks and the subscription, and what is remembered.
import { DescribeSecurityGroupsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetSubscriptionStateCommand } from '@aws-sdk/client-shield';
import { ListWebACLsCommand } from '@aws-sdk/client-wafv2';
import { beforeEach, describe, expect, test } from 'vitest';
import { AwsFailure } from '../../alb/failures/failure.ts';
import type { Aws } from '../aws/client.ts';
import { lookups } from './lookups.ts';

const GROUPS = [
  { GroupId: 'sg-1', VpcId: 'vpc-1', name: 'web' },
  { GroupId: 'sg-2', VpcId: 'vpc-1', name: 'web' },
  { GroupId: 'sg-3', VpcId: 'vpc-1', name: 'api' },
  { GroupId: 'sg-4', VpcId: 'vpc-2', name: 'elsewhere' },
];

let asked: string[];
/** Target groups and web ACLs that exist, by name. */
let there: Map<string, string>;
let failing: AwsFailure | undefined;
beforeEach(() => {
  asked = [];
  there = new Map();
  failing = undefined;
});

const failure = (code: string, kind: AwsFailure['kind']) =>
  new AwsFailure({ action: '', code, message: `${code}!`, kind, status: 400 });

function securityGroups({ input: { GroupIds, Filters = [] } }: DescribeSecurityGroupsCommand): object {
  if (GroupIds?.some((id) => !GROUPS.some(({ GroupId }) => GroupId === id)))
    throw failure('InvalidGroup.NotFound', 'notFound');
  const values = (of: string) => Filters.find(({ Name }) => Name === of)?.Values;
  const found = GROUPS.filter(
    ({ GroupId, VpcId, name }) =>
      GroupIds?.includes(GroupId) ??
      (values('vpc-id')?.includes(VpcId) === true &&
        // EC2's wildcards.
        values('tag:Name')?.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name))),
  );
  return {
    SecurityGroups: found.map(({ name, ...one }) => ({ ...one, Tags: [{ Key: 'Name', Value: name }] })),
  };
}

async function send(command: object): Promise<object> {
  asked.push(command.constructor.name.replace('Command', ''));
  if (failing !== undefined) throw failing;
  if (command instanceof DescribeSecurityGroupsCommand) return securityGroups(command);
  if (command instanceof DescribeTargetGroupsCommand) {
    const arn = there.get(command.input.Names?.[0] ?? '');
    if (arn === undefined) throw failure('TargetGroupNotFound', 'notFound');
    return { TargetGroups: [{ TargetGroupArn: arn }] };
  }
  if (command instanceof ListWebACLsCommand) {
    const all = [...there].map(([Name, ARN]) => ({ Name, ARN }));
    // One a page.
    const at = Number(command.input.NextMarker ?? 0);
    return { WebACLs: all.slice(at, at + 1), ...(at + 1 < all.length ? { NextMarker: String(at + 1) } : {}) };
  }
  if (command instanceof GetSubscriptionStateCommand) return { SubscriptionState: there.get('shield') };
  if (!(command instanceof DescribeVpcsCommand)) throw new Error('unexpected');
  const block = (CidrBlock: string, State: string) => ({ CidrBlock, CidrBlockState: { State } });
  return {
    Vpcs: [
      {
        CidrBlockAssociationSet: [block('10.0.0.0/16', 'associated'), block('10.9.0.0/16', 'disassociated')],
        Ipv6CidrBlockAssociationSet: [
          { Ipv6CidrBlock: '2001:db8::/56', Ipv6CidrBlockState: { State: 'associated' } },
        ],
      },
    ],
  };
}

const find = () => {
  const client = { send };
  const aws = { vpcId: 'vpc-1', ec2: client, elbv2: client, wafv2: client, shield: client, acm: client };
  return lookups(aws as object as Aws);
};

describe('security groups', () => {
  test.each([
    ['ids', ['sg-3', 'sg-1'], ['sg-1', 'sg-3']],
    ['all of a name', ['web'], ['sg-1', 'sg-2']],
    ['ids before names', ['web', 'sg-3'], ['sg-3', 'sg-1', 'sg-2']],
    ['a name said twice', ['api', 'api'], ['sg-3']],
  ])('%s', async (_, said, value) => {
    expect(await find().securityGroups(said)).toEqual({ value });
  });

  test.each([
    ['an id that is not there', ['sg-1', 'sg-9'], 'InvalidGroup.NotFound!'],
    ['a name that is not there', ['web', 'none'], 'no security group in the VPC has the Name tag none'],
    ['a name in another VPC', ['elsewhere'], 'no security group in the VPC has the Name tag elsewhere'],
    ['a wildcard for several names', ['*'], '* stands for security groups of several Name tags'],
  ])('%s is a problem of the annotation', async (_, said, because) => {
    const problem = { code: 'SecurityGroupNotFound', value: said.join(','), because };
    expect(await find().securityGroups(said)).toMatchObject({ problem });
  });
});

test('what AWS does not answer is thrown, and is no problem of anybody', async () => {
  failing = failure('ThrottlingException', 'throttled');
  const { securityGroups: groups, targetGroup, webAcl, subscribed, inVpc } = find();
  for (const look of [
    groups(['sg-1']),
    groups(['web']),
    targetGroup('a'),
    webAcl('a'),
    subscribed(),
    inVpc('10.0.0.1'),
  ])
    await expect(look).rejects.toBe(failing);
});

test('a failure is not remembered', async () => {
  const { inVpc, subscribed } = find();
  failing = failure('InternalFailure', 'unavailable');
  await expect(inVpc('10.0.0.1')).rejects.toBe(failing);
  await expect(subscribed()).rejects.toBe(failing);
  failing = undefined;
  there.set('shield', 'ACTIVE');
  expect([await inVpc('10.0.0.1'), await subscribed()]).toEqual([true, true]);
});

test.each(['targetGroup', 'webAcl'] as const)(
  '%s: one that is missing is asked for again, one that is there is not',
  async (look) => {
    const all = find();
    expect(await all[look]('two')).toBeUndefined();
    there.set('one', 'arn:one').set('two', 'arn:two');
    expect(await all[look]('two')).toBe('arn:two');
    const before = asked.length;
    expect(await all[look]('two')).toBe('arn:two');
    expect(asked.length).toBe(before);
  },
);

test.each([
  ['10.0.3.4', true],
  ['10.9.0.1', false],
  ['192.0.2.1', false],
  ['2001:db8::7', true],
  ['2001:db9::7', false],
])('%s in a network of the VPC: %s', async (address, isInside) => {
  expect(await find().inVpc(address)).toBe(isInside);
});

test.each([
  ['ACTIVE', true],
  ['INACTIVE', false],
])('a subscription that is %s', async (state, isActive) => {
  there.set('shield', state);
  const { subscribed } = find();
  expect([await subscribed(), await subscribed()]).toEqual([isActive, isActive]);
  expect(asked).toEqual(['GetSubscriptionState']);
});

test('without a host there is no certificate to find, and nothing is asked', async () => {
  expect(await find().certificates([])).toMatchObject({ problem: { code: 'CertificateNotFound' } });
  expect(asked).toEqual([]);
});
