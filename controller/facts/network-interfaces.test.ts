// Security groups by place: a pod's own interface, one of its node's, or whatever has the address; and which of several groups.
import {
  DescribeInstancesCommand,
  type DescribeInstancesCommandOutput,
  DescribeNetworkInterfacesCommand,
  type DescribeNetworkInterfacesCommandInput,
} from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Aws } from '../aws/client.ts';
import { endpointGroup, type InterfaceOwner, InterfaceReader, keyOfPlace } from './network-interfaces.ts';

const group = (id: string) => ({ Groups: [{ GroupId: id }] });
const instance = (InstanceId: string, ...NetworkInterfaces: object[]) => ({ InstanceId, NetworkInterfaces });

/** A node with a second interface, through which some of its pods are reached, and a branch interface of one pod. */
const NODE = instance(
  'i-1',
  {
    ...group('sg-node'),
    Attachment: { DeviceIndex: 0 },
    PrivateIpAddress: '10.0.0.10',
    PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.10' }, { PrivateIpAddress: '10.0.0.11' }],
  },
  {
    ...group('sg-pods'),
    Attachment: { DeviceIndex: 1 },
    PrivateIpAddress: '10.1.0.10',
    Ipv4Prefixes: [{ Ipv4Prefix: '10.1.0.16/28' }],
    Ipv6Prefixes: [{ Ipv6Prefix: '2001:db8::/80' }],
  },
);
const BRANCH = { ...group('sg-branch'), PrivateIpAddresses: [{ PrivateIpAddress: '10.2.0.5' }] };
const FARGATE = { ...group('sg-fargate'), PrivateIpAddresses: [{ PrivateIpAddress: '10.3.0.5' }] };

let asked: string[];
beforeEach(() => {
  asked = [];
});

async function send(command: object): Promise<object> {
  if (command instanceof DescribeInstancesCommand) {
    asked.push('instances');
    return { Reservations: [{ Instances: [NODE] }] } as Partial<DescribeInstancesCommandOutput>;
  }
  if (!(command instanceof DescribeNetworkInterfacesCommand)) throw new Error('unexpected');
  const { Filters }: DescribeNetworkInterfacesCommandInput = command.input;
  asked.push(...(Filters?.at(-1)?.Values ?? []));
  return { NetworkInterfaces: [BRANCH, FARGATE] };
}

const reader = () =>
  new InterfaceReader({ clusterName: 'prod', vpcId: 'vpc-1', ec2: { send } } as unknown as Aws);
const groupsOf = async (place: InterfaceOwner, read = reader()) =>
  (await read.of([place])).get(keyOfPlace(place))?.map(({ id }) => id);

test.each<[string, InterfaceOwner, string[] | undefined]>([
  ['an instance by its primary interface', { instance: 'i-1' }, ['sg-node']],
  ['a pod on the primary interface', { instance: 'i-1', address: '10.0.0.11' }, ['sg-node']],
  ['a pod within a prefix of another one', { instance: 'i-1', address: '10.1.0.20' }, ['sg-pods']],
  ['a pod by IPv6', { instance: 'i-1', address: '2001:db8::7' }, ['sg-pods']],
  ['a pod with an interface of its own', { instance: 'i-1', address: '10.2.0.5' }, ['sg-branch']],
  ['a pod on Fargate', { address: '10.3.0.5' }, ['sg-fargate']],
  ['an address that nothing has counts for its node', { instance: 'i-1', address: '10.9.9.9' }, ['sg-node']],
  ['an address that nothing has, without a node', { address: '10.9.9.9' }, undefined],
  ['an instance that is gone', { instance: 'i-9' }, undefined],
])('%s', async (_, place, expected) => {
  expect(await groupsOf(place)).toEqual(expected);
});

describe('what is known is not asked for again', () => {
  test('instances, and addresses that no instance holds', async () => {
    const read = reader();
    const places = ['10.0.0.11', '10.2.0.5', '10.9.9.9'].map((address) => ({ instance: 'i-1', address }));
    await read.of(places);
    expect(asked).toEqual(['instances', '10.2.0.5', '10.9.9.9']);
    await read.of(places);
    expect(asked).toHaveLength(3);
  });

  test('nobody asks for addresses that instances hold', async () => {
    await groupsOf({ instance: 'i-1', address: '10.0.0.11' });
    expect(asked).toEqual(['instances']);
  });
});

test('target rules go to the only group, or the only one of the cluster (aws-model 5.7)', () => {
  const own = { 'kubernetes.io/cluster/prod': 'owned' };
  expect(endpointGroup([{ id: 'a', tags: {} }], 'prod')).toBe('a');
  expect(
    endpointGroup(
      [
        { id: 'a', tags: {} },
        { id: 'b', tags: own },
      ],
      'prod',
    ),
  ).toBe('b');
  expect(
    endpointGroup(
      [
        { id: 'a', tags: own },
        { id: 'b', tags: own },
      ],
      'prod',
    ),
  ).toBeUndefined();
  expect(endpointGroup([], 'prod')).toBeUndefined();
});

test('further tags tell apart groups that are all tagged for the cluster', () => {
  const own = { 'kubernetes.io/cluster/prod': 'owned' };
  const groups = [
    { id: 'a', tags: own },
    { id: 'b', tags: { ...own, pods: 'yes' } },
  ];
  expect(endpointGroup(groups, 'prod')).toBeUndefined();
  expect(endpointGroup(groups, 'prod', { pods: 'yes' })).toBe('b');
  expect(endpointGroup(groups, 'prod', { pods: 'no' })).toBeUndefined();
});
