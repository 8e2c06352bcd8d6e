// Tests of looking and removing on an account on paper: what is asked of the cluster, and what stops a removal at the last moment.
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, describe, expect, test } from 'vitest';
import { CLUSTER } from '../../../alb/laws/paper.ts';
import { CLUSTER_TAG, RESOURCE_TAG, SHARED_TAG, STACK_TAG, type Tags } from '../../../api/aws.ts';
import type { KubeCall, KubeOutcome } from '../../../kube/client.ts';
import { type Book, openBook } from '../../bindings/store.ts';
import { createInventory, type Inventory } from '../../inventory/inventory.ts';
import { type Account, openAccount } from '../../laws/account.ts';
import type { Orphan } from './judge.ts';
import { Orphans } from './orphans.ts';
import { GroupsRecord } from './record.ts';
import { fateWords } from './words.ts';

const MINUTES = 60_000;
const STACK = 'shop/gone';

const listOf = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const tagsOf = (stack: string, resource: string): Tags => ({
  [CLUSTER_TAG]: CLUSTER.name,
  [STACK_TAG]: stack,
  [RESOURCE_TAG]: resource,
});

let account: Account;
let inventory: Inventory;
let book: Book;
let lists: Map<string, object[]>;
/** The last parts of paths that cannot be listed. */
let closed: Set<string>;
let asked: string[];
let now: number;
let told: readonly Orphan[];
let cannot: string[];
let removed: string[];
let due: string[];
let orphans: Orphans;

async function request<T>({ path }: KubeCall): Promise<KubeOutcome<T>> {
  const kind = path.split('/').at(-1) ?? '';
  asked.push(kind);
  if (closed.has(kind)) return { ok: false, reason: 'forbidden', message: `${kind} is forbidden` };
  if (kind === 'namespaces') return { ok: true, object: { items: [{ metadata: { uid: 'one' } }] } as T };
  const items = lists.get(kind);
  if (items === undefined) return { ok: false, reason: 'notFound', message: 'not found' };
  return { ok: true, object: { items } as T };
}

/** A load balancer with a security group and a listener that forwards to a target group. */
async function make(stack: string): Promise<string> {
  const { elbv2, ec2: net } = account.aws;
  const name = stack.replace('/', '-');
  const { GroupId = '' } = await net.send(
    new ec2.CreateSecurityGroupCommand({
      GroupName: name,
      Description: 'x',
      VpcId: 'vpc-1',
      TagSpecifications: [
        { ResourceType: 'security-group', Tags: listOf(tagsOf(stack, 'ManagedLBSecurityGroup')) },
      ],
    }),
  );
  const { TargetGroups } = await elbv2.send(
    new elb.CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: 'vpc-1',
      TargetType: 'ip',
      Tags: listOf(tagsOf(stack, `${stack}-web:80`)),
    }),
  );
  const { LoadBalancers } = await elbv2.send(
    new elb.CreateLoadBalancerCommand({
      Name: name,
      Scheme: 'internal',
      Subnets: ['subnet-a', 'subnet-b'],
      SecurityGroups: [GroupId],
      Tags: listOf(tagsOf(stack, 'LoadBalancer')),
    }),
  );
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  await elbv2.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      Tags: listOf(tagsOf(stack, '80')),
    }),
  );
  return LoadBalancerArn;
}

const there = (stack: string): number =>
  [
    ...account.elb.state.loadBalancers.values(),
    ...account.elb.state.targetGroups.values(),
    ...[...account.securityGroups.values()].map(({ Tags = [] }) => ({
      tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    })),
  ].filter(({ tags }) => tags[STACK_TAG] === stack).length;

/** The sweep, some minutes later. */
async function look(minutes = 0): Promise<string[]> {
  now += minutes * MINUTES;
  await inventory.load();
  due = [];
  await orphans.look();
  return told.map((one) => `${one.stack} ${fateWords(one)}`);
}

beforeEach(async () => {
  account = openAccount();
  inventory = createInventory(account.aws, { now: () => now });
  book = openBook();
  now = Date.parse('2026-11-30T12:00:00Z');
  lists = new Map(
    ['ingresses', 'ingressclasses', 'ingressclassparams', 'loadbalancerbindings'].map((kind) => [kind, []]),
  );
  closed = new Set();
  asked = [];
  told = [];
  cannot = [];
  removed = [];
  due = [];
  const record = new GroupsRecord({
    client: { request },
    place: { namespace: 'ours', name: 'leader' },
    ...{ clusterName: CLUSTER.name, vpcId: 'vpc-1', writes: false, mayWrite: async () => undefined },
  });
  record.note(STACK, true);
  const nothing = async (): Promise<never> => {
    throw new Error('nothing is looked up for a group without members');
  };
  orphans = new Orphans({
    client: { request },
    aws: account.aws,
    deciding: {
      ...{ book, inventory, cluster: CLUSTER, policy: 'sync', service: () => undefined },
      secrets: async () => new Map(),
      lookups: {
        ...{ subnets: nothing, securityGroups: nothing, certificates: nothing, targetGroup: nothing },
        ...{ inVpc: nothing, trustStores: nothing, webAcl: nothing, subscribed: nothing },
        interfaceGroups: nothing,
      },
    },
    rules: { policy: 'sync', graceMs: 10 * MINUTES, limit: 10 },
    record,
    report: {
      unwritten: () => undefined,
      tell: (all) => {
        told = all;
      },
      cannot: (because) => cannot.push(because),
      removed: (stack, lines) => removed.push(stack, ...lines),
    },
    incomplete: () => undefined,
    now: () => now,
    enqueue: (stack) => due.push(stack),
    recorded: () => undefined,
  });
  // A group of ours that has something in AWS.
  await make('shop/web');
  const metadata = { name: 'web', namespace: 'shop', finalizers: ['albatross.dev/resources'] };
  book.binding('shop/web', { metadata, spec: { group: 'shop/web' } } as never);
});

test('a cluster in which all is named is not asked for anything but its record', async () => {
  expect(await look()).toEqual([]);
  expect(new Set(asked)).toEqual(new Set(['namespaces', 'leader']));
});

describe('an orphan', () => {
  let arn = '';
  beforeEach(async () => {
    arn = await make(STACK);
    expect((await look())[0]).toBe(
      'shop/gone waits: seen once, at 2026-11-30T12:00:00Z; second look after 2026-11-30T12:10:00Z',
    );
    expect(due).toEqual([]);
  });

  test('is removed with all it has after the second look, and the shared group and the other group stay', async () => {
    await account.aws.ec2.send(
      new ec2.CreateSecurityGroupCommand({
        GroupName: 'shared',
        Description: 'x',
        VpcId: 'vpc-1',
        TagSpecifications: [
          {
            ResourceType: 'security-group',
            Tags: listOf({ [CLUSTER_TAG]: CLUSTER.name, [SHARED_TAG]: 'backend-sg' }),
          },
        ],
      }),
    );
    expect(await look(5)).toHaveLength(1);
    expect(await orphans.remove(STACK)).toBe('done');
    expect(there(STACK)).toBe(3);
    await look(5);
    expect(due).toEqual([STACK]);
    expect(await orphans.remove(STACK)).toBe('done');
    expect(there(STACK)).toBe(0);
    expect(removed.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      STACK,
      'delete loadBalancer',
      'delete targetGroup',
      'delete securityGroup',
    ]);
    expect(there('shop/web')).toBe(3);
    expect([...account.securityGroups.values()].map(({ GroupName }) => GroupName)).toContain('shared');
    expect(await look(10)).toEqual([]);
  });

  test.each<[string, () => void]>([
    [
      'an Ingress names it',
      () => lists.set('ingresses', [{ metadata: { name: 'gone', namespace: 'shop' } }]),
    ],
    ['the Ingresses cannot be listed', () => closed.add('ingresses')],
    ['the bindings are not even known as a kind', () => lists.delete('loadbalancerbindings')],
    ['the TargetGroupBindings cannot be listed', () => closed.add('targetgroupbindings')],
    [
      'it is in the book again',
      () =>
        book.binding(STACK, {
          metadata: { name: 'gone', namespace: 'shop', finalizers: ['albatross.dev/resources'] },
          spec: { group: STACK },
        } as never),
    ],
  ])('between the second look and the removal %s: nothing is done', async (_name, happens) => {
    await look(10);
    expect(due).toEqual([STACK]);
    happens();
    expect(await orphans.remove(STACK)).toBe('done');
    expect(there(STACK)).toBe(3);
    // Nor when it is asked again without another look.
    lists.set('ingresses', []);
    expect(await orphans.remove(STACK)).toBe('done');
    expect(there(STACK)).toBe(3);
  });

  test('what cannot be listed is told, and no look', async () => {
    closed.add('ingresses');
    await look(10);
    expect(cannot).toEqual(['cannot list ingresses: ingresses is forbidden']);
    expect(due).toEqual([]);
  });

  test('with deletion protection it is left and told, until that is switched off', async () => {
    const protect = (Value: string) =>
      account.aws.elbv2.send(
        new elb.ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: arn,
          Attributes: [{ Key: 'deletion_protection.enabled', Value }],
        }),
      );
    await protect('true');
    await look(10);
    expect(await orphans.remove(STACK)).toBe('done');
    expect(there(STACK)).toBe(3);
    expect(await look(10)).toEqual([
      'shop/gone left: shop-gone has deletion protection, which is never switched off',
    ]);
    await protect('false');
    await orphans.remove(STACK);
    expect(there(STACK)).toBe(0);
  });
});
