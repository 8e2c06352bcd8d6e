// The controller's edge to Kubernetes, as its ServiceAccount on a real API server: watches outlive the server, writes
// are one request or none, finalizers hold, and one process at a time leads.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { BindingSpec, BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Ingress } from '../../api/kube.ts';
import { type KubeClient, type KubeOutcome, kubeClient } from '../../kube/client.ts';
import { eventTeller } from '../../kube/events.ts';
import { KINDS } from '../../kube/kinds.ts';
import { identityOfProcess, Lead, type LeadOptions } from '../../kube/lease.ts';
import { Watched, type WatchState } from '../../kube/watch.ts';
import { underPolicy, Writer } from '../../kube/write.ts';
import type { Cluster } from '../harness/cluster.ts';
import { NAMESPACE } from '../harness/install.ts';
import { preparedCluster } from '../harness/prepared.ts';

let cluster: Cluster;
let client: KubeClient;
const may = underPolicy('sync');

beforeAll(async () => {
  cluster = await preparedCluster();
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(await cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-controller'));
  client = kubeClient(kubeConfig);
});

afterAll(async () => {
  await cluster?.stop();
});

const service = (name: string, port = 80) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default', labels: { watched: 'yes' } },
  spec: { ports: [{ port }] },
});

const until = (what: () => boolean | Promise<boolean>, timeout = 120_000): Promise<boolean> =>
  vi.waitUntil(what, { timeout, interval: 20 });

function object<T>(outcome: KubeOutcome<T> | undefined): T {
  if (outcome?.ok !== true) throw new Error(`refused: ${JSON.stringify(outcome)}`);
  return outcome.object;
}

describe('watch', () => {
  test('tells every change, and goes on after the API server was away', async () => {
    await cluster.apply(service('before'));
    const news: string[] = [];
    const states: WatchState[] = [];
    const services = new Watched({
      client,
      kind: KINDS.services,
      namespace: 'default',
      labelSelector: 'watched=yes',
      onChange: ({ metadata }, change) => news.push(`${change} ${metadata.name}`),
      onState: (state) => states.push(state),
    });
    await services.synced;
    expect(news).toEqual(['added before']);
    expect(services.get('default', 'before')?.metadata).not.toHaveProperty('managedFields');
    await cluster.apply(service('during'), service('before', 81));
    await until(() => news.includes('added during') && news.includes('updated before'));
    expect(services.get('default', 'during')?.metadata).not.toHaveProperty('managedFields');
    expect(services.healthy()).toBe(true);

    await cluster.pauseApiServer();
    await until(() => !services.healthy());
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(
      services
        .list()
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['before', 'during']);
    await cluster.resumeApiServer();
    await cluster.apply(service('after'));
    await cluster.kubectl(['delete', 'service', 'during']);
    await until(() => news.includes('added after') && news.includes('deleted during'));
    await until(() => services.healthy());
    // A busy machine may see it come and go once more.
    expect(states.slice(0, 3).map(({ connected }) => connected)).toEqual([true, false, true]);
    expect(
      services
        .list('default')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['after', 'before']);
    services.stop();
    await cluster.apply(service('unseen'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(news.filter((line) => line.endsWith('unseen'))).toEqual([]);
  });

  test('bindings are watched the same way', async () => {
    const news: string[] = [];
    const bindings = new Watched({
      client,
      kind: KINDS.bindings,
      onChange: ({ metadata }, change) => news.push(`${change} ${metadata.name}`),
    });
    await bindings.synced;
    expect(bindings.list()).toEqual([]);
    const seen = object(
      await new Writer(client, may).applyBinding({ namespace: 'default', name: 'seen' }, spec('a')),
    );
    await until(() => news.includes('added seen'));
    object(await new Writer(client, may).deleteBinding(seen));
    await until(() => news.includes('deleted seen'));
    bindings.stop();
  });
});

const spec = (hash: string): BindingSpec => ({
  ingressRef: { name: 'web', hash },
  group: 'default/web',
  order: 0,
  intent: { settings: {}, rules: [] },
});

const ingress = (name: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'default', finalizers: ['ingress.k8s.aws/resources', 'example.com/other'] },
  spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
});

const read = async <T>(path: string): Promise<T> => object(await client.request<T>({ method: 'GET', path }));
const bindingPath = (name: string): string =>
  `/apis/albatross.dev/v1alpha1/namespaces/default/loadbalancerbindings/${name}`;
const ingressPath = (name: string): string =>
  `/apis/networking.k8s.io/v1/namespaces/default/ingresses/${name}`;

describe('write', () => {
  const write = () => new Writer(client, may);
  const finalizer = 'albatross.dev/resources';

  test('a binding from its making to its end', async () => {
    await cluster.apply(ingress('web'));
    const { metadata } = await read<Ingress>(ingressPath('web'));
    const made = object(await write().applyBinding({ namespace: 'default', name: 'web' }, spec('a')));
    const owner = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      name: 'web',
      uid: metadata.uid ?? '',
    };
    const claimed = object(await write().claim(made, [finalizer], owner));
    expect(claimed.metadata).toMatchObject({ finalizers: [finalizer], ownerReferences: [owner] });
    expect(await write().claim(claimed, [finalizer], owner)).toBeUndefined();
    const stale = { ...made, metadata: { ...made.metadata, finalizers: ['x.example.com/y'] } };
    expect(await write().claim(stale, [finalizer], owner)).toMatchObject({ ok: false, reason: 'conflict' });

    const changed = object(
      await write().applyBinding({ namespace: 'default', name: 'web' }, { ...spec('b'), group: 'shop' }),
    );
    expect(changed.spec).toMatchObject({ group: 'shop', ingressRef: { hash: 'b' } });
    expect(changed.metadata.finalizers).toEqual([finalizer]);

    const status: BindingStatus = { state: 'Ready', targets: '1/2', plan: ['create loadBalancer'] };
    const told = object(await write().patchStatus(changed, status));
    expect(told.status).toEqual(status);
    expect(await write().patchStatus(told, status)).toBeUndefined();
    const { plan: _, ...shorter } = status;
    expect(object(await write().patchStatus(told, shorter)).status).toEqual(shorter);

    object(await write().deleteBinding(changed));
    const deleting = await read<LoadBalancerBinding>(bindingPath('web'));
    expect(deleting.metadata.deletionTimestamp).toBeDefined();
    object(await write().releaseBinding(deleting, (one) => one === finalizer));
    expect(await client.request({ method: 'GET', path: bindingPath('web') })).toMatchObject({
      ok: false,
      reason: 'notFound',
    });
    expect(await write().deleteBinding(changed)).toMatchObject({ ok: false, reason: 'notFound' });
    const ofGone = { namespace: 'default', name: 'web', uid: made.metadata.uid ?? '' };
    expect(await write().applyBinding(ofGone, spec('c'))).toMatchObject({ ok: false, reason: 'conflict' });
    const next = object(await write().applyBinding({ namespace: 'default', name: 'web' }, spec('c')));
    expect(await write().deleteBinding(changed)).toMatchObject({ ok: false, reason: 'conflict' });
    object(await write().deleteBinding(next));
  });

  test('an Ingress is told its addresses once', async () => {
    await cluster.apply(ingress('addressed'));
    const before = await read<Ingress>(ingressPath('addressed'));
    const address = { hostname: 'K8S-Web.elb.amazonaws.com', ports: [443, 80] };
    const nobody = () => false;
    const after = object(await write().writeAddress(before, address, nobody)) as Ingress;
    const ports = [80, 443].map((port) => ({ port, protocol: 'TCP' }));
    const told = [{ hostname: 'k8s-web.elb.amazonaws.com', ports }];
    expect(after.status?.loadBalancer?.ingress).toEqual(told);
    expect(await write().writeAddress(after, address, nobody)).toBeUndefined();
    const stale = await write().writeAddress(before, { ...address, ports: [80] }, nobody);
    expect(stale).toMatchObject({ ok: false, reason: 'conflict' });
  });

  test('events are seen by kubectl, the same one once', async () => {
    const { metadata } = await read<Ingress>(ingressPath('addressed'));
    const events = eventTeller(client, 'test', may);
    const regarding = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata };
    const news = {
      type: 'Warning',
      reason: 'SubnetsNotFound',
      action: 'Reconcile',
      note: 'none '.repeat(500),
    } as const;
    object(await events.tell(regarding, news));
    expect(await events.tell(regarding, news)).toBeUndefined();
    object(await events.tell(regarding, { ...news, note: 'other' }));
    const { stdout } = await cluster.kubectl(['describe', 'ingress', 'addressed']);
    expect(stdout.match(/SubnetsNotFound/g)).toHaveLength(2);
  });
});

describe('lead', () => {
  const short = { lease: 6, deadline: 5, retry: 0.2 };
  const endless = { lease: 3_600, deadline: 2_400, retry: 0.2 };
  const name = 'albatross-controller-leader';
  const place = { namespace: NAMESPACE, name, timing: short, onLost: () => undefined };
  const stand = (identity: string, more?: Partial<LeadOptions>) =>
    new Lead({ ...place, client, identity, ...more });
  const holder = async () =>
    (
      await read<{ spec: { holderIdentity?: string } }>(
        `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${name}`,
      )
    ).spec.holderIdentity;

  test('one leads for longer than a lease runs', async () => {
    const first = stand(identityOfProcess());
    await first.whenLeading();
    const second = stand('elsewhere_another-boot_1_aa');
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    expect([first.leading(), second.leading()]).toEqual([true, false]);
    await Promise.all([first, second].map((lead) => lead.release()));
  });

  test('the next one leads at once when it gives back', async () => {
    const first = stand(identityOfProcess(), { timing: endless });
    await first.whenLeading();
    const second = stand('elsewhere_another-boot_1_aa', { timing: endless });
    await first.release();
    await second.whenLeading();
    await second.release();
    expect(await holder()).toBeUndefined();
  });

  test('the lease of a process that was killed here is taken over at once, a stranger’s when it ran out', async () => {
    const child = spawn('sleep', ['60']);
    const [host, place] = identityOfProcess().split('_');
    const killed = stand([host, place, child.pid, 'aa'].join('_'), { timing: endless });
    await killed.whenLeading();
    const next = stand(identityOfProcess(), { timing: endless });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(next.leading()).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await next.whenLeading();
    await killed.release();
    await next.release();
  });

  test('who cannot renew pauses before the lease runs out, and goes on when it is still his', async () => {
    const lost: string[] = [];
    const timing = { ...short, lease: 3_600 };
    const leader = stand(identityOfProcess(), { timing, onLost: (because) => lost.push(because) });
    await leader.whenLeading();
    await cluster.pauseApiServer();
    await until(() => !leader.leading());
    await cluster.resumeApiServer();
    await leader.whenLeading();
    expect([leader.leading(), lost]).toEqual([true, []]);
    await leader.release();
  });

  test('whose lease another one took meanwhile has lost', async () => {
    const lost: string[] = [];
    const leader = stand(identityOfProcess(), { onLost: (because) => lost.push(because) });
    await leader.whenLeading();
    const patch = JSON.stringify({ spec: { holderIdentity: 'elsewhere_another-boot_1_bb' } });
    const { code } = await cluster.kubectl([
      'patch',
      'lease',
      name,
      '-n',
      NAMESPACE,
      '--type=merge',
      '-p',
      patch,
    ]);
    expect(code).toBe(0);
    await until(() => lost.length > 0);
    expect([leader.leading(), lost]).toEqual([false, ['elsewhere_another-boot_1_bb leads']]);
    expect(await holder()).toBe('elsewhere_another-boot_1_bb');
  });
});
