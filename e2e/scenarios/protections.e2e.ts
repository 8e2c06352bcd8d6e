// Web ACLs and Shield from the annotation to AWS: set, changed, taken away, left alone, refused.
import {
  CreateProtectionCommand,
  CreateSubscriptionCommand,
  DeleteProtectionCommand,
  ShieldClient,
} from '@aws-sdk/client-shield';
import {
  AssociateWebACLCommand,
  CreateWebACLCommand,
  DisassociateWebACLCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ALB, app, ingress, namespace } from '../harness/fixtures.ts';
import { ask, bindingOf, countAfresh, mutating } from '../harness/waiters.ts';
import { bringUp, hostOf, ready, soon, stage, startStage, statusOf, stopStage } from './life.ts';

let waf: WAFV2Client;
let shield: ShieldClient;

beforeAll(async () => {
  await startStage();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const config = { endpoint: stage.aws.url, region: stage.account.region, credentials };
  waf = new WAFV2Client(config);
  shield = new ShieldClient(config);
});
afterAll(async () => {
  waf?.destroy();
  shield?.destroy();
  await stopStage();
});

const hosts = { '': { '/': 'web:80' } };
const arnOf = async (of: string): Promise<string> => (await statusOf(of, 'shop')).loadBalancer?.arn ?? '';
const webAclOf = async (of: string): Promise<string | undefined> =>
  stage.aws.protections().webAcls[await arnOf(of)];
const conditions = async (of: string) => (await bindingOf(stage.cluster, of, 'shop')).conditions;

/** WAF takes one change every two seconds (throttle.ts), so a change may take a while. */
const protectedBy = (of: string, arn: string): Promise<void> =>
  vi.waitFor(async () => expect(await webAclOf(of)).toBe(arn), soon);

/** Calls to services by their names. */
const callsTo = (...services: string[]): string[] =>
  stage.aws
    .calls()
    .filter(({ service }) => services.includes(service))
    .map(({ action }) => action);

async function webAcl(Name: string): Promise<string> {
  const VisibilityConfig = {
    SampledRequestsEnabled: false,
    CloudWatchMetricsEnabled: false,
    MetricName: 'm',
  };
  const { Summary } = await waf.send(
    new CreateWebACLCommand({ Name, Scope: 'REGIONAL', DefaultAction: { Allow: {} }, VisibilityConfig }),
  );
  return Summary?.ARN ?? '';
}

async function settle(of: string, annotations: Record<string, string>): Promise<void> {
  await stage.cluster.apply(ingress(of, 'shop', { annotations, hosts }));
  await ready(of, 'shop');
}

describe('a web ACL', () => {
  const of = 'waf';
  const acls = { one: '', two: '' };

  test('by ARN and by name, each change one call', async () => {
    await stage.cluster.apply(namespace(of), ...app(of, 'web'));
    acls.one = await webAcl('one');
    acls.two = await webAcl('two');
    await bringUp(of, 'shop', { annotations: { 'wafv2-acl-arn': acls.one }, hosts });
    expect(await webAclOf(of)).toBe(acls.one);
    await countAfresh(stage);
    await settle(of, { 'wafv2-acl-arn': acls.one, 'wafv2-acl-name': 'two' });
    expect(await webAclOf(of)).toBe(acls.two);
    expect(mutating(stage.aws.calls())).toEqual(['AssociateWebACL ×1']);
  });

  test('a restart asks nothing of the load balancer', async () => {
    await stage.controller().stop();
    stage.aws.resetCalls();
    await stage.startController('restarted');
    await settle(of, { 'wafv2-acl-name': 'two' });
    expect(callsTo('wafv2')).toEqual(['ListWebACLs']);
  });

  test('nothing said is nothing asked: it stays, and so does what somebody else sets', async () => {
    await countAfresh(stage);
    await settle(of, {});
    expect(await webAclOf(of)).toBe(acls.two);
    const ResourceArn = await arnOf(of);
    await waf.send(new AssociateWebACLCommand({ ResourceArn, WebACLArn: acls.one }));
    stage.aws.resetCalls();
    await settle(of, { tags: 'team=waf' });
    expect(await webAclOf(of)).toBe(acls.one);
    expect(callsTo('wafv2')).toEqual([]);
  });

  test('none takes it off, once', async () => {
    await countAfresh(stage);
    await settle(of, { 'wafv2-acl-name': 'none' });
    expect(await webAclOf(of)).toBeUndefined();
    await settle(of, { 'wafv2-acl-arn': 'none' });
    expect(callsTo('wafv2').filter((action) => action === 'DisassociateWebACL')).toHaveLength(1);
  });

  test('a name that is not found is told, and set once it is there', async () => {
    await settle(of, { 'wafv2-acl-arn': acls.one });
    await protectedBy(of, acls.one);
    const annotations = { 'wafv2-acl-name': 'three' };
    await stage.cluster.apply(ingress(of, 'shop', { annotations, hosts: { '': { '/new': 'web:80' } } }));
    await vi.waitFor(async () => {
      const { ResolvedRefs, Programmed } = await conditions(of);
      expect(ResolvedRefs).toMatchObject({ status: 'False', reason: 'WebAclNotFound' });
      expect(ResolvedRefs?.message).toContain(
        `metadata.annotations[${ALB}wafv2-acl-name]: "three": no regional web ACL of the account has this name`,
      );
      expect(Programmed).toMatchObject({ status: 'True' });
    }, soon);
    expect(await webAclOf(of)).toBe(acls.one);
    expect((await ask(stage, await hostOf(of, 'shop'), '/new')).status).toBe(200);
    const three = await webAcl('three');
    // It is looked for after a minute, or with the next change.
    const tagged = { ...annotations, tags: 'team=three' };
    await stage.cluster.apply(ingress(of, 'shop', { annotations: tagged, hosts }));
    await protectedBy(of, three);
    await vi.waitFor(
      async () => expect((await conditions(of)).ResolvedRefs).toMatchObject({ status: 'True' }),
      soon,
    );
  });

  test('WAF says no: routes are made all the same, and the binding has its words', async () => {
    await settle(of, { 'wafv2-acl-arn': acls.one });
    await protectedBy(of, acls.one);
    stage.aws.faults.fail('AssociateWebACL', 'AccessDeniedException', 'not you', 'before', 1_000);
    const annotations = { 'wafv2-acl-arn': acls.two };
    await stage.cluster.apply(ingress(of, 'shop', { annotations, hosts: { '': { '/late': 'web:80' } } }));
    await vi.waitFor(async () => {
      const { Programmed } = await conditions(of);
      expect(Programmed).toMatchObject({ status: 'False', reason: 'AwsRefused' });
      expect(Programmed?.message).toContain('AssociateWebACL answered AccessDenied: not you');
    }, soon);
    const host = await hostOf(of, 'shop');
    await vi.waitFor(async () => expect((await ask(stage, host, '/late')).status).toBe(200), soon);
    expect(await webAclOf(of)).toBe(acls.one);
    stage.aws.faults.heal();
    await protectedBy(of, acls.two);
    await ready(of, 'shop');
  });

  test('reading is refused: nothing is written blindly, the rest is done', async () => {
    for (const action of ['GetWebACLForResource', 'ListResourcesForWebACL'])
      stage.aws.faults.fail(action, 'AccessDeniedException', 'not you', 'before', 1_000);
    await stage.controller().stop();
    stage.aws.resetCalls();
    await stage.startController('blind');
    const annotations = { 'wafv2-acl-arn': acls.two };
    await stage.cluster.apply(ingress(of, 'shop', { annotations, hosts: { '': { '/blind': 'web:80' } } }));
    await vi.waitFor(async () => {
      const { Programmed } = await conditions(of);
      expect(Programmed?.message).toContain('GetWebACLForResource answered AccessDenied: not you');
    }, soon);
    const host = await hostOf(of, 'shop');
    await vi.waitFor(async () => expect((await ask(stage, host, '/blind')).status).toBe(200), soon);
    stage.aws.faults.heal();
    await ready(of, 'shop');
    expect(callsTo('wafv2')).not.toContain('AssociateWebACL');
  });

  test('somebody takes it off by hand: the next look for drift sets it again', async () => {
    await stage.controller().stop();
    await stage.startController('sweeping', ['--sync-period', '2s']);
    const annotations = { 'wafv2-acl-arn': acls.two };
    await bringUp(of, 'shop', { annotations, hosts: { '': { '/drift': 'web:80' } } });
    await waf.send(new DisassociateWebACLCommand({ ResourceArn: await arnOf(of) }));
    await protectedBy(of, acls.two);
    await stage.controller().stop();
    await stage.startController('calm');
  });

  test('another scheme: the successor takes over when it is protected, not before', async () => {
    const [before, old] = [await hostOf(of, 'shop'), await arnOf(of)];
    stage.aws.faults.fail('AssociateWebACL', 'WAFUnavailableEntityException', 'not yet', 'before', 3);
    const annotations = { 'wafv2-acl-arn': acls.two, scheme: 'internet-facing' };
    await stage.cluster.apply(ingress(of, 'shop', { annotations, hosts }));
    await vi.waitFor(() => expect(stage.aws.state().loadBalancers.size).toBe(2), soon);
    await vi.waitFor(async () => {
      const { message } = (await conditions(of)).Programmed ?? {};
      expect(message).toContain('not yet');
    }, soon);
    const successor = [...stage.aws.state().loadBalancers.keys()].find((arn) => arn !== old) ?? '';
    let gone = 0;
    await vi.waitFor(async () => {
      const host = await hostOf(of, 'shop');
      if (host === before && !stage.aws.state().loadBalancers.has(old)) gone += 1;
      expect(host).not.toBe(before);
    }, soon);
    expect(gone).toBe(0);
    expect(stage.aws.protections().webAcls[successor]).toBe(acls.two);
    await ready(of, 'shop');
    expect(await webAclOf(of)).toBe(acls.two);
  });
});

describe('Shield', () => {
  const of = 'shield';
  const protection = async () => stage.aws.protections().protections[await arnOf(of)];

  test('without a subscription nothing is asked for, and that is told', async () => {
    await stage.cluster.apply(namespace(of), ...app(of, 'web'));
    await bringUp(of, 'shop', { annotations: { 'shield-advanced-protection': 'true' }, hosts });
    const { Accepted } = await conditions(of);
    expect(Accepted).toMatchObject({ status: 'True', reason: 'SubscriptionNotFound' });
    expect(callsTo('shield')).toEqual(['GetSubscriptionState']);
  });

  test('it protects, and stops; nothing said is nothing asked', async () => {
    await shield.send(new CreateSubscriptionCommand());
    // Nobody looks for a subscription again within two hours.
    await stage.controller().stop();
    await stage.startController('subscribed');
    await vi.waitFor(
      async () =>
        expect(await protection()).toMatchObject({ name: 'managed by aws-load-balancer-controller' }),
      soon,
    );
    await countAfresh(stage);
    await settle(of, { tags: 'team=shield' });
    expect(await protection()).toBeDefined();
    expect(callsTo('shield')).toEqual([]);
    await settle(of, { 'shield-advanced-protection': 'false' });
    expect(await protection()).toBeUndefined();
  });

  test("somebody else's protection stays, and that is told", async () => {
    const ResourceArn = await arnOf(of);
    const { ProtectionId } = await shield.send(
      new CreateProtectionCommand({ Name: 'security', ResourceArn }),
    );
    await settle(of, { tags: 'team=shield' });
    await countAfresh(stage);
    await stage.controller().stop();
    await stage.startController('foreign');
    await settle(of, { 'shield-advanced-protection': 'false' });
    expect(await protection()).toMatchObject({ name: 'security' });
    const { Accepted } = await conditions(of);
    expect(Accepted).toMatchObject({ status: 'True', reason: 'ForeignProtection' });
    await settle(of, { 'shield-advanced-protection': 'true' });
    expect((await conditions(of)).Accepted).toMatchObject({ reason: 'Accepted' });
    expect(await protection()).toMatchObject({ name: 'security' });
    await shield.send(new DeleteProtectionCommand({ ProtectionId }));
  });
});

test('WAF Classic has ended: told at admission and in the binding, and nothing is asked', async () => {
  const of = 'classic';
  await stage.cluster.apply(namespace(of), ...app(of, 'web'));
  await countAfresh(stage);
  const annotations = { 'waf-acl-id': '0b7a1c22-3d44-4e55-8f66-7a8b9c0d1e2f' };
  await bringUp(of, 'shop', { annotations, hosts });
  const { Accepted } = await conditions(of);
  expect(Accepted).toMatchObject({ status: 'True', reason: 'ServiceEnded' });
  expect(Accepted?.message).toContain('name a web ACL of WAFv2 by wafv2-acl-arn or wafv2-acl-name');
  expect(callsTo('wafv2', 'waf-regional')).toEqual([]);
});
