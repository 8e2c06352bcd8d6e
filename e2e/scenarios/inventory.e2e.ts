// The inventory and the look-ups against the local AWS: what exists is found in bulk, and asked for once.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AwsFailure } from '../../alb/failures/failure.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import type { Aws } from '../../controller/aws/client.ts';
import { calls } from '../../controller/aws/kinds/kinds.ts';
import { lookups } from '../../controller/facts/lookups.ts';
import { keyOfPlace } from '../../controller/facts/network-interfaces.ts';
import { createInventory } from '../../controller/inventory/inventory.ts';
import {
  actions,
  aws,
  balancer,
  group,
  left,
  listenerOn,
  rig,
  ruleOn,
  stack,
  startAws,
  stopAws,
  targets,
} from './stack.ts';

beforeAll(startAws);
afterAll(stopAws);
beforeEach(() => rig.aws.resetCalls());

describe('made and found again', () => {
  test('a stack takes six mutating calls, and what is read back differs in nothing', async () => {
    const made = await stack('made');
    expect(actions().filter((action) => !action.startsWith('Describe'))).toEqual(
      expect.arrayContaining([
        'CreateSecurityGroup',
        'AuthorizeSecurityGroupIngress',
        'CreateTargetGroup',
        'CreateLoadBalancer',
        'CreateListener',
        'CreateRule',
      ]),
    );
    expect(actions()).toHaveLength(6);
    const inventory = createInventory(aws);
    await inventory.load();
    const found = await inventory.of('made');
    expect(found.map(({ arn }) => arn).sort()).toEqual(
      Object.values(made)
        .map(({ arn }) => arn)
        .sort(),
    );
    const byKind = new Map(found.map((one) => [one.kind, one]));
    expect(
      left(calls.securityGroup, byKind.get('securityGroup') as Found<'securityGroup'>, group('made')),
    ).toEqual([]);
    expect(
      left(calls.targetGroup, byKind.get('targetGroup') as Found<'targetGroup'>, targets('made')),
    ).toEqual([]);
    expect(
      left(
        calls.loadBalancer,
        byKind.get('loadBalancer') as Found<'loadBalancer'>,
        balancer('made', made.securityGroup.arn),
      ),
    ).toEqual([]);
    expect(
      left(
        calls.listener,
        byKind.get('listener') as Found<'listener'>,
        listenerOn('made', made.loadBalancer.arn),
      ),
    ).toEqual([]);
    expect(
      left(
        calls.rule,
        byKind.get('rule') as Found<'rule'>,
        ruleOn('made', made.listener.arn, made.targetGroup.arn),
      ),
    ).toEqual([]);
    expect(byKind.get('targetGroup')?.extra.loadBalancerArns).toEqual([made.loadBalancer.arn]);
    expect(byKind.get('loadBalancer')?.extra.dnsName).toMatch(/elb\.amazonaws\.com$/);
  });

  test('without tag search the same is found by DescribeTags', async () => {
    const made = await stack('fallback');
    const tagging = { send: () => Promise.reject(denied) } as unknown as Aws['tagging'];
    const inventory = createInventory({ ...aws, tagging });
    await inventory.load();
    expect(inventory.glance('fallback').inside).toBeUndefined();
    expect((await inventory.of('fallback')).map(({ arn }) => arn).sort()).toEqual(
      Object.values(made)
        .map(({ arn }) => arn)
        .sort(),
    );
  });
});

const denied = new AwsFailure({
  action: 'GetResources',
  code: 'AccessDenied',
  message: '',
  kind: 'denied',
  status: 403,
});
describe('inventory', () => {
  test('holds what we changed against late bulk reads, and sees what others changed', async () => {
    let now = 0;
    const inventory = createInventory(aws, { now: () => now });
    await inventory.load();
    const made = await stack('inv');
    for (const one of Object.values(made)) inventory.put(one);
    const knows = (arn: string): boolean => inventory.glance('inv').found.some((one) => one.arn === arn);
    const invisible = `${made.targetGroup.arn}-invisible`;
    inventory.put({ ...made.targetGroup, arn: invisible });
    await inventory.load();
    expect(knows(invisible)).toBe(true);
    now = 120_000;
    expect(await inventory.load()).toContain('inv');
    expect(knows(invisible)).toBe(false);
    await inventory.of('inv');
    rig.aws.resetCalls();
    await inventory.of('inv');
    expect(actions()).toEqual([]);
    await calls.rule.remove(aws, made.rule);
    expect(await inventory.load()).toEqual(['inv']);
    expect((await inventory.of('inv')).map(({ kind }) => kind)).not.toContain('rule');
    await calls.loadBalancer.remove(aws, made.loadBalancer);
    inventory.remove(made.loadBalancer);
    expect(knows(made.listener.arn)).toBe(false);
  });
});

describe('facts', () => {
  test('subnets by discovery and by name, certificates by host, groups by name', async () => {
    const look = lookups(aws);
    const open = { scheme: 'internet-facing', ipAddressType: 'ipv4' } as const;
    const found = await look.subnets(open);
    expect(found).toEqual({ value: [...rig.publicSubnets].sort() });
    const names = rig.account.subnets.filter((subnet) => !subnet.public).map(({ name }) => name);
    const named = await look.subnets({ ...open, named: names.slice(0, 2) });
    expect(named).toEqual({
      value: rig.account.subnets
        .filter((subnet) => !subnet.public)
        .slice(0, 2)
        .map(({ id }) => id),
    });
    expect(await look.subnets({ ...open, named: ['nowhere'] })).toMatchObject({
      problem: { code: 'SubnetsNotFound' },
    });
    const [shop] = rig.account.certificates;
    expect(await look.certificates(['shop.example.com'])).toEqual({ value: [shop?.arn] });
    expect(await look.certificates(['no.example.net'])).toMatchObject({
      problem: { code: 'CertificateNotFound' },
    });
    expect(await look.securityGroups([rig.account.nodeSecurityGroupId])).toEqual({
      value: [rig.account.nodeSecurityGroupId],
    });
    expect(await look.securityGroups(['sg-0123456789abcdef0'])).toMatchObject({
      problem: { code: 'SecurityGroupNotFound' },
    });
    expect(await look.inVpc(rig.account.nodes[0]?.privateIp ?? '')).toBe(true);
    expect(await look.inVpc('203.0.113.9')).toBe(false);
    const ids = rig.account.nodes.map(({ instanceId }) => instanceId);
    const places = ids.map((instance) => ({ instance }));
    const nodes = await look.interfaceGroups(places);
    expect([...nodes.keys()].sort()).toEqual(places.map(keyOfPlace).sort());
    for (const groups of nodes.values())
      expect(groups.map(({ id }) => id)).toEqual([rig.account.nodeSecurityGroupId]);
    const address = rig.account.nodes[0]?.privateIp ?? '';
    const [behind] = (await look.interfaceGroups([{ address }])).values();
    expect(behind?.map(({ id }) => id)).toEqual([rig.account.nodeSecurityGroupId]);
    rig.aws.resetCalls();
    await look.subnets(open);
    await look.interfaceGroups(places);
    expect(actions()).toEqual([]);
  });
});
