// Installs Albatross into a local cluster: exactly what config/default gives a cluster, without the parts that need
// nodes (Deployments and what belongs to them) and without cert-manager: the webhook is asked by URL.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Cluster } from './cluster.ts';
import { ROOT } from './machine.ts';

/** A Kubernetes object as far as this file looks into it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Where the API server finds the webhook. */
export interface WebhookAddress {
  readonly url: string;
  readonly caPem: string;
}

export const NAMESPACE = 'albatross-system';

const KINDS = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'IngressClass',
]);

/** The CRD's YAML, for `startCluster({ before })`: the garbage collector knows it from the start. */
export function crdManifest(): Promise<string> {
  return readFile(join(ROOT, 'config/crd/loadbalancerbindings.yaml'), 'utf8');
}

/**
 * What `kubectl kustomize config/NAME` renders.
 * @throws Error with kubectl's words when it does not render.
 */
export async function render(cluster: Cluster, name: string): Promise<readonly Manifest[]> {
  const manifests = rendered.get(name) ?? (await kustomized(cluster, name));
  rendered.set(name, manifests);
  return manifests;
}

/** The files do not change while a process runs. */
const rendered = new Map<string, readonly Manifest[]>();

async function kustomized(cluster: Cluster, name: string): Promise<readonly Manifest[]> {
  const { code, stdout, stderr } = await cluster.kubectl(['kustomize', join(ROOT, 'config', name)]);
  if (code !== 0) throw new Error(`config/${name} does not render: ${stderr.trim()}`);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

/**
 * Applies it, without the webhook configuration, and waits until the CRD is served and the policy that guards bindings is enforced.
 * @throws Error with kubectl's words when the API server refuses a part of it.
 */
export async function installAlbatross(cluster: Cluster): Promise<void> {
  const parts: object[] = (await render(cluster, 'default')).filter(({ kind }) => KINDS.has(kind));
  const ofLbc = [await render(cluster, 'classparams'), await render(cluster, 'targetgroupbindings')];
  const input = [...parts, ...ofLbc.flat()].map((part) => JSON.stringify(part));
  const applied = await cluster.kubectl(['apply', '-f', '-'], { input: input.join('\n---\n') });
  if (applied.code !== 0) throw new Error(`Albatross is not installed: ${applied.stderr.trim()}`);
  const wait = [
    'wait',
    '--for=condition=Established',
    '--timeout=120s',
    'crd/loadbalancerbindings.albatross.dev',
  ];
  const { code, stderr } = await cluster.kubectl(wait);
  if (code !== 0) throw new Error(`the CRD is not served: ${stderr.trim()}`);
  await policyEnforced(cluster);
}

/**
 * Has the API server ask a webhook.
 * @throws Error with kubectl's words when the API server refuses one of its configurations.
 */
export async function installWebhook(cluster: Cluster, webhook: WebhookAddress): Promise<void> {
  await cluster.apply(...webhookConfigurations(await render(cluster, 'default'), webhook));
}

interface Served {
  readonly clientConfig: { readonly service: { readonly path: string } };
}

const CONFIGURATIONS = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'];

/** The configurations of config/webhook with a URL and an authority in place of the Service and cert-manager. */
export function webhookConfigurations(manifests: readonly Manifest[], webhook: WebhookAddress): object[] {
  const found = manifests.filter(({ kind }) => CONFIGURATIONS.includes(kind));
  if (found.length < CONFIGURATIONS.length)
    throw new Error(`config/default does not have ${CONFIGURATIONS.join(' and ')}`);
  return found.map((one) => placed(one, webhook));
}

function placed(manifest: Manifest, { url, caPem }: WebhookAddress): object {
  const { webhooks, metadata, ...rest } = manifest as Manifest & { webhooks: readonly Served[] };
  const caBundle = Buffer.from(caPem).toString('base64');
  const at = ({ clientConfig }: Served) => new URL(clientConfig.service.path, url).href;
  return {
    ...rest,
    metadata: { name: metadata.name },
    webhooks: webhooks.map((webhook) => ({ ...webhook, clientConfig: { url: at(webhook), caBundle } })),
  };
}

/** Tries, as the administrator and dry, what the policy forbids, until it is forbidden: the API server learns it late. */
async function policyEnforced(cluster: Cluster): Promise<void> {
  const probe = JSON.stringify({
    apiVersion: 'albatross.dev/v1alpha1',
    kind: 'LoadBalancerBinding',
    metadata: { name: 'policy-probe', namespace: 'default' },
    spec: { ingressRef: { name: 'policy-probe', hash: '0' }, group: 'default/policy-probe', order: 0 },
  });
  const deadline = Date.now() + 120_000;
  for (;;) {
    const { stderr } = await cluster.kubectl(['create', '--dry-run=server', '-f', '-'], { input: probe });
    if (stderr.includes('ValidatingAdmissionPolicy')) return;
    if (Date.now() > deadline) throw new Error(`the policy on bindings is not enforced: ${stderr.trim()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
