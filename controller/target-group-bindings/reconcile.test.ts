// The program for TargetGroupBindings of users, on an API server over HTTP and an account in memory: what it registers, what it
// deregisters and never does, and what it tells.
import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TargetGroupBinding, TargetGroupBindingSpec } from '../../api/generated/target-group-binding.ts';
import type { EndpointSlice, Node, Service } from '../../api/kube.ts';
import type { Policy } from '../../api/policy.ts';
import { ApiServer } from '../../e2e/harness/api-server.ts';
import { kubeClient } from '../../kube/client.ts';
import { KINDS } from '../../kube/kinds.ts';
import { type Account, openAccount } from '../laws/account.ts';
import { endpointsOf, keyOfTarget, type World } from '../targets/endpoints.ts';
import { ownTargets } from '../targets/own-targets.ts';
import { inhabitantsOf } from '../targets/target-health.ts';
import { Targets, type TargetsOptions } from '../targets/targets.ts';
import { TargetGroupBindingProgram } from './reconcile.ts';
import { toldApart } from './start.ts';
import { TargetGroupBindings } from './store.ts';
import { FINALIZER, hashOf, TargetGroupBindingWrites } from './writes.ts';

const NAME = { namespace: 'shop', name: 'web' };
const service = (more: object = {}): Service => ({
  metadata: NAME,
  spec: {
    type: 'NodePort',
    ports: [{ name: 'http', port: 80, nodePort: 30_080 }],
    selector: { app: 'web' },
    ...more,
  },
});
const node = (name: string, labels: Readonly<Record<string, string>> = {}): Node => ({
  metadata: { name, labels },
  spec: { providerID: `aws:///us-west-2a/i-0123456789abcdef${name}` },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
});

let server: ApiServer;
let account: Account;
let services: Service[];
let pods: string[];
let nodes: Node[];
let events: string[];
/** Goes on with every look at the clock, so that nothing is joined or held back. */
let time: number;
/** AWS actions of the process that runs now. */
let actions: string[];
let run: ReturnType<typeof begin>;

const world: World = {
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
    ...{ aws, world, now: () => (time += 10_000), random: () => 0.5, inVpc: async () => true },
    own: ownTargets({ client, owner: (one) => program.ownerOf(one), failed: nobody }),
    ...{ maxTargets: 0, unseen: () => undefined, waiting: () => 0, seen: () => undefined, tell: nobody },
    ...{ served: () => undefined, forget: nobody, drifted: nobody, changed: nobody, lost: nobody },
    failed: () => undefined,
    withdrawn: nobody,
    enqueue: (arn) => void targetsDue.add(arn),
  };
  const targets = new Targets(toldApart(ofIngresses, () => program));
  const program: TargetGroupBindingProgram = new TargetGroupBindingProgram({
    ...{ store, aws, world, policy, targets },
    events: {
      tell: async ({ metadata }, { type, reason }) =>
        void events.push(`${metadata.name} ${type} ${reason}`) as undefined,
    },
    writes: new TargetGroupBindingWrites({ client, policy, store, failed }),
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

beforeEach(async () => {
  server = await ApiServer.start();
  account = openAccount();
  time = 0;
  [services, pods, nodes, events] = [[service()], ['10.0.0.1', '10.0.0.2'], [], []];
  run = begin();
});
afterEach(() => server.stop());

async function targetGroup(name = 'tg', more: object = {}): Promise<string> {
  const made = await account.aws.elbv2.send(
    new CreateTargetGroupCommand({
      ...{ Name: name, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' },
      ...more,
    }),
  );
  return made.TargetGroups?.[0]?.TargetGroupArn ?? '';
}

const read = (name = 'web') => server.read(KINDS.targetGroupBindings, { namespace: 'shop', name });
const ready = (name = 'web') => {
  const one = read(name)?.status?.conditions?.find(({ type }) => type === 'Ready');
  return [one?.status, one?.reason, one?.message];
};
const registered = async (arn: string) =>
  [...(await inhabitantsOf(account.aws, arn)).registered.keys()].sort();

function put(spec: Partial<TargetGroupBindingSpec>, metadata: object = {}): void {
  const { name = 'web' } = { ...NAME, ...metadata } as { name?: string };
  server.put(KINDS.targetGroupBindings, {
    metadata: { ...NAME, generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata, name },
    spec: { serviceRef: { name: 'web', port: 80 }, ...spec },
  });
}

/** As `kubectl delete` does while a finalizer is on it. */
function remove(name = 'web'): void {
  const object = read(name);
  if (object === undefined) throw new Error('it is gone');
  const metadata = { ...object.metadata, deletionTimestamp: '2026-01-01T01:00:00Z' };
  server.put(KINDS.targetGroupBindings, { ...object, metadata });
}

describe('served', () => {
  test('pods, with what was left open filled in, and nothing more is done when nothing changes', async () => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    await run.settle();
    expect(await registered(arn)).toEqual(['10.0.0.1:8080', '10.0.0.2:8080']);
    const { metadata, spec, status } = read() ?? {};
    expect(metadata?.finalizers).toEqual([FINALIZER]);
    expect(spec).toMatchObject({ targetType: 'ip', ipAddressType: 'ipv4', vpcID: 'vpc-1' });
    expect(status).toMatchObject({ observedGeneration: 1, targets: '0/2' });
    expect(ready()).toEqual(['True', 'Ready', 'The targets are those of Service shop/web port 80.']);
    expect(events).toEqual(['web Normal Ready']);
    const before = [server.requests.length, actions.length];
    run.touch();
    await run.settle();
    expect([server.requests.length, actions.length]).toEqual(before);
  });

  test('by name and by the name of a port; pods that come and go', async () => {
    const arn = await targetGroup('named');
    put({ targetGroupName: 'named', serviceRef: { name: 'web', port: 'http' } });
    await run.settle();
    expect(read()?.spec?.targetGroupARN).toBe(arn);
    pods = ['10.0.0.2', '10.0.0.3'];
    run.targets.touchService('shop', 'web');
    await run.settle();
    expect(await registered(arn)).toEqual(['10.0.0.2:8080', '10.0.0.3:8080']);
  });

  test('nodes that the selector selects', async () => {
    const arn = await targetGroup('nodes', { TargetType: 'instance' });
    nodes = [node('a', { zone: 'a' }), node('b', { zone: 'b' }), node('c', { zone: 'c' }), node('d')];
    const matchExpressions = [{ key: 'zone', operator: 'In', values: ['b', 'c'] }];
    put({ targetGroupARN: arn, nodeSelector: { matchExpressions } });
    await run.settle();
    const backend = run.targets.served.get(arn)?.backend;
    const targets = backend === undefined ? [] : endpointsOf(backend, world);
    expect(targets.map(keyOfTarget)).toEqual(['i-0123456789abcdefb:30080', 'i-0123456789abcdefc:30080']);
  });

  test('a new process asks AWS nothing while nothing changed', async () => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    await run.settle();
    run = begin();
    await run.settle();
    expect(actions).toEqual([]);
    expect(ready()[0]).toBe('True');
  });

  test('targets that somebody else registered are taken away, as long as others do not share it', async () => {
    const arn = await targetGroup();
    const byHand = new RegisterTargetsCommand({
      TargetGroupArn: arn,
      Targets: [{ Id: '10.0.9.9', Port: 1 }],
    });
    await account.aws.elbv2.send(byHand);
    put({ targetGroupARN: arn, multiClusterTargetGroup: true });
    await run.settle();
    expect(await registered(arn)).toContain('10.0.9.9:1');
    put({ ...read()?.spec, multiClusterTargetGroup: false }, { ...read()?.metadata, generation: 2 });
    await run.settle();
    expect(await registered(arn)).toEqual(['10.0.0.1:8080', '10.0.0.2:8080']);
  });
});

describe('left alone', () => {
  test.each([
    { 'ingress.k8s.aws/stack': 'shop' },
    { 'service.k8s.aws/stack-name': 'web', 'service.k8s.aws/stack-namespace': 'shop' },
    { 'gateway.k8s.aws.nlb/stack-name': 'web', 'gateway.k8s.aws.nlb/stack-namespace': 'shop' },
  ])('what the AWS Load Balancer Controller made: %j', async (labels) => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn }, { labels, finalizers: [FINALIZER] });
    await run.settle();
    remove();
    await run.settle();
    expect(actions).toEqual([]);
    expect(read()).toMatchObject({ metadata: { finalizers: [FINALIZER] }, spec: { targetGroupARN: arn } });
    expect(events).toEqual([]);
  });

  test('under observe', async () => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    run = begin('observe');
    await run.settle();
    expect(await registered(arn)).toEqual([]);
    expect([read()?.metadata.finalizers, read()?.status]).toEqual([undefined, undefined]);
  });
});

describe('deleted', () => {
  async function served(): Promise<string> {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    await run.settle();
    return arn;
  }
  const byHand = (TargetGroupArn: string) =>
    account.aws.elbv2.send(
      new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '10.0.9.9', Port: 1 }] }),
    );

  test('what was registered for it is deregistered, and nothing else', async () => {
    const arn = await served();
    await byHand(arn);
    pods = ['10.0.0.1'];
    remove();
    await run.settle();
    expect(await registered(arn)).toEqual(['10.0.9.9:1']);
    expect(read()?.metadata.finalizers ?? []).toEqual([]);
  });

  test('by a new process: all of it when it is as it was left, else what its Service has now', async () => {
    const arn = await served();
    pods = ['10.0.0.7'];
    remove();
    run = begin();
    await run.settle();
    expect(await registered(arn)).toEqual([]);
    expect(read()?.metadata.finalizers ?? []).toEqual([]);
  });

  test('by a new process, after somebody registered another target', async () => {
    const arn = await served();
    await byHand(arn);
    remove();
    run = begin();
    await run.settle();
    expect(await registered(arn)).toEqual(['10.0.9.9:1']);
  });

  test('with its target group', async () => {
    const arn = await served();
    await account.aws.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }));
    remove();
    await run.settle();
    expect(read()?.metadata.finalizers ?? []).toEqual([]);
  });

  test('it stays while AWS does not deregister, and says why', async () => {
    const arn = await served();
    account.refusing.set('DeregisterTargets', 'AccessDenied');
    remove();
    await run.settle();
    expect(read()?.metadata.finalizers).toEqual([FINALIZER]);
    expect(ready().slice(0, 2)).toEqual(['False', 'Deleting']);
    expect(ready()[2]).toContain('DeregisterTargets answered AccessDenied');
    account.refusing.clear();
    await run.targets.reconcile(arn);
    await run.settle();
    expect(await registered(arn)).toEqual([]);
    expect(read()?.metadata.finalizers ?? []).toEqual([]);
  });

  test('before anything was registered', async () => {
    put({ targetGroupName: 'none' }, { finalizers: [FINALIZER] });
    remove();
    await run.settle();
    expect([actions, read()?.metadata.finalizers ?? []]).toEqual([[], []]);
  });
});

describe('told', () => {
  test('a target group that is not there, until it is', async () => {
    put({ targetGroupName: 'tg' });
    await run.settle();
    expect(ready()).toEqual([
      'False',
      'TargetGroupNotFound',
      'spec.targetGroupName: "tg": this account and Region has no such target group.',
    ]);
    expect(events).toEqual(['web Warning TargetGroupNotFound']);
    const arn = await targetGroup();
    run.touch();
    await run.settle();
    expect([ready()[0], await registered(arn)]).toEqual(['True', ['10.0.0.1:8080', '10.0.0.2:8080']]);
  });

  test('one that was deleted by hand', async () => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    await run.settle();
    await account.aws.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }));
    pods = ['10.0.0.3'];
    run.targets.touchService('shop', 'web');
    await run.settle();
    expect(ready().slice(0, 2)).toEqual(['False', 'TargetGroupNotFound']);
  });

  test.each<[string, (arn: string) => Partial<TargetGroupBindingSpec>, string, string]>([
    [
      'another type',
      (targetGroupARN) => ({ targetGroupARN, targetType: 'instance' }),
      'Contradiction',
      'has ip',
    ],
    [
      'another family',
      (targetGroupARN) => ({ targetGroupARN, ipAddressType: 'ipv6' }),
      'Contradiction',
      'has ipv4',
    ],
    [
      'another VPC',
      (targetGroupARN) => ({ targetGroupARN, vpcID: 'vpc-12345678' }),
      'Contradiction',
      'has vpc-1',
    ],
    [
      'a protocol',
      (targetGroupARN) => ({ targetGroupARN, targetGroupProtocol: 'TCP' }),
      'Contradiction',
      'has HTTP',
    ],
    [
      'nodes',
      (targetGroupARN) => ({ targetGroupARN, nodeSelector: {} }),
      'Contradiction',
      'no nodes are chosen',
    ],
    [
      'a Region',
      (arn) => ({ targetGroupARN: arn.replace('us-west-2', 'eu-west-1') }),
      'NotAllowed',
      'eu-west-1',
    ],
    [
      'an account',
      (arn) => ({ targetGroupARN: arn.replace('123456789012', '210987654321') }),
      'TargetGroupNotFound',
      'in account 210987654321',
    ],
    ['no ARN', () => ({ targetGroupARN: 'web' }), 'InvalidFormat', 'is not the ARN of a target group'],
  ])('%s that is not the target group’s: nothing is registered', async (_, spec, reason, words) => {
    const arn = await targetGroup();
    put(spec(arn));
    await run.settle();
    expect(await registered(arn)).toEqual([]);
    expect(ready().slice(0, 2)).toEqual(['False', reason]);
    expect(ready()[2]).toContain(words);
  });

  test.each<[string, () => void, string]>([
    ['no Service', () => services.splice(0), 'ServiceNotFound'],
    ['no such port', () => services.splice(0, 1, service({ ports: [{ port: 81 }] })), 'ServicePortNotFound'],
  ])('%s: nothing is registered until there is', async (_, without, reason) => {
    const arn = await targetGroup();
    put({ targetGroupARN: arn });
    without();
    await run.settle();
    expect(ready().slice(0, 2)).toEqual(['False', reason]);
    services = [service()];
    run.touch();
    run.targets.touchService('shop', 'web');
    await run.settle();
    expect([ready()[0], await registered(arn)]).toEqual(['True', ['10.0.0.1:8080', '10.0.0.2:8080']]);
  });

  test('what AWS refuses, until it does not', async () => {
    const arn = await targetGroup();
    account.refusing.set('RegisterTargets', 'AccessDenied');
    put({ targetGroupARN: arn });
    await run.settle();
    expect(ready().slice(0, 2)).toEqual(['False', 'AwsRefused']);
    expect(ready()[2]).toContain('RegisterTargets answered AccessDenied');
    account.refusing.clear();
    await run.targets.reconcile(arn);
    await run.settle();
    expect(ready().slice(0, 2)).toEqual(['True', 'Ready']);
  });

  test('no targets', async () => {
    pods = [];
    put({ targetGroupARN: await targetGroup() });
    await run.settle();
    run.touch();
    await run.settle();
    expect([ready().slice(0, 2), read()?.status?.targets]).toEqual([['True', 'NoTargets'], '0/0']);
  });
});

test('of two for one target group the older is served; when it goes, the other', async () => {
  const arn = await targetGroup();
  put({ targetGroupARN: arn }, { name: 'api', creationTimestamp: '2026-01-01T00:00:05Z', uid: 'b' });
  put({ targetGroupARN: arn }, { uid: 'a' });
  await run.settle();
  expect([ready()[0], ready('api').slice(0, 2)]).toEqual(['True', ['False', 'TargetGroupTaken']]);
  expect(ready('api')[2]).toContain('the targets of tg are those of TargetGroupBinding shop/web');
  remove();
  await run.settle();
  expect(read()).toBeUndefined();
  run.store.told({ metadata: NAME }, true);
  run.touch('shop/api');
  await run.settle();
  expect([ready('api')[0], await registered(arn)]).toEqual(['True', ['10.0.0.1:8080', '10.0.0.2:8080']]);
  expect(hashOf(read('api') ?? { metadata: NAME })).toEqual(expect.any(String));
});
