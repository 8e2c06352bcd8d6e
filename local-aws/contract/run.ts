// Runs a row of the contract through the real AWS SDK: names filled in, calls made in order, the answer compared.
import { ACM } from '@aws-sdk/client-acm';
import { EC2 } from '@aws-sdk/client-ec2';
import {
  ElasticLoadBalancingV2,
  OperationNotPermittedException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ResourceGroupsTaggingAPI } from '@aws-sdk/client-resource-groups-tagging-api';
import { differences } from './compare.ts';
import type { ContractRow, ContractStep } from './row.ts';

/** The values of names: `$vpc`, and everything that steps saved. */
export type ContractNames = Record<string, unknown>;

/** A subject of the contract: the local AWS, or moto itself. */
export interface ContractSubject {
  readonly name: 'local' | 'moto';
  readonly clients: ReadonlyMap<string, object>;
  /** Names that are there from the start. */
  readonly names: Readonly<ContractNames>;
}

/** SDK clients for one endpoint; a failed call is not tried again. */
export function clientsOf(endpoint: string, region: string): ReadonlyMap<string, object> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const config = { endpoint, region, credentials, maxAttempts: 1 };
  return new Map<string, object>([
    ['elb', new ElasticLoadBalancingV2(config)],
    ['ec2', new EC2(config)],
    ['acm', new ACM(config)],
    ['tagging', new ResourceGroupsTaggingAPI(config)],
  ]);
}

/** What came back: an output, or an error by its wire code. */
type CallOutcome = { readonly output: unknown } | { readonly code: string; readonly message: string };

let serial = 0;

/**
 * Runs one row and says everything that is not as expected; an empty list is a pass.
 * What the row made in Elastic Load Balancing is removed afterwards, so that no row meets another one or a quota.
 */
export async function runRow(row: ContractRow, subject: ContractSubject): Promise<string[]> {
  const names: ContractNames = { ...subject.names };
  try {
    for (const step of row.before ?? []) {
      const outcome = await send(step, names, subject);
      if ('code' in outcome)
        return [`before: ${step.call} was refused with ${outcome.code}: ${outcome.message}`];
    }
    const outcome = await send(row, names, subject);
    return judge(row, names, subject, outcome);
  } finally {
    await sweep(row, subject);
  }
}

function judge(
  row: ContractRow,
  names: ContractNames,
  subject: ContractSubject,
  outcome: CallOutcome,
): string[] {
  const { expect } = row;
  if ('error' in expect) {
    if (!('code' in outcome)) return [`accepted, but ${expect.error} is expected`];
    if (outcome.code !== expect.error)
      return [`refused with ${outcome.code} instead of ${expect.error}: ${outcome.message}`];
    // The words are AWS's; moto has its own.
    if (subject.name === 'moto') return [];
    if ('message' in expect) {
      const message = String(fill(expect.message, names));
      return outcome.message === message ? [] : [`says "${outcome.message}", expected "${message}"`];
    }
    const words = (expect.says ?? []).map((word) => String(fill(word, names)));
    return words
      .filter((word) => !outcome.message.includes(word))
      .map((word) => `does not say "${word}": ${outcome.message}`);
  }
  if ('code' in outcome) return [`refused with ${outcome.code}: ${outcome.message}`];
  return differences(fill(expect.answer, names), outcome.output);
}

async function send(
  step: ContractStep,
  names: ContractNames,
  subject: ContractSubject,
): Promise<CallOutcome> {
  const [service, action] = step.call.includes(' ') ? step.call.split(' ') : ['elb', step.call];
  const client = subject.clients.get(service ?? '');
  if (client === undefined || action === undefined) throw new Error(`no client for the call ${step.call}`);
  const method: unknown = Reflect.get(client, `${action.charAt(0).toLowerCase()}${action.slice(1)}`);
  if (typeof method !== 'function') throw new Error(`the SDK has no call ${step.call}`);
  try {
    const output: unknown = await Reflect.apply(method, client, [fill(step.input, names)]);
    for (const [name, path] of Object.entries(step.save ?? {})) names[name] = at(output, path, step.call);
    return { output };
  } catch (error) {
    if (!(error instanceof Error) || !('$metadata' in error)) throw error;
    // The SDK renames what its model knows (`…Exception`); the code on the wire is beside it.
    const code = 'Code' in error && typeof error.Code === 'string' ? error.Code : error.name;
    return { code, message: error.message };
  }
}

/** The value at a dotted path of an answer. */
function at(output: unknown, path: string, call: string): unknown {
  let value = output;
  for (const part of path.split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  if (value === undefined) throw new Error(`the answer of ${call} has nothing at ${path}`);
  return value;
}

/** `$fresh-lb` is a name of this row alone; `$$` is a dollar sign. */
const NAME = /\$(\$|fresh-[a-z0-9]+|[A-Za-z][A-Za-z0-9]*)/g;

/** Puts values in the place of names, at any depth. A text that is one name alone becomes that value as it is. */
export function fill(value: unknown, names: ContractNames): unknown {
  if (typeof value === 'string') {
    const alone = /^\$([A-Za-z][A-Za-z0-9]*)$/.exec(value)?.[1];
    if (alone !== undefined) return named(alone, names);
    return value.replace(NAME, (_all, name: string) => (name === '$' ? '$' : String(named(name, names))));
  }
  if (value instanceof RegExp) return new RegExp(String(fill(value.source, names)), value.flags);
  if (Array.isArray(value)) return value.map((member) => fill(member, names));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Date)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [String(fill(key, names)), fill(member, names)]),
  );
}

function named(name: string, names: ContractNames): unknown {
  if (names[name] === undefined && name.startsWith('fresh-'))
    names[name] = `${name.slice('fresh-'.length)}-${++serial}`;
  const value = names[name];
  if (value === undefined) throw new Error(`nothing is called $${name} here (a dollar sign is written $$)`);
  return value;
}

/** Removes every load balancer, target group and trust store, of the kinds that the row may have made. */
async function sweep(row: ContractRow, subject: ContractSubject): Promise<void> {
  const elb = subject.clients.get('elb');
  if (!(elb instanceof ElasticLoadBalancingV2))
    throw new Error('the subject has no client of load balancing');
  const made = new Set([...(row.before ?? []), row].map(({ call }) => call));
  if (made.has('CreateLoadBalancer'))
    for (const { LoadBalancerArn } of (await elb.describeLoadBalancers({})).LoadBalancers ?? [])
      await removeBalancer(elb, LoadBalancerArn);
  if (made.has('CreateTargetGroup'))
    for (const { TargetGroupArn } of (await elb.describeTargetGroups({})).TargetGroups ?? [])
      await elb.deleteTargetGroup({ TargetGroupArn });
  // moto has no trust stores.
  if (made.has('CreateTrustStore') && subject.name !== 'moto')
    for (const { TrustStoreArn } of (await elb.describeTrustStores({})).TrustStores ?? [])
      await elb.deleteTrustStore({ TrustStoreArn });
}

/** Rows may have protected it. */
async function removeBalancer(
  elb: ElasticLoadBalancingV2,
  LoadBalancerArn: string | undefined,
): Promise<void> {
  try {
    await elb.deleteLoadBalancer({ LoadBalancerArn });
  } catch (error) {
    if (!(error instanceof OperationNotPermittedException)) throw error;
    const Attributes = [{ Key: 'deletion_protection.enabled', Value: 'false' }];
    await elb.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes });
    await elb.deleteLoadBalancer({ LoadBalancerArn });
  }
}
