// Every AWS kind through the real SDK against the local AWS: made, found again, changed, adopted after a crash, removed.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Found } from '../../alb/kinds/kind.ts';
import type {
  ListenerSpec,
  LoadBalancerSpec,
  RuleSpec,
  SecurityGroupSpec,
  TargetGroupSpec,
} from '../../api/aws.ts';
import { calls } from '../../controller/aws/kinds/kinds.ts';
import { setPriorities } from '../../controller/aws/kinds/rule.ts';
import { createInventory } from '../../controller/inventory/inventory.ts';
import {
  actions,
  aws,
  balancer,
  bring,
  group,
  left,
  listenerOn,
  resolve,
  rig,
  ruleOn,
  stack,
  startAws,
  stopAws,
  tags,
  targets,
} from './stack.ts';

beforeAll(startAws);
afterAll(stopAws);
beforeEach(() => rig.aws.resetCalls());

describe('changed', () => {
  test('security group: missing is authorized, extra is revoked, tags are set', async () => {
    const made = (await calls.securityGroup.create(aws, group('sg'), resolve)) as Found<'securityGroup'>;
    const wanted: SecurityGroupSpec = {
      ...group('sg'),
      ingress: [
        { protocol: 'tcp', fromPort: 443, toPort: 443, source: { cidr: '10.0.0.0/8' } },
        { protocol: 'tcp', fromPort: 443, toPort: 443, source: { cidr6: '::/0' } },
      ],
      tags: { ...group('sg').tags, team: 'shop' },
    };
    const after = await bring(calls.securityGroup, made, wanted);
    expect(left(calls.securityGroup, after, wanted)).toEqual([]);
    const inventory = createInventory(aws);
    await inventory.load();
    const [read] = await inventory.of('sg');
    expect(left(calls.securityGroup, read as Found<'securityGroup'>, wanted)).toEqual([]);
    expect(await calls.securityGroup.remove(aws, made)).toEqual({ outcome: 'done' });
    expect(await calls.securityGroup.remove(aws, made)).toEqual({ outcome: 'done' });
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
    const after = await bring(calls.targetGroup, made.targetGroup, wanted);
    expect(actions()).toEqual(
      expect.arrayContaining(['AddTags', 'ModifyTargetGroup', 'ModifyTargetGroupAttributes']),
    );
    expect(actions()).toHaveLength(3);
    expect(left(calls.targetGroup, after, wanted)).toEqual([]);
    expect(await calls.targetGroup.remove(aws, after)).toMatchObject({ outcome: 'waiting' });
  });

  test('load balancer: subnets, groups, attributes; a protected one is not removed', async () => {
    const made = await stack('lb');
    const other = (await calls.securityGroup.create(
      aws,
      group('lb-other'),
      resolve,
    )) as Found<'securityGroup'>;
    const wanted: LoadBalancerSpec = {
      ...balancer('lb', other.arn),
      subnets: rig.publicSubnets.slice(0, 2),
      attributes: { 'deletion_protection.enabled': 'true', 'idle_timeout.timeout_seconds': '90' },
    };
    const after = await bring(calls.loadBalancer, made.loadBalancer, wanted);
    expect(left(calls.loadBalancer, after, wanted)).toEqual([]);
    expect(await calls.loadBalancer.remove(aws, after)).toMatchObject({ outcome: 'waiting' });
    expect(await calls.securityGroup.remove(aws, other)).toMatchObject({ outcome: 'waiting' });
    await bring(calls.loadBalancer, after, {
      ...wanted,
      attributes: { 'deletion_protection.enabled': 'false' },
    });
    expect(await calls.loadBalancer.remove(aws, after)).toEqual({ outcome: 'done' });
    expect(await calls.targetGroup.remove(aws, made.targetGroup)).toEqual({ outcome: 'done' });
    expect(await calls.securityGroup.remove(aws, other)).toEqual({ outcome: 'done' });
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
    const after = await bring(calls.listener, made.listener, wanted);
    expect(actions().sort()).toEqual([
      'AddListenerCertificates',
      'AddListenerCertificates',
      'ModifyListener',
    ]);
    expect(left(calls.listener, after, wanted)).toEqual([]);
    const swapped = await bring(calls.listener, after, { ...wanted, certificates: [one] });
    const inventory = createInventory(aws);
    await inventory.load();
    const read = (await inventory.of('ln')).find(({ arn }) => arn === made.listener.arn) as Found<'listener'>;
    expect(read.spec.certificates).toEqual([one]);
    expect(read.extra.attached).toEqual([one]);
    expect(left(calls.listener, read, { ...wanted, certificates: [one] })).toEqual([]);
    const plain = listenerOn('ln', made.loadBalancer.arn);
    const back = await bring(calls.listener, swapped, plain);
    expect(left(calls.listener, back, plain)).toEqual([]);
    expect(await calls.listener.remove(aws, back)).toEqual({ outcome: 'done' });
    expect(await calls.listener.remove(aws, back)).toEqual({ outcome: 'done' });
  });

  test('rules change places in one call, and are modified in place', async () => {
    const made = await stack('ru');
    const second = (await calls.rule.create(
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
    const after = await bring(calls.rule, { ...made.rule, spec: { ...made.rule.spec, priority: 2 } }, wanted);
    expect(left(calls.rule, after, wanted)).toEqual([]);
    expect(await calls.rule.remove(aws, after)).toEqual({ outcome: 'done' });
    expect(await calls.rule.remove(aws, after)).toEqual({ outcome: 'done' });
  });
});

describe('adopted after a crash', () => {
  test('what was made and not noted down is taken over and corrected', async () => {
    const made = await stack('twin');
    const again = {
      securityGroup: await calls.securityGroup.create(
        aws,
        { ...group('twin'), tags: { ...group('twin').tags, more: '1' } },
        resolve,
      ),
      targetGroup: await calls.targetGroup.create(
        aws,
        { ...targets('twin'), healthCheck: { ...targets('twin').healthCheck, path: '/other' } },
        resolve,
      ),
      loadBalancer: await calls.loadBalancer.create(
        aws,
        { ...balancer('twin', made.securityGroup.arn), subnets: rig.publicSubnets.slice(0, 2) },
        resolve,
      ),
      listener: await calls.listener.create(
        aws,
        {
          ...listenerOn('twin', made.loadBalancer.arn),
          defaultActions: [{ type: 'fixed-response', statusCode: '403', contentType: 'text/plain' }],
        },
        resolve,
      ),
      rule: await calls.rule.create(
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
    await expect(calls.targetGroup.create(aws, other, resolve)).rejects.toMatchObject({
      code: 'DuplicateTargetGroupName',
      kind: 'duplicate',
    });
  });
});
