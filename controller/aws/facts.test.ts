// Tests of facts.
import { expect, test } from 'vitest';
import { endpointGroup } from './facts.ts';
import { reachable } from './subnets.ts';

const internet = { Routes: [{ GatewayId: 'local' }, { GatewayId: 'igw-1' }] };
const nat = { Routes: [{ GatewayId: 'local' }, { NatGatewayId: 'nat-1' }] };

test('the own route table of a subnet counts, else the main one (aws-model 4.4)', () => {
  const tables = [
    { ...internet, Associations: [{ SubnetId: 'subnet-1', Main: false }] },
    { ...nat, Associations: [{ Main: true }] },
  ];
  expect(reachable('subnet-1', tables)).toBe(true);
  expect(reachable('subnet-2', tables)).toBe(false);
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
