// Tests of planning: an AWS that does not answer, registrations, and what all groups share.

import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { Backend } from '../../alb/desire/desiring.ts';
import { AwsFailure } from '../../alb/failures/failure.ts';
import { CLUSTER, ingress, service } from '../../alb/laws/paper.ts';
import type { Operation } from '../../alb/plan/operation.ts';
import { type SecurityGroupSpec, SHARED_TAG } from '../../api/aws.ts';
import { connectAws } from '../aws/client.ts';
import { lookups } from '../facts/lookups.ts';
import { createInventory } from '../inventory/inventory.ts';
import { bookOf } from '../laws/book.ts';
import { onceForAll, type PlannedGroup, planGroup, registrationOf } from './planning.ts';

const BACKEND: Backend = {
  id: 'targetGroup/shop/web/web:80',
  member: 'shop/web',
  namespace: 'shop',
  service: 'web',
  port: 80,
  targetType: 'ip',
  ipAddressType: 'ipv4',
  reach: [],
};
const target = (id: string) => ({ id, port: 8080, node: 'a' });
const registered = (id: string, state = 'healthy') => ({ id, port: 8080, state });

test('what is missing is registered, what is extra deregistered, what drains is registered again', () => {
  const seen = [
    registered('10.0.0.1', 'unhealthy'),
    registered('10.0.0.2', 'draining'),
    registered('10.0.0.4'),
  ];
  expect(registrationOf(BACKEND, ['10.0.0.3', '10.0.0.2', '10.0.0.1'].map(target), seen)).toEqual({
    targetGroup: BACKEND.id,
    backend: 'shop/web:80',
    register: ['10.0.0.2:8080', '10.0.0.3:8080'],
    deregister: ['10.0.0.4:8080'],
  });
});

const create = (id: string, tags: Record<string, string>): Operation => {
  const spec: SecurityGroupSpec = { name: id, description: '', ingress: [], tags };
  return {
    verb: 'create',
    kind: 'securityGroup',
    id,
    resource: { kind: 'securityGroup', id, spec },
    because: ['does not exist yet'],
  };
};
const group = (name: string, ...operations: Operation[]): PlannedGroup => ({
  group: name,
  members: [name],
  leaving: [],
  policy: 'sync',
  steps: operations.map((operation) => ({ operation, allowed: true })),
  registrations: [],
  problems: [],
  undecided: false,
  later: [],
});

test('what all groups share is told once, what each has for itself every time', () => {
  const both = [
    create('securityGroup/shared', { [SHARED_TAG]: 'backend-sg' }),
    create('securityGroup/managed', {}),
  ];
  const told = onceForAll([group('a/b', ...both), group('c/d', ...both)]);
  expect(told.map(({ steps }) => steps.map(({ operation }) => operation.id))).toEqual([
    ['securityGroup/shared', 'securityGroup/managed'],
    ['securityGroup/managed'],
  ]);
});

test('an AWS that does not answer is part of the answer, beside what is refused', async () => {
  const failure = new AwsFailure({
    action: 'DescribeSubnets',
    code: 'AccessDenied',
    message: 'no',
    kind: 'denied',
    status: 403,
  });
  const never = () => Promise.reject(failure);
  const aws = connectAws({
    clusterName: 'prod',
    vpcId: 'vpc-1',
    region: 'us-west-2',
    maxAttempts: 1,
    version: 'test',
    registry: new Registry(),
  });
  const planned = await planGroup('shop/web', {
    aws,
    book: bookOf({ ingresses: [ingress()], services: [service()] }),
    inventory: createInventory(aws),
    world: {
      service: () => service(),
      slices: () => [],
      pod: () => undefined,
      isPodAt: () => false,
      nodes: () => [],
    },
    service: () => service(),
    secrets: async () => new Map(),
    lookups: { ...lookups(aws), subnets: never },
    cluster: CLUSTER,
    policy: 'sync',
  });
  expect(planned).toMatchObject({ members: ['shop/web'], steps: [], undecided: true, failure });
  expect(aws.counts.size).toBe(0);
});
