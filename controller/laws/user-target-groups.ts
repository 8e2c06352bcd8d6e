// The program for TargetGroupBindings of users with the targets program, on an API server over HTTP and an account in memory; shared
// by its tests.
import { CreateTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetGroupBinding, TargetGroupBindingSpec } from '../../api/generated/target-group-binding.ts';
import type { EndpointSlice, Node, Service } from '../../api/kube.ts';
import type { Policy } from '../../api/policy.ts';
import { ApiServer } from '../../e2e/harness/api-server.ts';
import { kubeClient } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { underPolicy, Writer } from '../../kube/write.ts';
import { TargetGroupBindingProgram } from '../target-group-bindings/reconcile.ts';
import { toldApart } from '../target-group-bindings/start.ts';
import { TargetGroupBindings } from '../target-group-bindings/store.ts';
import { TargetGroupBindingWrites } from '../target-group-bindings/writes.ts';
import type { World } from '../targets/endpoints.ts';
import { ownTargets } from '../targets/own-targets.ts';
import { inhabitantsOf } from '../targets/target-health.ts';
import { Targets, type TargetsOptions } from '../targets/targets.ts';
import { type Account, openAccount } from './account.ts';

export const NAME = { namespace: 'shop', name: 'web' };
export const service = (more: object = {}): Service => ({
  metadata: NAME,
  spec: {
    type: 'NodePort',
    ports: [{ name: 'http', port: 80, nodePort: 30_080 }],
    selector: { app: 'web' },
    ...more,
  },
});
export const node = (name: string, labels: Readonly<Record<string, string>> = {}): Node => ({
  metadata: { name, labels },
  spec: { providerID: `aws:///us-west-2a/i-0123456789abcdef${name}` },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
});

export let server: ApiServer;
export let account: Account;
export let services: Service[];
export let pods: string[];
export let nodes: Node[];
export let events: string[];
/** The clock, and how far it goes on with every look at it: so that nothing is joined or held back. */
let time: number;
let step: number;
/** ARNs of target groups whose rules were not written yet. */
export let pendingRules: Set<string>;
/** AWS actions of the process that runs now. */
export let actions: string[];
export let run: ReturnType<typeof begin>;

export const world: World = {
  service: (_, name) => services.find(({ metadata }) => metadata.name === name),
  slices: () => [
    {
      metadata: { ...NAME, labels: {} },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080 }],
      endpoints: pods.map((address) => ({
        addresses: [address],
        conditions: { ready: true },
        targetRef: { kind: 'Pod' },
      })),
    } as EndpointSlice,
  ],
  pod: () => undefined,
  isPodAt: () => true,
  nodes: () => nodes,
};

const nobody = (): never => {
  throw new Error('this is told of Ingresses only');
};

/** A new process. */
function begin(policy: Policy = 'sync') {
  actions = [];
  const client = kubeClient(server.kubeConfig);
  const aws = account.connect({
    before: async (action) => void actions.push(action),
    after: () => undefined,
  });
  const store = new TargetGroupBindings();
  const [due, targetsDue] = [new Set<string>(), new Set<string>()];
  const failed = (key: string, step: string, outcome: object): never => {
    throw new Error(`${key} ${step} ${JSON.stringify(outcome)}`);
  };
  const ofIngresses: TargetsOptions = {
    ...{ aws, world, now: () => (time += step), random: () => 0.5, inVpc: async () => true },
    own: ownTargets({ client, owner: (one) => program.ownerOf(one), failed: nobody }),
    ...{ maxTargets: 0, unseen: () => undefined, waiting: () => 0, seen: () => undefined, tell: nobody },
    ...{ served: () => undefined, forget: nobody, drifted: nobody, changed: nobody, lost: nobody },
    failed: () => undefined,
    withdrawn: nobody,
    enqueue: (arn) => void targetsDue.add(arn),
  };
  const targets = new Targets(toldApart(ofIngresses, () => program));
  const program: TargetGroupBindingProgram = new TargetGroupBindingProgram({
    published: { keyOf: () => undefined, reconcile: async () => 'done' },
    ...{ store, aws, world, policy, targets, rules: { pending: (arn) => pendingRules.has(arn) } },
    events: {
      tell: async ({ metadata }, { type, reason }) =>
        void events.push(`${metadata.name} ${type} ${reason}`) as undefined,
    },
    writes: new TargetGroupBindingWrites({ write: new Writer(client, underPolicy(policy)), store, failed }),
    now: () => new Date('2026-01-01T00:00:00Z'),
    enqueue: (key) => void due.add(key),
    told: ({ metadata }, { reason }) => void events.push(`${metadata.name} told ${reason}`),
    drifted: (key, _, lines) => void events.push(`${key} drift ${lines.join()}`),
  });
  const all = (): TargetGroupBinding[] => ['web', 'api', 'late'].flatMap((name) => read(name) ?? []);
  /** Tells what changed, as the watch does, and lets both programs work until nothing is to be done. */
  async function settle(): Promise<void> {
    for (const object of all()) if (store.told(object, false)) due.add(`shop/${object.metadata.name}`);
    for (let turn = 0; turn < 20 && due.size + targetsDue.size > 0; turn += 1) {
      for (const key of [...due]) {
        due.delete(key);
        await program.reconcile(key);
      }
      for (const arn of [...targetsDue]) {
        const served = targetsDue.delete(arn) ? targets.reconcile(arn) : undefined;
        await served;
      }
    }
  }
  return { settle, store, targets, program, touch: (key = 'shop/web') => void due.add(key) };
}

/** A new cluster and account. */
export async function openScene(): Promise<void> {
  server = await ApiServer.start();
  account = openAccount();
  [time, step] = [0, 10_000];
  pendingRules = new Set();
  [services, pods, nodes, events] = [[service()], ['10.0.0.1', '10.0.0.2'], [], []];
  run = begin();
}

/** The process ends and another one begins; `stands`: its clock does. */
export function restart(policy: Policy = 'sync', stands = false): void {
  step = stands ? 0 : step;
  run = begin(policy);
}

export async function targetGroup(name = 'tg', more: object = {}): Promise<string> {
  const made = await account.aws.elbv2.send(
    new CreateTargetGroupCommand({
      ...{ Name: name, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' },
      ...more,
    }),
  );
  return made.TargetGroups?.[0]?.TargetGroupArn ?? '';
}

export const read = (name = 'web') => server.read(KINDS.targetGroupBindings, { namespace: 'shop', name });
export const ready = (name = 'web') => {
  const one = read(name)?.status?.conditions?.find(({ type }) => type === 'Ready');
  return [one?.status, one?.reason, one?.message];
};
export const registered = async (arn: string) =>
  [...(await inhabitantsOf(account.aws, arn)).registered.keys()].sort();

export function put(spec: Partial<TargetGroupBindingSpec>, metadata: object = {}): void {
  const { name = 'web' } = { ...NAME, ...metadata } as { name?: string };
  server.put(KINDS.targetGroupBindings, {
    metadata: { ...NAME, generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata, name },
    spec: { serviceRef: { name: 'web', port: 80 }, ...spec },
  });
}

/** As `kubectl delete` does while a finalizer is on it. */
export function remove(name = 'web'): void {
  const object = read(name);
  if (object === undefined) throw new Error('it is gone');
  const metadata = { ...object.metadata, deletionTimestamp: '2026-01-01T01:00:00Z' };
  server.put(KINDS.targetGroupBindings, { ...object, metadata });
}

/** Sets what the cluster has now. */
export const now = {
  pods: (...addresses: readonly string[]): void => {
    pods = [...addresses];
  },
  nodes: (...all: readonly Node[]): void => {
    nodes = [...all];
  },
  services: (...all: readonly Service[]): void => {
    services = [...all];
  },
};
