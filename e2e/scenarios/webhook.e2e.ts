// The webhook as a cluster meets it: asked by a real API server over TLS, with the rights of its ServiceAccount.
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf } from '../../api/binding/bind.ts';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import type { Ingress } from '../../api/kube.ts';
import { kubeClient } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { patchObject } from '../../kube/objects.ts';
import { NAMESPACE, render, webhookConfigurations } from '../harness/install.ts';
import type { RunningProcess } from '../harness/process.ts';
import { BAD, ingress, prepareWebhookHost, type WebhookHost } from '../harness/webhook.ts';

let host: WebhookHost;
let webhook: RunningProcess;

beforeAll(async () => {
  host = await prepareWebhookHost();
  webhook = await host.start();
});

afterAll(async () => {
  await webhook?.stop();
  await host?.cluster.stop();
});

describe('kubectl apply', () => {
  test('prints every mistake at once, with annotation, value, what is allowed and the likely intent', async () => {
    const { code, stderr } = await host.apply(ingress('bad', { annotations: BAD }));
    expect(code).not.toBe(0);
    const lines = stderr.split('\n').filter((line) => line.startsWith('* '));
    expect(lines).toHaveLength(3);
    expect(stderr).toContain(
      '* metadata.annotations[alb.ingress.kubernetes.io/scheme]: "internet-facng" is not one of internal, internet-facing. Did you mean "internet-facing"?',
    );
    for (const name of Object.keys(BAD)) expect(stderr).toContain(`alb.ingress.kubernetes.io/${name}`);
    expect(await host.get('ingress', 'bad')).toBeUndefined();
    expect(await host.get('lbb', 'bad')).toBeUndefined();
  });

  test('of several files names the webhook and the mistakes of each', async () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: ['x', 'y'].map((name) => ingress(name, { annotations: BAD })),
    };
    const { stderr } = await host.apply(list);
    expect(
      stderr.match(/admission webhook "validate-ingress.albatross.dev" denied the request/g),
    ).toHaveLength(2);
    expect(stderr.match(/^\* /gm)).toHaveLength(6);
  });

  test('records a good Ingress: the binding agrees with what is stored', async () => {
    const { code, stderr } = await host.apply(ingress('good', { annotations: { scheme: 'internal' } }));
    expect(code, stderr).toBe(0);
    const binding = await host.get<LoadBalancerBinding>('lbb', 'good');
    const stored = await host.get<Ingress>('ingress', 'good');
    if (binding === undefined || stored === undefined) throw new Error('not stored');
    expect(binding.spec.ingressRef).toEqual({ name: 'good', uid: stored.metadata.uid, hash: hashOf(stored) });
    expect(binding.spec.intent?.settings.scheme?.value).toBe('internal');
    expect(binding.metadata).not.toHaveProperty('ownerReferences');
  });

  test('records an update', async () => {
    await host.apply(ingress('good', { annotations: { scheme: 'internet-facing' } }));
    const [binding, stored] = [
      await host.get<LoadBalancerBinding>('lbb', 'good'),
      await host.get<Ingress>('ingress', 'good'),
    ];
    expect(binding?.spec.intent?.settings.scheme?.value).toBe('internet-facing');
    expect(stored && hashOf(stored)).toBe(binding?.spec.ingressRef.hash);
  });

  test('--dry-run=server is judged and records nothing', async () => {
    expect((await host.apply(ingress('tried'), '--dry-run=server')).code).toBe(0);
    expect(await host.get('lbb', 'tried')).toBeUndefined();
    const bad = await host.apply(ingress('tried', { annotations: BAD }), '--dry-run=server');
    expect(bad.code).not.toBe(0);
  });

  test('--dry-run=server tells what would be done in AWS, from what is recorded', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shown', namespace: 'shop' } };
    await host.cluster.apply({ ...service, spec: { type: 'NodePort', ports: [{ port: 80 }] } });
    const shown = (annotations = {}) => ingress('shown', { service: 'shown', annotations });
    const words = async (object: object) =>
      (await host.apply(object, '--dry-run=server')).stderr.split('\n').filter((line) => line !== '');
    await expect
      .poll(() => words(shown({ scheme: 'internet-facing' })))
      .toEqual([
        'Warning: would create securityGroup/managed, securityGroup/shared (depends on what AWS has), targetGroup/shop/shown/shown:80, loadBalancer (internet-facing), listener/80, 1 rule of listener/80: does not exist yet',
      ]);
    await host.apply(shown());
    const arn = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:x';
    const status = {
      loadBalancer: { name: 'k8s-shown', arn, dnsName: 'shown.example' },
      listeners: [{ port: 80, protocol: 'HTTP', arn }],
      targetGroups: [{ name: 'k8s-shown', arn, service: 'shown', port: 80, healthy: 0, total: 0 }],
    };
    const config = new KubeConfig();
    config.loadFromFile(await host.cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-controller'));
    const name = { namespace: 'shop', name: 'shown' };
    const written = await patchObject(kubeClient(config), KINDS.bindings, name, { status }, 'status');
    expect(written).toMatchObject({ ok: true });
    await expect
      .poll(() => words(shown({ scheme: 'internet-facing', 'target-type': 'ip' })))
      .toEqual(
        expect.arrayContaining([
          'Warning: would replace targetGroup/shop/shown/shown:80: targetType instance → ip',
          'Warning: would replace loadBalancer (internet-facing): scheme internal → internet-facing',
        ]),
      );
    expect(await words(shown({ 'healthcheck-path': '/up' }))).toEqual([
      'Warning: would modify targetGroup/shop/shown/shown:80: healthCheck.path / → /up',
    ]);
    expect((await host.get<LoadBalancerBinding>('lbb', 'shown'))?.spec.intent?.settings).toEqual({});
  });

  test('advises about a Service that is not there, in its own namespace only', async () => {
    const service = (name: string, namespace: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { type: 'NodePort', ports: [{ port: 80 }] },
    });
    await host.cluster.apply(service('here', 'shop'), service('elsewhere', 'default'));
    const advice = async (name: string) =>
      (await host.apply(ingress('advised', { service: name }), '--dry-run=server')).stderr;
    await expect.poll(() => advice('here')).toMatch(/^Warning: would create [^\n]+\n$/);
    expect(await advice('elsewhere')).toContain(
      '"elsewhere": no Service of this name exists in the namespace',
    );
  });

  test('takes the samples, and a dry run tells what they would make', async () => {
    const objects = await render(host.cluster, 'samples');
    for (const one of objects.filter(({ kind }) => kind === 'Service'))
      expect((await host.apply(one)).code).toBe(0);
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    const words = async () =>
      (await host.cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], { input })).stderr;
    await expect.poll(words).toMatch(/^(Warning: would create [^\n]+\n)+$/);
  });
});

describe('the classes that are ours', () => {
  const made = (name: string, controller: string) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name },
    spec: { controller },
  });

  test('a new one is covered within seconds, and again after the manifest is applied again', async () => {
    await host.cluster.apply(made('public', 'ingress.k8s.aws/alb'), made('nginx', 'k8s.io/ingress-nginx'));
    await expect.poll(host.expression).toContain("in ['alb', 'public']");
    expect((await host.apply(ingress('covered', { className: 'public', annotations: BAD }))).code).not.toBe(
      0,
    );
    await host.cluster.apply(...webhookConfigurations(await render(host.cluster, 'default'), host.place));
    await expect.poll(host.expression).toContain("in ['alb', 'public']");
  });

  test('one that goes is covered no more', async () => {
    await host.cluster.kubectl(['delete', 'ingressclass', 'public']);
    await expect.poll(host.expression).toContain("ingressClassName in ['alb'] ");
  });

  test('only the one field is owned by the webhook', async () => {
    const args = [
      'get',
      'validatingwebhookconfiguration',
      'albatross',
      '-o',
      'json',
      '--show-managed-fields',
    ];
    const { metadata } = JSON.parse((await host.cluster.kubectl(args)).stdout);
    const own = metadata.managedFields.find(
      (each: { manager: string }) => each.manager === 'albatross-webhook',
    );
    const entry = own.fieldsV1['f:webhooks']['k:{"name":"validate-ingress.albatross.dev"}'];
    expect(Object.keys(entry).sort()).toEqual(['.', 'f:matchConditions', 'f:name']);
    expect(Object.keys(entry['f:matchConditions'])).toEqual(['k:{"name":"ours"}']);
  });
});
