// The fixture of scenarios of the local AWS alone: moto, the emulator, an account, SDK clients, and servers that are targets.
import { createServer, get, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ACMClient } from '@aws-sdk/client-acm';
import { EC2Client } from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { type SeededAccount, seedAccount } from './account/seed.ts';
import type { FetchedPage } from './data-plane/fixture.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';
import { type Moto, startMoto } from './moto/moto-process.ts';

export interface Fixture {
  aws: LocalAws;
  /** moto itself, behind the local AWS. */
  motoUrl: string;
  account: SeededAccount;
  client: elb.ElasticLoadBalancingV2Client;
  ec2: EC2Client;
  acm: ACMClient;
  tagging: ResourceGroupsTaggingAPIClient;
  publicSubnets: string[];
  /** A load balancer in the public subnets, with a name of its own by default. */
  loadBalancer(name?: string): Promise<{ lb: elb.LoadBalancer; arn: string; dns: string }>;
  /** The ARN of a new target group of type ip, checked every 0.1 s. */
  targetGroup(changes?: Partial<elb.CreateTargetGroupCommandInput>): Promise<string>;
  register(group: string, ...targets: elb.TargetDescription[]): Promise<unknown>;
  /** The ARN of an HTTP listener. */
  listener(loadBalancer: string, action: elb.Action, port?: number): Promise<string>;
  /** The states of a group's targets. */
  health(group: string): Promise<(string | undefined)[]>;
  /** Starts a server on this machine that is the target `address:port`. */
  startTarget(target: string, handler: RequestListener): Promise<Server>;
  /** Reads a page through a listener of a load balancer. */
  open(dns: string, port: number, url: string, headers?: Record<string, string>): Promise<FetchedPage>;
  /** A name nobody has had. */
  fresh(prefix: string): string;
  close(): Promise<void>;
}

/** Starts everything, with a moto of its own unless told otherwise; one configured second of health checks and draining lasts 10 ms. */
export async function startFixture(
  start: () => Promise<Pick<Moto, 'url' | 'close'>> = startMoto,
): Promise<Fixture> {
  const moto = await start();
  const targets = new Map<string, Server>();
  const aws = await startLocalAws({
    motoUrl: moto.url,
    healthIntervalScale: 0.01,
    targetAddress: ({ id, port }) => {
      const address = targets.get(`${id}:${port}`)?.address() as AddressInfo | undefined;
      return address === undefined ? undefined : { host: '127.0.0.1', port: address.port };
    },
  });
  const account = await seedAccount(aws.url);
  const config = {
    endpoint: aws.url,
    region: account.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  const client = new elb.ElasticLoadBalancingV2Client(config);
  const publicSubnets = account.subnets.filter((subnet) => subnet.public).map((subnet) => subnet.id);
  let serial = 0;
  const fresh = (prefix: string) => `${prefix}-${++serial}`;
  return {
    aws,
    motoUrl: moto.url,
    account,
    client,
    ec2: new EC2Client(config),
    acm: new ACMClient(config),
    tagging: new ResourceGroupsTaggingAPIClient(config),
    publicSubnets,
    fresh,
    ...makers(client, publicSubnets, account.vpcId, fresh),
    startTarget: async (target, handler) => {
      const server = createServer(handler);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      targets.set(target, server);
      return server;
    },
    open: (dns, port, url, headers = {}) => open(aws, dns, port, url, headers),
    close: async () => {
      for (const server of targets.values()) server.close();
      await aws.close();
      await moto.close();
    },
  };
}

function makers(
  client: elb.ElasticLoadBalancingV2Client,
  subnets: string[],
  vpcId: string,
  fresh: (prefix: string) => string,
): Pick<Fixture, 'loadBalancer' | 'targetGroup' | 'register' | 'listener' | 'health'> {
  return {
    loadBalancer: async (name = fresh('lb')) => {
      const create = new elb.CreateLoadBalancerCommand({ Name: name, Subnets: subnets });
      const lb = first((await client.send(create)).LoadBalancers);
      return { lb, arn: lb.LoadBalancerArn ?? '', dns: lb.DNSName ?? '' };
    },
    targetGroup: async (changes = {}) => {
      const create = new elb.CreateTargetGroupCommand({
        Name: fresh('tg'),
        Protocol: 'HTTP',
        Port: 80,
        VpcId: vpcId,
        TargetType: 'ip',
        HealthCheckIntervalSeconds: 10,
        HealthyThresholdCount: 2,
        ...changes,
      });
      return first((await client.send(create)).TargetGroups).TargetGroupArn ?? '';
    },
    register: (TargetGroupArn, ...Targets) =>
      client.send(new elb.RegisterTargetsCommand({ TargetGroupArn, Targets })),
    listener: async (LoadBalancerArn, action, Port = 80) => {
      const create = new elb.CreateListenerCommand({
        LoadBalancerArn,
        Port,
        Protocol: 'HTTP',
        DefaultActions: [action],
      });
      return first((await client.send(create)).Listeners).ListenerArn ?? '';
    },
    health: async (TargetGroupArn) => {
      const answer = await client.send(new elb.DescribeTargetHealthCommand({ TargetGroupArn }));
      return (answer.TargetHealthDescriptions ?? []).map((description) => description.TargetHealth?.State);
    },
  };
}

async function open(
  aws: LocalAws,
  dns: string,
  port: number,
  url: string,
  headers: Record<string, string>,
): Promise<FetchedPage> {
  const address = aws.listenerAddress(dns, port);
  if (address === undefined) throw new Error(`no listener on port ${port} of ${dns}`);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ ...address, path: url, headers: { host: dns, ...headers }, agent: false }, resolve).on(
      'error',
      reject,
    );
  });
  return { status: response.statusCode ?? 0, body: await text(response), headers: response.headers };
}

/** The first member of an answer's list. */
export function first<T>(list: readonly T[] | undefined): T {
  const [one] = list ?? [];
  if (one === undefined) throw new Error('the answer is empty');
  return one;
}

/** The name of the error that a call is refused with, or `accepted`. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
  return 'accepted';
}

/** Waits until something is so; gives up after 10 s. */
export async function until(what: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A fixed response with a text. */
export const fixed = (body: string): elb.Action => ({
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '200', ContentType: 'text/plain', MessageBody: body },
});

export const path = (...Values: string[]): elb.RuleCondition => ({
  Field: 'path-pattern',
  PathPatternConfig: { Values },
});
