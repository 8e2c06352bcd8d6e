// Which subnets the internet can reach.
import { expect, test } from 'vitest';
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
