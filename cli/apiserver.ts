// What a process needs of the API server before it begins: that it answers, knows our kind, and grants the rights. What never
// ends by itself is told at once; an API server that does not answer is given a moment.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { unmet } from '../api/problems/unmet-need.ts';
import { type Right, rightsInWords } from '../api/rights.ts';
import { type KubeClient, type KubeOutcome, kubeClient } from '../kube/client.ts';
import type { KubeConfig } from '../kube/config.ts';
import { KINDS, versionPath } from '../kube/kinds.ts';
import { createObject } from '../kube/objects.ts';

export interface ApiServerNeeds {
  readonly kubeConfig: KubeConfig;
  /** The rights without which the process cannot do its work. */
  readonly rights: readonly Right[];
  /** Those without which it works on, with less; that they are missing is in the log. */
  readonly useful?: readonly Right[];
  readonly log: Logger;
  /** Where they are granted, for people. */
  readonly granted: string;
  /** How long an API server that does not answer is waited for, in milliseconds: a restart of it may be in between. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 5_000;
const RETRY_MS = 250;

const SILENCE: KubeOutcome = { ok: false, reason: 'unavailable', message: 'no answer' };

/** Asks until there is an answer, or it is late. */
async function answered(client: KubeClient, path: string, patienceMs: number): Promise<KubeOutcome> {
  const patience = sleep(patienceMs, 'late' as const, { ref: false });
  for (let last = SILENCE; ; ) {
    const got = await Promise.race([client.request({ method: 'GET', path }), patience]);
    if (got === 'late') return last;
    if (got.ok || got.reason !== 'unavailable') return got;
    last = got;
    if ((await Promise.race([sleep(RETRY_MS), patience])) === 'late') return last;
  }
}

interface AccessReview {
  readonly status?: { readonly allowed?: boolean };
}

/** The rights that are not granted (Kubernetes API reference, SelfSubjectAccessReview). */
async function missing(client: KubeClient, rights: readonly Right[]): Promise<Right[]> {
  const asked = rights.map(async (right) => {
    const { verb, group, resource: path, namespace, name } = right;
    const [resource, subresource] = path.split('/');
    const resourceAttributes = { verb, group, resource, subresource, namespace, name };
    const review = { spec: { resourceAttributes } };
    const answer = await createObject<AccessReview>(client, KINDS.accessReviews, review);
    // Who may not even ask finds out by trying.
    return answer.ok && answer.object.status?.allowed === false ? [right] : [];
  });
  return (await Promise.all(asked)).flat();
}

/** @throws Unmet with what is missing. */
export async function apiServer({
  kubeConfig,
  rights,
  useful = [],
  log,
  granted,
  patienceMs = PATIENCE_MS,
}: ApiServerNeeds): Promise<void> {
  const client = kubeClient(kubeConfig);
  const server = `the API server ${kubeConfig.getCurrentCluster()?.server ?? ''}`;
  const kinds = await answered(client, versionPath(KINDS.bindings), patienceMs);
  if (!kinds.ok && kinds.reason === 'unavailable')
    throw unmet(
      server,
      `no answer in ${patienceMs / 1000} seconds (${kinds.message})`,
      'see that it runs, and that the kubeconfig (--kubeconfig) names it and its certificate authority',
    );
  if (!kinds.ok && kinds.reason === 'notFound')
    throw unmet(
      'the CRD loadbalancerbindings.albatross.dev',
      'it is not installed',
      'run: kubectl apply -k config/crd',
    );
  if (!kinds.ok && kinds.message === 'Unauthorized')
    throw unmet(
      server,
      'it does not accept the credentials of the kubeconfig (Unauthorized)',
      'give --kubeconfig with a user that it knows',
    );
  const [without, less] = await Promise.all([missing(client, rights), missing(client, useful)]);
  if (without.length > 0)
    throw unmet('RBAC', `not allowed: ${rightsInWords(without)}`, `grant it as ${granted} does`);
  if (less.length > 0) log.warn({ rights: rightsInWords(less), granted }, 'not allowed, and done without');
}
