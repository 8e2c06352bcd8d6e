// The life of one Ingress on a real API server: a stage, and waiting until it is as it should be; shared by scenarios.
import { expect, vi } from 'vitest';
import type { Ingress } from '../../api/kube.ts';
import { KINDS, objectPath } from '../../kube/kinds.ts';
import type { AccountSnapshot, LoadBalancerSnapshot } from '../harness/account-snapshot.ts';
import { ingress } from '../harness/fixtures.ts';
import { type Stage, setStage } from '../harness/stage.ts';
import { type BindingSeen, bindingNames, bindingOf, kubectl, soon, untilQuiet } from '../harness/waiters.ts';

export { soon } from '../harness/waiters.ts';

export let stage: Stage;

/** Sets the stage; a load balancer takes a moment to become active on it. */
export const startStage = (): Promise<void> => startStageWith([]);

/** The same, with more flags of the controller. */
export async function startStageWith(controllerArgs: readonly string[]): Promise<void> {
  stage = await setStage({ aws: { provisioningMs: 200 }, controllerArgs });
}

export const stopStage = async (): Promise<void> => stage?.stop();

/** What Programmed says when nothing is left to do, not even a predecessor to delete. */
export const DONE = 'The load balancer does what the Ingress says.';

export const k = (line: string): Promise<string> => kubectl(stage.cluster, line);
/** An Ingress as it is stored. @throws Error when there is none. */
export async function ingressOf(of: string, name: string): Promise<Ingress> {
  const stored = await stage.cluster.read<Ingress>(objectPath(KINDS.ingresses, { namespace: of, name }));
  if (stored === undefined) throw new Error(`there is no Ingress ${of}/${name}`);
  return stored;
}
export const hostOf = async (of: string, name: string): Promise<string> =>
  (await ingressOf(of, name)).status?.loadBalancer?.ingress?.[0]?.hostname ?? '';
export const statusOf = async (of: string, name: string): Promise<NonNullable<BindingSeen['status']>> =>
  (await bindingOf(stage.cluster, of, name)).status ?? {};
/** The names of a namespace's bindings. */
export const bound = async (of: string): Promise<string[]> =>
  (await bindingNames(stage.cluster, of)).map((key) => key.slice(of.length + 1));

/** Applies an Ingress and waits until its binding says Ready and AWS is left alone. */
export async function bringUp(
  of: string,
  name: string,
  options: Parameters<typeof ingress>[2],
): Promise<string> {
  await stage.cluster.apply(ingress(of, name, options));
  await ready(of, name);
  return hostOf(of, name);
}

export async function ready(of: string, name: string): Promise<void> {
  await vi.waitFor(async () => {
    const { metadata, status, conditions } = await bindingOf(stage.cluster, of, name);
    const seen = { generation: status?.observedGeneration, state: status?.state, ...conditions.Programmed };
    expect(seen).toMatchObject({ generation: metadata.generation, state: 'Ready', message: DONE });
    const [healthy, all] = (status?.targets ?? '').split('/');
    expect(healthy).toBe(all);
  }, soon);
  await untilQuiet(stage);
}

export const onlyBalancer = (snapshot: AccountSnapshot): LoadBalancerSnapshot => {
  expect(snapshot.loadBalancers).toHaveLength(1);
  const [one] = snapshot.loadBalancers;
  if (one === undefined) throw new Error('there is no load balancer');
  return one;
};

export async function removed(of: string, ...names: string[]): Promise<void> {
  await k(`delete ingress -n ${of} ${names.join(' ')}`);
  await vi.waitFor(async () => expect(await bound(of)).toEqual([]), soon);
  await untilQuiet(stage);
}

export const tags = (stack: string, resource: string, more: Record<string, string> = {}) => ({
  'elbv2.k8s.aws/cluster': 'local',
  'ingress.k8s.aws/stack': stack,
  'ingress.k8s.aws/resource': resource,
  ...more,
});
