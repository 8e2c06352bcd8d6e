// Classes with parameters, from IngressClassParams to AWS: the class wins, opens and closes to namespaces, and may change.
import { CreateWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { app, ingress, namespace } from '../harness/fixtures.ts';
import { type Stage, setStage } from '../harness/stage.ts';
import { bindingOf, kubectl, soon } from '../harness/waiters.ts';

let stage: Stage;
const k = (line: string): Promise<string> => kubectl(stage.cluster, line);

const params = (name: string, spec: object) => ({
  apiVersion: 'elbv2.k8s.aws/v1beta1',
  kind: 'IngressClassParams',
  metadata: { name },
  ...{ spec },
});
const ingressClass = (name: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name },
  ...{
    spec: {
      controller: 'ingress.k8s.aws/alb',
      parameters: { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name },
    },
  },
});
const web = { '': { '/': 'web:80' } };
const balancer = (name: string) =>
  [...stage.aws.state().loadBalancers.values()].find((one) => one.tags['ingress.k8s.aws/stack'] === name);

beforeAll(async () => {
  stage = await setStage();
  await stage.cluster.apply(
    namespace('shop'),
    ...app('shop', 'web'),
    namespace('bank'),
    ...app('bank', 'web'),
  );
});
afterAll(() => stage?.stop());

/** Tries until the webhook knows the class, dry, since what is stored once is not refused again; it learns of one a moment after it is made. */
async function refusedBy(words: string, object: object): Promise<void> {
  const input = JSON.stringify(object);
  const dry = ['apply', '--dry-run=server', '-f', '-'];
  await vi.waitFor(
    async () => expect((await stage.cluster.kubectl(dry, { input })).stderr).toContain(words),
    soon,
  );
  await expect(stage.cluster.apply(object)).rejects.toThrow(words);
}

test('parameters with mistakes are refused, each named by its field', async () => {
  const wrong = params('wrong', { loadBalancerName: 'internal-x', inboundCIDRs: ['10.0.0.0'] });
  await refusedBy('spec.loadBalancerName', wrong);
  await refusedBy('spec.inboundCIDRs', wrong);
});

test('what the class says wins over the annotation, in the binding and in AWS', async () => {
  await stage.cluster.apply(
    params('edge', { scheme: 'internet-facing', tags: [{ key: 'owner', value: 'edge' }] }),
    ingressClass('edge'),
  );
  const annotations = { scheme: 'internal', tags: 'team=shop,owner=me' };
  await vi.waitFor(async () => {
    await stage.cluster.apply(ingress('shop', 'one', { className: 'edge', annotations, hosts: web }));
    expect(balancer('shop/one')?.scheme).toBe('internet-facing');
  }, soon);
  expect(balancer('shop/one')?.tags).toMatchObject({ owner: 'edge', team: 'shop' });
  expect(await k('get lbb one -n shop -o jsonpath={.spec.intent.settings.scheme}')).toContain(
    '"from":"IngressClassParams edge"',
  );
});

test('parameters that change reach the load balancers of the class', async () => {
  await stage.cluster.apply(
    params('edge', { scheme: 'internet-facing', tags: [{ key: 'owner', value: 'ops' }] }),
  );
  await vi.waitFor(() => expect(balancer('shop/one')?.tags).toMatchObject({ owner: 'ops' }), soon);
});

test('the web ACL that a class pins is set, whatever annotations name', async () => {
  const waf = new WAFV2Client({
    endpoint: stage.aws.url,
    region: stage.account.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const VisibilityConfig = {
    SampledRequestsEnabled: false,
    CloudWatchMetricsEnabled: false,
    MetricName: 'm',
  };
  const webAcl = async (Name: string): Promise<string> => {
    const create = { Name, Scope: 'REGIONAL', DefaultAction: { Allow: {} }, VisibilityConfig } as const;
    return (await waf.send(new CreateWebACLCommand(create))).Summary?.ARN ?? '';
  };
  const [pinned] = [await webAcl('pinned'), await webAcl('mine')];
  waf.destroy();
  await stage.cluster.apply(params('guarded', { wafv2AclArn: pinned }), ingressClass('guarded'));
  const annotations = { 'wafv2-acl-name': 'mine' };
  const said = ingress('shop', 'guarded', { className: 'guarded', annotations, hosts: web });
  const guarded = (): string | undefined =>
    stage.aws.protections().webAcls[balancer('shop/guarded')?.arn ?? ''];
  await vi.waitFor(async () => {
    await stage.cluster.apply(said);
    expect(guarded()).toBe(pinned);
  }, soon);
  expect(await k('get lbb guarded -n shop -o jsonpath={.spec.intent.settings}')).not.toContain('mine');
});

test('a class that does not select the namespace refuses its Ingresses, and lets them in when labels change', async () => {
  await stage.cluster.apply(
    params('closed', { namespaceSelector: { matchLabels: { edge: 'open' } } }),
    ingressClass('closed'),
  );
  const one = ingress('bank', 'two', { className: 'closed', hosts: web });
  await refusedBy('does not admit namespace bank', one);
  await k('label namespace bank edge=open');
  await vi.waitFor(() => stage.cluster.apply(one), soon);
  await vi.waitFor(() => expect(balancer('bank/two')).toBeDefined(), soon);
});

test('a class that closes later leaves running what was accepted, and says so', async () => {
  await k('label namespace bank edge-');
  await vi.waitFor(async () => {
    const { conditions } = await bindingOf(stage.cluster, 'bank', 'two');
    expect(conditions.Accepted).toMatchObject({ status: 'False', reason: 'ClassNotUsable' });
  }, soon);
  expect(balancer('bank/two')).toBeDefined();
});

test('subnets picked by tags of the class', async () => {
  const subnets = { tags: { Name: ['priv-a', 'priv-b'] } };
  await stage.cluster.apply(params('inside', { scheme: 'internal', subnets }), ingressClass('inside'));
  await vi.waitFor(async () => {
    await stage.cluster.apply(ingress('shop', 'three', { className: 'inside', hosts: web }));
    expect(balancer('shop/three')).toBeDefined();
  }, soon);
  const picked = stage.account.subnets.filter(({ name }) => ['priv-a', 'priv-b'].includes(name));
  expect(
    balancer('shop/three')
      ?.zones.map(({ subnetId }) => subnetId)
      .sort(),
  ).toEqual(picked.map(({ id }) => id).sort());
});

test('an Ingress that goes to another class loses its load balancer and its address; what others wrote there stays', async () => {
  await stage.cluster.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'other' },
    ...{ spec: { controller: 'example.com/other' } },
  });
  await stage.cluster.apply(ingress('shop', 'leaves', { hosts: web }));
  const addresses = (): Promise<string> =>
    k('get ingress leaves -n shop -o jsonpath={.status.loadBalancer.ingress[*].hostname}');
  await vi.waitFor(async () => expect(await addresses()).toContain('amazonaws'), soon);
  const theirs = {
    op: 'add',
    path: '/status/loadBalancer/ingress/-',
    value: { hostname: 'other.example.com' },
  };
  await k(`patch ingress leaves -n shop --subresource=status --type=json -p ${JSON.stringify([theirs])}`);
  await stage.cluster.apply(ingress('shop', 'leaves', { className: 'other', hosts: web }));
  await vi.waitFor(async () => expect(await addresses()).toBe('other.example.com'), soon);
  expect(balancer('shop/leaves')).toBeUndefined();
});

test('an annotation without effect yet is shown on the binding', async () => {
  const annotations = { 'enable-frontend-nlb': 'true' };
  await stage.cluster.apply(ingress('shop', 'front', { annotations, hosts: web }));
  await vi.waitFor(async () => {
    const { conditions } = await bindingOf(stage.cluster, 'shop', 'front');
    expect(conditions.Accepted).toMatchObject({ status: 'True', reason: 'NotYetApplied' });
    expect(conditions.Programmed).toMatchObject({ status: 'True' });
  }, soon);
});
