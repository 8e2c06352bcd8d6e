// Every AWS kind through the real SDK against the local AWS: made, found again, changed, adopted after a crash, removed.
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  CLUSTER_TAG,
  type Kind,
  type ListenerSpec,
  type LoadBalancerSpec,
  RESOURCE_TAG,
  type RuleSpec,
  type SecurityGroupSpec,
  type SpecOf,
  STACK_TAG,
  type Tags,
  type TargetGroupSpec,
} from '../../api/aws.ts';
import { type Aws, connectAws } from '../../controller/aws/calls.ts';
import { AwsFailure } from '../../controller/aws/errors.ts';
import { lookups } from '../../controller/aws/facts.ts';
import { createInventory } from '../../controller/aws/inventory.ts';
import { kinds } from '../../controller/kinds/all.ts';
import { changedFields, type Found, type KindTable, type Resolve } from '../../controller/kinds/kind.ts';
import { setPriorities } from '../../controller/kinds/rule.ts';
import { type Rig, startRig } from '../aws/rig.ts';

let rig: Rig;
let aws: Aws;
const registry = new Registry();

beforeAll(async () => {
  rig = await startRig();
  process.env.AWS_ENDPOINT_URL = rig.aws.url;
  process.env.AWS_ACCESS_KEY_ID = 'local';
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
  const { region, vpcId, cluster } = rig.account;
  aws = connectAws({ clusterName: cluster, vpcId, region, maxAttempts: 2, version: 'test', registry });
});

afterAll(async () => {
  aws?.close();
  await rig?.close();
});

beforeEach(() => rig.aws.resetCalls());

const resolve: Resolve = (ref) => (typeof ref === 'string' ? ref : ref.ref);

const tags = (group: string, resource: string): Tags => ({
  [CLUSTER_TAG]: rig.account.cluster,
  [STACK_TAG]: group,
  [RESOURCE_TAG]: resource,
});

const actions = (): string[] =>
  rig.aws.calls().flatMap(({ action, count }) => Array<string>(count).fill(action));

/** Brings a found resource to a wanted spec, through the same table that plans are made with. */
function bring<K extends Kind>(table: KindTable<K>, found: Found<K>, wanted: SpecOf[K]): Promise<Found<K>> {
  const changed = changedFields<K>(table, wanted, found, resolve);
  return table.modify(aws, found, wanted, changed, resolve) as Promise<Found<K>>;
}

const left = <K extends Kind>(table: KindTable<K>, found: Found<K>, wanted: SpecOf[K]) =>
  changedFields<K>(table, wanted, found, resolve);

const group = (name: string): SecurityGroupSpec => ({
  name: `k8s-${name}`,
  description: '[k8s] Managed SecurityGroup for LoadBalancer',
  ingress: [{ protocol: 'tcp', fromPort: 80, toPort: 80, source: { cidr: '0.0.0.0/0' } }],
  tags: tags(name, 'ManagedLBSecurityGroup'),
});

const targets = (name: string, id = 'default/web-web:80'): TargetGroupSpec => ({
  name: `k8s-${name}-web`,
  targetType: 'instance',
  port: 30080,
  protocol: 'HTTP',
  protocolVersion: 'HTTP1',
  ipAddressType: 'ipv4',
  healthCheck: {
    port: 'traffic-port',
    protocol: 'HTTP',
    path: '/',
    intervalSeconds: 15,
    timeoutSeconds: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    matcher: '200',
  },
  attributes: {},
  tags: tags(name, id),
});

const balancer = (name: string, securityGroup: string): LoadBalancerSpec => ({
  name: `k8s-${name}`,
  scheme: 'internet-facing',
  ipAddressType: 'ipv4',
  subnets: rig.publicSubnets,
  securityGroups: [securityGroup],
  attributes: {},
  tags: tags(name, 'LoadBalancer'),
});

const listenerOn = (name: string, loadBalancerArn: string, port = 80): ListenerSpec => ({
  loadBalancer: { ref: loadBalancerArn },
  port,
  protocol: 'HTTP',
  defaultActions: [{ type: 'fixed-response', statusCode: '404', contentType: 'text/plain' }],
  certificates: [],
  attributes: {},
  tags: tags(name, String(port)),
});

const ruleOn = (name: string, listenerArn: string, targetGroupArn: string, priority = 1): RuleSpec => ({
  listener: { ref: listenerArn },
  priority,
  conditions: [{ field: 'path-pattern', values: [`/${priority}`, `/${priority}/*`] }],
  actions: [{ type: 'forward', targets: [{ targetGroup: targetGroupArn }] }],
  tags: tags(name, `80:${priority}`),
});

/** One of each kind. */
async function stack(name: string) {
  const securityGroup = (await kinds.securityGroup.create(
    aws,
    group(name),
    resolve,
  )) as Found<'securityGroup'>;
  const targetGroup = (await kinds.targetGroup.create(aws, targets(name), resolve)) as Found<'targetGroup'>;
  const loadBalancer = (await kinds.loadBalancer.create(
    aws,
    balancer(name, securityGroup.arn),
    resolve,
  )) as Found<'loadBalancer'>;
  const listener = (await kinds.listener.create(
    aws,
    listenerOn(name, loadBalancer.arn),
    resolve,
  )) as Found<'listener'>;
  const rule = (await kinds.rule.create(
    aws,
    ruleOn(name, listener.arn, targetGroup.arn),
    resolve,
  )) as Found<'rule'>;
  return { securityGroup, targetGroup, loadBalancer, listener, rule };
}

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
      left(kinds.securityGroup, byKind.get('securityGroup') as Found<'securityGroup'>, group('made')),
    ).toEqual([]);
    expect(
      left(kinds.targetGroup, byKind.get('targetGroup') as Found<'targetGroup'>, targets('made')),
    ).toEqual([]);
    expect(
      left(
        kinds.loadBalancer,
        byKind.get('loadBalancer') as Found<'loadBalancer'>,
        balancer('made', made.securityGroup.arn),
      ),
    ).toEqual([]);
    expect(
      left(
        kinds.listener,
        byKind.get('listener') as Found<'listener'>,
        listenerOn('made', made.loadBalancer.arn),
      ),
    ).toEqual([]);
    expect(
      left(
        kinds.rule,
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

describe('changed', () => {
  test('security group: missing is authorized, extra is revoked, tags are set', async () => {
    const made = (await kinds.securityGroup.create(aws, group('sg'), resolve)) as Found<'securityGroup'>;
    const wanted: SecurityGroupSpec = {
      ...group('sg'),
      ingress: [
        { protocol: 'tcp', fromPort: 443, toPort: 443, source: { cidr: '10.0.0.0/8' } },
        { protocol: 'tcp', fromPort: 443, toPort: 443, source: { cidr6: '::/0' } },
      ],
      tags: { ...group('sg').tags, team: 'shop' },
    };
    const after = await bring(kinds.securityGroup, made, wanted);
    expect(left(kinds.securityGroup, after, wanted)).toEqual([]);
    const inventory = createInventory(aws);
    await inventory.load();
    const [read] = await inventory.of('sg');
    expect(left(kinds.securityGroup, read as Found<'securityGroup'>, wanted)).toEqual([]);
    expect(await kinds.securityGroup.remove(aws, made)).toEqual({ outcome: 'done' });
    expect(await kinds.securityGroup.remove(aws, made)).toEqual({ outcome: 'done' });
  });

  test('target group: health check, attributes and tags; removal waits while it is in use', async () => {
    const made = await stack('tg');
    const wanted: TargetGroupSpec = {
      ...targets('tg'),
      healthCheck: { ...targets('tg').healthCheck, path: '/ready', intervalSeconds: 30 },
      attributes: { 'deregistration_delay.timeout_seconds': '30' },
      tags: { ...targets('tg').tags, team: 'shop' },
    };
    rig.aws.resetCalls();
    const after = await bring(kinds.targetGroup, made.targetGroup, wanted);
    expect(actions()).toEqual(
      expect.arrayContaining(['AddTags', 'ModifyTargetGroup', 'ModifyTargetGroupAttributes']),
    );
    expect(actions()).toHaveLength(3);
    expect(left(kinds.targetGroup, after, wanted)).toEqual([]);
    expect(await kinds.targetGroup.remove(aws, after)).toMatchObject({ outcome: 'waiting' });
  });

  test('load balancer: subnets, groups, attributes; a protected one is not removed', async () => {
    const made = await stack('lb');
    const other = (await kinds.securityGroup.create(
      aws,
      group('lb-other'),
      resolve,
    )) as Found<'securityGroup'>;
    const wanted: LoadBalancerSpec = {
      ...balancer('lb', other.arn),
      subnets: rig.publicSubnets.slice(0, 2),
      attributes: { 'deletion_protection.enabled': 'true', 'idle_timeout.timeout_seconds': '90' },
    };
    const after = await bring(kinds.loadBalancer, made.loadBalancer, wanted);
    expect(left(kinds.loadBalancer, after, wanted)).toEqual([]);
    expect(await kinds.loadBalancer.remove(aws, after)).toMatchObject({ outcome: 'waiting' });
    expect(await kinds.securityGroup.remove(aws, other)).toMatchObject({ outcome: 'waiting' });
    await bring(kinds.loadBalancer, after, {
      ...wanted,
      attributes: { 'deletion_protection.enabled': 'false' },
    });
    expect(await kinds.loadBalancer.remove(aws, after)).toEqual({ outcome: 'done' });
    expect(await kinds.targetGroup.remove(aws, made.targetGroup)).toEqual({ outcome: 'done' });
    expect(await kinds.securityGroup.remove(aws, other)).toEqual({ outcome: 'done' });
  });

  test('listener: HTTP becomes HTTPS in place, the default certificate is attached as well', async () => {
    const made = await stack('ln');
    const [one = '', two = ''] = rig.account.certificates.map(({ arn }) => arn);
    const wanted: ListenerSpec = {
      ...listenerOn('ln', made.loadBalancer.arn),
      protocol: 'HTTPS',
      certificates: [two, one],
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      defaultActions: [{ type: 'redirect', statusCode: 'HTTP_301', port: '8443' }],
    };
    rig.aws.resetCalls();
    const after = await bring(kinds.listener, made.listener, wanted);
    expect(actions().sort()).toEqual([
      'AddListenerCertificates',
      'AddListenerCertificates',
      'ModifyListener',
    ]);
    expect(left(kinds.listener, after, wanted)).toEqual([]);
    const swapped = await bring(kinds.listener, after, { ...wanted, certificates: [one] });
    const inventory = createInventory(aws);
    await inventory.load();
    const read = (await inventory.of('ln')).find(({ arn }) => arn === made.listener.arn) as Found<'listener'>;
    expect(read.spec.certificates).toEqual([one]);
    expect(read.extra.attached).toEqual([one]);
    expect(left(kinds.listener, read, { ...wanted, certificates: [one] })).toEqual([]);
    const plain = listenerOn('ln', made.loadBalancer.arn);
    const back = await bring(kinds.listener, swapped, plain);
    expect(left(kinds.listener, back, plain)).toEqual([]);
    expect(await kinds.listener.remove(aws, back)).toEqual({ outcome: 'done' });
    expect(await kinds.listener.remove(aws, back)).toEqual({ outcome: 'done' });
  });

  test('rules change places in one call, and are modified in place', async () => {
    const made = await stack('ru');
    const second = (await kinds.rule.create(
      aws,
      ruleOn('ru', made.listener.arn, made.targetGroup.arn, 2),
      resolve,
    )) as Found<'rule'>;
    rig.aws.resetCalls();
    await setPriorities(aws, [
      { arn: made.rule.arn, priority: 2 },
      { arn: second.arn, priority: 1 },
    ]);
    expect(actions()).toEqual(['SetRulePriorities']);
    const wanted: RuleSpec = {
      ...ruleOn('ru', made.listener.arn, made.targetGroup.arn, 2),
      conditions: [
        { field: 'host-header', values: ['shop.example.com'] },
        { field: 'path-pattern', values: ['/new'] },
      ],
      actions: [
        { type: 'fixed-response', statusCode: '503', contentType: 'text/plain', messageBody: 'later' },
      ],
    };
    const after = await bring(kinds.rule, { ...made.rule, spec: { ...made.rule.spec, priority: 2 } }, wanted);
    expect(left(kinds.rule, after, wanted)).toEqual([]);
    expect(await kinds.rule.remove(aws, after)).toEqual({ outcome: 'done' });
    expect(await kinds.rule.remove(aws, after)).toEqual({ outcome: 'done' });
  });
});

describe('adopted after a crash', () => {
  test('what was made and not noted down is taken over and corrected', async () => {
    const made = await stack('twin');
    const again = {
      securityGroup: await kinds.securityGroup.create(
        aws,
        { ...group('twin'), tags: { ...group('twin').tags, more: '1' } },
        resolve,
      ),
      targetGroup: await kinds.targetGroup.create(
        aws,
        { ...targets('twin'), healthCheck: { ...targets('twin').healthCheck, path: '/other' } },
        resolve,
      ),
      loadBalancer: await kinds.loadBalancer.create(
        aws,
        { ...balancer('twin', made.securityGroup.arn), subnets: rig.publicSubnets.slice(0, 2) },
        resolve,
      ),
      listener: await kinds.listener.create(
        aws,
        {
          ...listenerOn('twin', made.loadBalancer.arn),
          defaultActions: [{ type: 'fixed-response', statusCode: '403', contentType: 'text/plain' }],
        },
        resolve,
      ),
      rule: await kinds.rule.create(
        aws,
        {
          ...ruleOn('twin', made.listener.arn, made.targetGroup.arn),
          conditions: [{ field: 'path-pattern', values: ['/else'] }],
        },
        resolve,
      ),
    };
    for (const kind of Object.keys(made) as (keyof typeof made)[])
      expect(again[kind].arn).toBe(made[kind].arn);
    expect(again.targetGroup.spec.healthCheck.path).toBe('/other');
  });

  test('what somebody else made under the name is refused', async () => {
    await stack('strange');
    const other = { ...targets('strange'), port: 30081, tags: tags('other', 'default/web-web:80') };
    await expect(kinds.targetGroup.create(aws, other, resolve)).rejects.toMatchObject({
      code: 'DuplicateTargetGroupName',
      kind: 'duplicate',
    });
  });
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
    await kinds.rule.remove(aws, made.rule);
    expect(await inventory.load()).toEqual(['inv']);
    expect((await inventory.of('inv')).map(({ kind }) => kind)).not.toContain('rule');
    await kinds.loadBalancer.remove(aws, made.loadBalancer);
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
    const nodes = await look.nodeInstances(ids);
    expect([...nodes.keys()].sort()).toEqual([...ids].sort());
    expect(nodes.get(ids[0] ?? '')?.map(({ id }) => id)).toEqual([rig.account.nodeSecurityGroupId]);
    rig.aws.resetCalls();
    await look.subnets(open);
    await look.nodeInstances(ids);
    expect(actions()).toEqual([]);
  });
});
