// Looking on while the controller works: kubectl as an assertion, bindings and conditions of a binding, and waiting until AWS is left alone.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import { collectionPath, KINDS, objectPath } from '../../kube/kinds.ts';
import type { CallCount } from '../../local-aws/local-aws.ts';
import type { Cluster } from './cluster.ts';
import type { Stage } from './stage.ts';

/**
 * Runs kubectl and gives its output.
 * @throws Error with kubectl's words when it fails.
 */
export async function kubectl(cluster: Cluster, line: string): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(line.split(' '));
  if (code !== 0) throw new Error(`kubectl ${line}: ${stderr.trim()}`);
  return stdout.trim();
}

export interface ConditionSeen {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface BindingSeen extends LoadBalancerBinding {
  readonly conditions: Readonly<Record<string, ConditionSeen>>;
}

/**
 * A binding as it is now, its conditions by type.
 * @throws Error when there is none.
 */
export async function bindingOf(cluster: Cluster, namespace: string, name: string): Promise<BindingSeen> {
  const path = objectPath(KINDS.bindings, { namespace, name });
  const binding = await cluster.read<LoadBalancerBinding>(path);
  if (binding === undefined) throw new Error(`there is no binding ${namespace}/${name}`);
  const conditions = (binding.status?.conditions ?? []).map((one) => [one.type, one] as const);
  return { ...binding, conditions: Object.fromEntries(conditions) };
}

/** All bindings, or those of a namespace. */
export async function bindingsOf(
  { read }: Pick<Cluster, 'read'>,
  namespace?: string,
): Promise<readonly LoadBalancerBinding[]> {
  const list = await read<{ readonly items: readonly LoadBalancerBinding[] }>(
    collectionPath(KINDS.bindings, namespace),
  );
  if (list === undefined) throw new Error('bindings are not served');
  return list.items;
}

/** The same as `NAMESPACE/NAME`. */
export const bindingNames = async (cluster: Pick<Cluster, 'read'>, namespace?: string): Promise<string[]> =>
  (await bindingsOf(cluster, namespace)).map(keyOf);

/** The mutating calls among these, as `action ×count`. */
export const mutating = (calls: readonly CallCount[]): string[] =>
  calls
    .filter((call) => call.mutating)
    .map(({ action, count }) => `${action} ×${count}`)
    .sort();

export const total = (calls: readonly CallCount[]): number =>
  calls.reduce((sum, { count }) => sum + count, 0);

/**
 * How long a scenario waits for a fact before it fails. It passes as soon as the fact is there, so that patience costs nothing,
 * and a busy machine needs it.
 */
export const soon = { timeout: 150_000, interval: 150 };

/** Resolves once no call changed anything in AWS for `quietMs`; gives up with an error after three minutes. */
export async function untilQuiet({ aws }: Pick<Stage, 'aws'>, quietMs = 600): Promise<void> {
  const deadline = Date.now() + 180_000;
  let seen = aws.mutations().length;
  let since = Date.now();
  while (Date.now() - since < quietMs) {
    if (Date.now() > deadline)
      throw new Error(
        `AWS is changed on and on: ${aws
          .mutations()
          .slice(-5)
          .map(({ action }) => action)
          .join(', ')}`,
      );
    await sleep(50);
    const now = aws.mutations().length;
    if (now === seen) continue;
    seen = now;
    since = Date.now();
  }
}

/**
 * Counts AWS calls afresh, once what went before has come to rest: a binding is Ready before the rules of the nodes' security
 * groups are, because these serve the whole cluster and are brought by a program of their own.
 */
export async function countAfresh(stage: Pick<Stage, 'aws'>): Promise<void> {
  await untilQuiet(stage, 1_000);
  stage.aws.resetCalls();
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/**
 * Asks a load balancer over HTTP.
 * @throws Error when nothing listens there.
 */
export async function ask(
  { aws }: Pick<Stage, 'aws'>,
  dnsName: string,
  path: string,
  { host = dnsName, port = 80 } = {},
): Promise<Answer> {
  const door = aws.listenerAddress(dnsName, port);
  if (door === undefined) throw new Error(`nothing listens on ${dnsName}:${port}`);
  const request = get({ ...door, path, headers: { host }, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}
