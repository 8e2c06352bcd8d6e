// Somebody with rights in the account, who changes by hand what we made; shared by scenarios.
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, vi } from 'vitest';
import { takeAccountSnapshot } from '../harness/account-snapshot.ts';
import { untilQuiet } from '../harness/waiters.ts';
import { soon, stage } from './life.ts';

export let elbv2: elb.ElasticLoadBalancingV2Client;
export let net: ec2.EC2Client;
let stack = '';

/** Connects; what is asked for without a name is of this group. */
export function connectSomebody(group: string): void {
  stack = group;
  const config = {
    endpoint: stage.aws.url,
    region: stage.account.region,
    credentials: { accessKeyId: 'somebody', secretAccessKey: 'else' },
  };
  elbv2 = new elb.ElasticLoadBalancingV2Client(config);
  net = new ec2.EC2Client(config);
}

/** A new process knows what it made by the hash alone, and has changed nothing in the last minute. */
export async function restart(...args: string[]): Promise<void> {
  await stage.controller().stop();
  await stage.startController('controller', args);
}

const arnOf = <T extends { arn: string }>(all: Iterable<T>, pick: (one: T) => boolean): string => {
  const one = [...all].find(pick);
  if (one === undefined) throw new Error('it is not there');
  return one.arn;
};
const ours = ({ tags }: { tags: Record<string, string> }): boolean => tags['ingress.k8s.aws/stack'] === stack;
export const balancer = (): string => arnOf(stage.aws.state().loadBalancers.values(), ours);
export const listener = (): string => arnOf(stage.aws.state().listeners.values(), ours);
export const targetGroup = (): string => arnOf(stage.aws.state().targetGroups.values(), ours);
export const rule = (path: string): string =>
  arnOf(stage.aws.state().rules.values(), (one) => ours(one) && JSON.stringify(one).includes(`"${path}"`));
/** What people were told on the Ingress, oldest first. */
export async function told(of = 'drift', reason = 'Drift'): Promise<string[]> {
  const path = `/apis/events.k8s.io/v1/namespaces/${of}/events`;
  interface Events {
    readonly items: readonly { readonly note: string; readonly eventTime: string }[];
  }
  const events = await stage.cluster.read<Events>(path, { fieldSelector: `reason=${reason}` });
  return (events?.items ?? [])
    .toSorted((a, b) => a.eventTime.localeCompare(b.eventTime))
    .map(({ note }) => note);
}

/** What somebody answers instead. */
export const notFound: elb.Action[] = [
  { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '418', ContentType: 'text/plain' } },
];

/** What there is; AWS keeps certificates without an order. */
async function seen(): Promise<unknown> {
  const { loadBalancers, ...rest } = await takeAccountSnapshot(stage);
  const sorted = loadBalancers.map((one) => ({
    ...one,
    listeners: Object.entries(one.listeners).map(([port, { certificates, ...listener }]) => {
      const [first = '', ...others] = certificates;
      return { port, certificates: [first, ...others.sort()], ...listener };
    }),
  }));
  return { loadBalancers: sorted, ...rest };
}

/** Somebody does something; it is told once, in these words, and everything is as before. Of several things some may come later. */
export async function putRight(
  words: readonly RegExp[],
  ...commands: (() => Promise<unknown>)[]
): Promise<void> {
  const before = await seen();
  const known = await told();
  for (const command of commands) await command();
  await vi.waitFor(async () => expect(await seen()).toEqual(before), soon);
  await vi.waitFor(async () => expect((await told()).length).toBeGreaterThan(known.length), soon);
  await untilQuiet(stage, 1_500);
  const news = (await told()).slice(known.length);
  if (commands.length === 1) expect(news, news.join('\n')).toHaveLength(1);
  for (const one of news) expect(one).toContain('Changed in AWS by somebody else, put right: ');
  for (const one of words) expect(news.join('\n')).toMatch(one);
}

export const send = (command: object) => (): Promise<unknown> => elbv2.send(command as never);

/** The condition of a rule for one path. */
export const pathRule = (path: string) => [{ Field: 'path-pattern', PathPatternConfig: { Values: [path] } }];
