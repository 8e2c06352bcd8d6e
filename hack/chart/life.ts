// A release from install to uninstall, on a real API server. What the webhook writes in between stays.
import type { ValidatingWebhookConfiguration } from '../../api/kube.ts';
import type { Cluster } from '../../e2e/harness/cluster.ts';
import { kubeClient } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { applyObject, FIELD_MANAGERS, readObject } from '../../kube/objects.ts';
import { type Configuration, trusting, writeTrust } from '../../webhook/self-managed/trust.ts';
import { CHART, helm, NAMESPACE, RELEASE } from './helm.ts';

type Check = (name: string, deed: () => Promise<readonly string[]>) => Promise<void>;

const EXPRESSION = "object.spec.ingressClassName in ['alb', 'public']";

/** Installs, upgrades, goes back and uninstalls. */
export async function life(cluster: Cluster, fileOf: (set: string) => string, check: Check): Promise<void> {
  const env = { KUBECONFIG: cluster.kubeconfig };
  const release = (command: string, ...more: string[]) =>
    helm([command, RELEASE, ...more, '--namespace', NAMESPACE], env);
  const replicas = async () => {
    const { stdout } = await cluster.kubectl([
      'get',
      'deployments',
      '-n',
      NAMESPACE,
      '-o',
      'jsonpath={.items[*].spec.replicas}',
    ]);
    return stdout.trim();
  };
  const has = async (wanted: string): Promise<string[]> => {
    const found = await replicas();
    return [...(found === wanted ? [] : [`replicas ${found}, not ${wanted}`]), ...(await keeps(cluster))];
  };
  await check('install', async () => {
    await release('install', CHART, '--values', fileOf('plain'));
    await trust(cluster);
    return has('2 2');
  });
  await check('upgrade to other values: what the webhook wrote stays', async () => {
    await release('upgrade', CHART, '--values', fileOf('full'));
    return has('3 3');
  });
  await check('rollback: the same', async () => {
    await release('rollback', '1');
    return has('2 2');
  });
  await check('upgrade where the webhook covers more classes: it goes on covering them', async () => {
    await claim(cluster);
    await release('upgrade', CHART, '--values', fileOf('plain'));
    return [...(await has('2 2')), ...(await covers(cluster))];
  });
  await check(
    'rollback where it covers more classes: it says so, and --force-conflicts goes back',
    async () => {
      const refused = await release('rollback', '1').then(
        () => 'it went back without a word',
        ({ message }: Error) => message,
      );
      await release('rollback', '1', '--force-conflicts');
      return [...(refused.includes('albatross-webhook') ? [] : [refused]), ...(await has('2 2'))];
    },
  );
  await check(
    'a class that is told to stay outlives the release that lets go of it, and can be taken again',
    async () => {
      await cluster.kubectl(['annotate', 'ingressclass/alb', 'helm.sh/resource-policy=keep']);
      const values = ['--values', fileOf('plain')];
      await release('upgrade', CHART, ...values, '--set', 'createIngressClassResource=false');
      const { code, stderr } = await cluster.kubectl(['get', 'ingressclass', 'alb']);
      await release('upgrade', CHART, ...values, '--take-ownership');
      await cluster.kubectl(['annotate', 'ingressclass/alb', 'helm.sh/resource-policy-']);
      return code === 0 ? [] : [stderr];
    },
  );
  await uninstalled(cluster, release, check);
}

/** Uninstalls, and looks for what is left. */
async function uninstalled(
  cluster: Cluster,
  release: (command: string, ...more: string[]) => Promise<string>,
  check: Check,
): Promise<void> {
  await check('uninstall: nothing is left but the kinds', async () => {
    await release('uninstall');
    const kinds = [
      'deployments',
      'services',
      'roles',
      'rolebindings',
      'poddisruptionbudgets',
      'networkpolicies',
    ];
    const left = await cluster.kubectl(['get', kinds.join(','), '-n', NAMESPACE, '-o', 'name']);
    const wide = [
      'clusterroles',
      'clusterrolebindings',
      'validatingwebhookconfigurations',
      'mutatingwebhookconfigurations',
      'validatingadmissionpolicies',
      'ingressclasses',
    ];
    const all = await cluster.kubectl(['get', wide.join(','), '-o', 'name']);
    const kept = await cluster.kubectl(['get', 'crd', 'loadbalancerbindings.albatross.dev', '-o', 'name']);
    const ours = `${left.stdout}\n${all.stdout}`.split('\n').filter((name) => /albatross|\/alb$/.test(name));
    return [...ours, ...(kept.code === 0 ? [] : [kept.stderr])];
  });
}

const configuration = async (cluster: Cluster): Promise<Configuration> => {
  const read = await readObject(kubeClient(cluster.client), KINDS.webhookConfigurations, {
    name: 'albatross',
  });
  if (!read.ok) throw new Error(read.message);
  return read.object;
};

/** Writes whom to trust, as the webhook does. */
async function trust(cluster: Cluster): Promise<void> {
  const bundle = ['-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----'];
  const change = trusting(await configuration(cluster), bundle);
  if (change === undefined) throw new Error('it trusts before anybody wrote');
  const trusted = await writeTrust(kubeClient(cluster.client), KINDS.webhookConfigurations, change);
  if (!trusted.ok) throw new Error(trusted.message);
}

/** Writes which classes are ours, as the webhook does. */
async function claim(cluster: Cluster): Promise<void> {
  const conditions = [{ name: 'ours', expression: EXPRESSION }];
  const change = {
    metadata: { name: 'albatross' },
    webhooks: [{ name: 'validate-ingress.albatross.dev', matchConditions: conditions }],
  };
  const { webhook: fieldManager } = FIELD_MANAGERS;
  const client = kubeClient(cluster.client);
  const claimed = await applyObject(client, KINDS.webhookConfigurations, change, { fieldManager });
  if (!claimed.ok) throw new Error(claimed.message);
}

/** The entries that trust nobody any more. */
const keeps = async (cluster: Cluster): Promise<string[]> =>
  ((await configuration(cluster)).webhooks ?? [])
    .filter(({ clientConfig }) => (clientConfig?.caBundle ?? '') === '')
    .map(({ name }) => `${name}: its caBundle is gone`);

/** Whether the expression is as the webhook wrote it, in words. */
async function covers(cluster: Cluster): Promise<string[]> {
  const { webhooks = [] } = (await configuration(cluster)) as ValidatingWebhookConfiguration;
  const { matchConditions = [] } = webhooks.find(({ name }) => name.startsWith('validate-ingress.')) ?? {};
  const ours = matchConditions.find(({ name }) => name === 'ours')?.expression;
  return ours === EXPRESSION ? [] : [`the expression is ${ours}`];
}
