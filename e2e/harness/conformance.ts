// Plays conformance cases all at once, each in its own namespace: everything of a step is applied, AWS left alone until
// nothing changes any more, the state of every case recorded, then the next step.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiException,
  CoreV1Api,
  type KubernetesObject,
  KubernetesObjectApi,
  NetworkingV1Api,
  PatchStrategy,
  type V1Ingress,
} from '@kubernetes/client-node';
import type { ConformanceCase, Document } from './conformance-case.ts';
import { comparable, ingressOf, type Seen, stacksOf } from './conformance-state.ts';
import type { ConformanceWorld } from './conformance-world.ts';
import type { Stage } from './stage.ts';

/** What became of one case: the state after each step, in the form in which it is compared. */
export interface Played {
  readonly of: ConformanceCase;
  readonly steps: unknown[];
}

/** AWS is at rest when nothing was changed for so long. */
const QUIET_MS = 4_000;
const PATIENCE_MS = 300_000;

/** Plays the cases and gives what was recorded, step by step: those that must be alone one after the other, then the rest at once. */
export async function play(
  stage: Stage,
  world: ConformanceWorld,
  cases: readonly ConformanceCase[],
  onStep: (step: string) => void = () => undefined,
): Promise<Played[]> {
  const networking = stage.cluster.client.makeApiClient(NetworkingV1Api);
  const played: Played[] = [];
  for (const one of cases.filter(({ alone }) => alone)) {
    onStep(`${one.name}, alone in the cluster`);
    played.push(...(await playTogether(stage, world, [one])));
    await networking.deleteCollectionNamespacedIngress({ namespace: one.namespace });
    await quiet(stage);
  }
  const rest = await playTogether(
    stage,
    world,
    cases.filter(({ alone }) => !alone),
    onStep,
  );
  return [...played, ...rest];
}

async function playTogether(
  stage: Stage,
  world: ConformanceWorld,
  cases: readonly ConformanceCase[],
  onStep: (step: string) => void = () => undefined,
): Promise<Played[]> {
  const objects = KubernetesObjectApi.makeApiClient(stage.cluster.client);
  const core = stage.cluster.client.makeApiClient(CoreV1Api);
  const networking = stage.cluster.client.makeApiClient(NetworkingV1Api);
  await Promise.all(
    cases.map(({ namespace }) => core.createNamespace({ body: { metadata: { name: namespace } } })),
  );
  const played = cases.map((of): Played => ({ of, steps: [] }));
  const last = Math.max(...cases.map(({ steps }) => steps.length));
  for (let step = 0; step < last; step += 1) {
    const now = played.filter(({ of }) => step < of.steps.length);
    if (now.length > 1) onStep(`step ${step + 1} of at most ${last}: ${now.length} cases at once`);
    const refused = new Map<Played, Record<string, string>>();
    await inTurns(now, 8, async (one) => {
      refused.set(one, await applyStep({ objects, core }, one.of, one.of.steps[step] ?? []));
    });
    await quiet(stage);
    const names = await namesOf(world, core);
    const seen: Seen = {
      elb: stage.aws.state(),
      webAcls: stage.aws.protections().webAcls,
      securityGroups: await world.securityGroups(),
      names,
      namespaces: cases.map(({ namespace }) => namespace),
    };
    const { items } = await networking.listIngressForAllNamespaces();
    for (const one of now) {
      const status = statusOf(one.of, items, seen);
      const shared = one.of.alone
        ? { nodeSecurityGroup: ingressOf(seen, world.tokens.get('SG:nodes') ?? '') }
        : {};
      const state = { stacks: stacksOf(one.of, seen), status, refused: refused.get(one), ...shared };
      one.steps.push(comparable(state, one.of, names));
    }
  }
  return played;
}

interface Clients {
  readonly objects: KubernetesObjectApi;
  readonly core: CoreV1Api;
}

async function inTurns<T>(
  list: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = [...list];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Of the kinds that a case may delete; the others are of the core group. */
const API_VERSIONS: Readonly<Record<string, string>> = {
  Ingress: 'networking.k8s.io/v1',
  IngressClass: 'networking.k8s.io/v1',
  IngressClassParams: 'elbv2.k8s.aws/v1beta1',
};

const CLUSTER_WIDE = new Set(['Namespace', 'IngressClass', 'IngressClassParams']);

/** Applies the documents in order; gives the objects that were refused, with the answer. */
async function applyStep(
  clients: Clients,
  one: ConformanceCase,
  documents: readonly Document[],
): Promise<Record<string, string>> {
  const refused: Record<string, string> = {};
  for (const document of documents) {
    try {
      await applyDocument(clients, one, document);
    } catch (error) {
      if (!(error instanceof ApiException) || error.code >= 500) throw error;
      refused[document.metadata?.name ?? ''] = String(error.body);
    }
  }
  return refused;
}

async function applyDocument(
  clients: Clients,
  { namespace }: ConformanceCase,
  document: Document,
): Promise<void> {
  if (document.kind === 'LabPods') return labPods(clients, namespace, document);
  if (document.delete !== undefined) {
    const { kind, name, namespace: within = namespace } = document.delete;
    const apiVersion = API_VERSIONS[kind] ?? 'v1';
    const scope = CLUSTER_WIDE.has(kind) ? {} : { namespace: within };
    await clients.objects.delete({ apiVersion, kind, metadata: { name, ...scope } });
    return;
  }
  const metadata = { ...(CLUSTER_WIDE.has(document.kind) ? {} : { namespace }), ...document.metadata };
  await clients.objects.patch(
    { ...document, metadata },
    undefined,
    undefined,
    'conformance',
    true,
    PatchStrategy.ServerSideApply,
  );
}

/** Running pods `APP-0`, `APP-1`, …; those above the count are deleted. */
async function labPods(
  { core }: Clients,
  namespace: string,
  { app = '', count = 0, port = 8080, portName = 'http' }: Document,
): Promise<void> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: `app=${app}` });
  const present = new Set(items.map(({ metadata }) => metadata?.name ?? ''));
  const wanted = Array.from({ length: count }, (_, index) => `${app}-${index}`);
  for (const name of present) if (!wanted.includes(name)) await core.deleteNamespacedPod({ namespace, name });
  for (const [index, name] of wanted.entries()) {
    if (present.has(name)) continue;
    const spec = {
      nodeName: `node${index % 3}`,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'app', image: 'lab', ports: [{ containerPort: port, name: portName }] }],
    };
    const body = { metadata: { name, namespace, labels: { app } }, spec };
    await withServiceAccount(() => core.createNamespacedPod({ namespace, body }));
  }
}

/** A new namespace is given its ServiceAccount a moment later; until then pods are forbidden. */
async function withServiceAccount(create: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await create();
      return;
    } catch (error) {
      if (!(error instanceof ApiException) || error.code !== 403 || Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

/**
 * Waits until nothing was changed for a while, neither in AWS nor of an Ingress or a binding, and no replacement waits for its
 * successor to serve. Gives up waiting after a while: the comparison shows what is not there yet.
 */
export async function quiet({ aws, cluster }: Stage): Promise<void> {
  const objects = KubernetesObjectApi.makeApiClient(cluster.client);
  const deadline = Date.now() + PATIENCE_MS;
  let before = '';
  let since = Date.now();
  while (Date.now() < deadline) {
    const written = await all(objects);
    const versions = written.map(({ metadata }) => metadata?.resourceVersion).join();
    const now = `${aws.mutations().length} ${versions}`;
    if (now !== before) since = Date.now();
    before = now;
    if (Date.now() - since >= QUIET_MS && !written.some(replacing)) return;
    await sleep(500);
  }
}

interface Written extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { readonly message: string }[] };
}

async function all(objects: KubernetesObjectApi): Promise<readonly Written[]> {
  const lists = await Promise.all([
    objects.list<Written>('albatross.dev/v1alpha1', 'LoadBalancerBinding'),
    objects.list<Written>('networking.k8s.io/v1', 'Ingress'),
  ]);
  return lists.flatMap(({ items }) => items);
}

const replacing = ({ status }: Written): boolean =>
  status?.conditions?.some(({ message }) => message.includes('is healthy behind it yet')) === true;

/** How ids and addresses are written: tokens of the world, node names, pods. */
async function namesOf({ tokens, nodes }: ConformanceWorld, core: CoreV1Api): Promise<Map<string, string>> {
  const { items } = await core.listPodForAllNamespaces();
  const pods = items.map(({ metadata, status }): [string, string] => [
    status?.podIP ?? '',
    `\${POD:${metadata?.name ?? ''}}`,
  ]);
  return new Map([
    ...[...tokens].map(([token, id]): [string, string] => [id, `\${${token}}`]),
    ...nodes.map(({ name, instanceId }): [string, string] => [instanceId, name]),
    ...pods,
  ]);
}

function statusOf(one: ConformanceCase, ingresses: readonly V1Ingress[], { elb }: Seen): object {
  const spaces = [one.namespace, ...one.others];
  const mine = ingresses.filter(({ metadata }) => spaces.includes(metadata?.namespace ?? ''));
  return Object.fromEntries(
    mine.map(({ metadata, status }) => [
      metadata?.namespace === one.namespace ? metadata.name : `${metadata?.namespace}/${metadata?.name}`,
      status?.loadBalancer?.ingress?.map(({ hostname, ports }) => {
        const arn = elb.dnsNames.get(hostname ?? '');
        const balancer = arn === undefined ? undefined : elb.loadBalancers.get(arn);
        return { loadBalancer: balancer?.name ?? 'deleted', ports: ports?.map(({ port }) => port) };
      }),
    ]),
  );
}

const FAILED = new Set(['FailedBuildModel', 'FailedDeployModel', 'FailedLoadGroupID']);

/** Whether the recorded controller could not handle a step: better is allowed there, so it is reported apart. */
export function recordedFailure(step: Record<string, unknown> | undefined): boolean {
  const outcome = step?.outcome;
  return (
    typeof outcome === 'object' && outcome !== null && Object.values(outcome).some((one) => FAILED.has(one))
  );
}
