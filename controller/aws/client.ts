// The AWS calls we depend on, in one list, and the clients that send them: one path with throttle, retries, metrics and typed failures.
import { setTimeout as sleep } from 'node:timers/promises';
import { ACMClient } from '@aws-sdk/client-acm';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { ShieldClient } from '@aws-sdk/client-shield';
import { STSClient } from '@aws-sdk/client-sts';
import { WAFV2Client } from '@aws-sdk/client-wafv2';
import type { Registry } from 'prom-client';
import { failureOf, isFailure } from '../../alb/failures/failure.ts';
import { type AssumedRole, AssumedRoles, type RoleAccount } from './assumed-roles.ts';
import { callMetrics } from './call-metrics.ts';
import { type AwsService, SERVICE_IDS } from './services.ts';
import { type Throttle, throttle } from './throttle.ts';

interface Call {
  readonly service: AwsService;
  readonly mutating: boolean;
}

const reads = (service: AwsService, ...actions: string[]): [string, Call][] =>
  actions.map((action) => [action, { service, mutating: false }]);
const writes = (service: AwsService, ...actions: string[]): [string, Call][] =>
  actions.map((action) => [action, { service, mutating: true }]);

/**
 * Every AWS action that we ever call; `service:Action` is its name in IAM, so this is in effect the IAM policy.
 * A client refuses to send anything else.
 */
export const CALLS: ReadonlyMap<string, Call> = new Map([
  ...reads(
    'elasticloadbalancing',
    'DescribeLoadBalancers',
    'DescribeLoadBalancerAttributes',
    'DescribeTargetGroups',
    'DescribeTargetGroupAttributes',
    'DescribeTargetHealth',
    'DescribeListeners',
    'DescribeListenerAttributes',
    'DescribeListenerCertificates',
    'DescribeRules',
    'DescribeTags',
    'DescribeCapacityReservation',
    'DescribeTrustStores',
  ),
  ...writes(
    'elasticloadbalancing',
    'AddTags',
    'RemoveTags',
    'CreateLoadBalancer',
    'DeleteLoadBalancer',
    'ModifyLoadBalancerAttributes',
    'ModifyCapacityReservation',
    'ModifyIpPools',
    'SetIpAddressType',
    'SetSecurityGroups',
    'SetSubnets',
    'CreateTargetGroup',
    'ModifyTargetGroup',
    'ModifyTargetGroupAttributes',
    'DeleteTargetGroup',
    'RegisterTargets',
    'DeregisterTargets',
    'CreateListener',
    'ModifyListener',
    'ModifyListenerAttributes',
    'DeleteListener',
    'AddListenerCertificates',
    'RemoveListenerCertificates',
    'CreateRule',
    'ModifyRule',
    'DeleteRule',
    'SetRulePriorities',
  ),
  ...reads(
    'ec2',
    'DescribeAvailabilityZones',
    'DescribeInstances',
    'DescribeNetworkInterfaces',
    'DescribeRouteTables',
    'DescribeSecurityGroups',
    'DescribeSubnets',
    'DescribeVpcs',
  ),
  ...writes(
    'ec2',
    'AuthorizeSecurityGroupIngress',
    'CreateSecurityGroup',
    'CreateTags',
    'DeleteSecurityGroup',
    'DeleteTags',
    'RevokeSecurityGroupIngress',
  ),
  ...reads('acm', 'DescribeCertificate', 'ListCertificates'),
  ...reads('tag', 'GetResources'),
  ...reads('wafv2', 'GetWebACLForResource', 'ListResourcesForWebACL', 'ListWebACLs'),
  ...writes('wafv2', 'AssociateWebACL', 'DisassociateWebACL'),
  ...reads('shield', 'DescribeProtection', 'GetSubscriptionState'),
  ...writes('shield', 'CreateProtection', 'DeleteProtection'),
  // Its access level is Write, although nothing is changed (Service Authorization Reference: AWS Security Token Service).
  ...writes('sts', 'AssumeRole'),
]);

/** The connected AWS account, as seen by one controller. */
export interface Aws {
  readonly clusterName: string;
  readonly vpcId: string;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly ec2: EC2Client;
  readonly acm: ACMClient;
  readonly tagging: ResourceGroupsTaggingAPIClient;
  readonly wafv2: WAFV2Client;
  readonly shield: ShieldClient;
  /** The account as somebody in this role sees it; whether the role can be assumed is known by asking. */
  assuming(role: AssumedRole): RoleAccount;
  /** The client secret that a hash stands for; undefined when it is not known any more. */
  clientSecret(hash: string): string | undefined;
  /** Calls sent so far by action, pages and failures included, retries not. */
  readonly counts: ReadonlyMap<string, number>;
  close(): void;
}

export interface AwsOptions {
  readonly clusterName: string;
  readonly vpcId: string;
  /** Unset: the SDK's own search (environment, shared configuration). */
  readonly region?: string;
  /** Attempts of one call, the first included, with the SDK's standard back-off. */
  readonly maxAttempts: number;
  readonly version: string;
  readonly registry: Registry;
  readonly throttle?: Throttle;
  /** URLs of services, by their ids in the AWS SDK. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Client secrets by their hashes: plain data has the hashes only. Unset: none is known. */
  clientSecret?(hash: string): string | undefined;
  /** Waited for before every call that changes something: resolves while this process may. */
  mayWrite?(): Promise<void>;
}

/** An answer that takes longer is a failure like any other and tried again; without this a call could hang for ever. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

/** Connects the clients. Endpoints and credentials come from the SDK's standard environment (`AWS_ENDPOINT_URL`, …). */
export function connectAws(options: AwsOptions): Aws {
  const counts = new Map<string, number>();
  const send = sender(options, counts);
  const config = {
    maxAttempts: options.maxAttempts,
    retryMode: 'standard',
    requestHandler: { ...TIMEOUTS },
    customUserAgent: [['albatross', options.version] as [string, string]],
    ...(options.region === undefined ? {} : { region: options.region }),
  };
  const at = serviceAt(config, options.endpoints ?? {});
  const { sts, ...clients } = clientsOf(at, send);
  const roles = new AssumedRoles(options.clusterName, sts, (credentials) =>
    elbv2Of({ ...at('elasticloadbalancing'), credentials }, send),
  );
  return {
    clusterName: options.clusterName,
    vpcId: options.vpcId,
    ...clients,
    assuming: (role) => roles.of(role),
    clientSecret: (hash) => options.clientSecret?.(hash),
    counts,
    close: () => {
      for (const client of [...Object.values(clients), sts, roles]) client.destroy();
    },
  };
}

interface Clients extends Pick<Aws, 'elbv2' | 'ec2' | 'acm' | 'tagging' | 'wafv2' | 'shield'> {
  readonly sts: STSClient;
}

type Middleware = <A, R extends { readonly output: unknown }>(
  next: (args: A) => Promise<R>,
  context: { readonly commandName?: string },
) => (args: A) => Promise<R>;

/** What all clients have in common, whatever their commands are. */
interface SdkClient {
  readonly middlewareStack: {
    add(middleware: Middleware, options: { step: 'initialize'; name: string; priority: 'high' }): void;
  };
}

/** The configuration of a service's client. */
const serviceAt =
  (config: object, endpoints: Readonly<Record<string, string>>) =>
  (service: AwsService): object => {
    const id = SERVICE_IDS[service];
    return Object.hasOwn(endpoints, id) ? { ...config, endpoint: endpoints[id] } : config;
  };

type Send = ReturnType<typeof sender>;

function through<C extends SdkClient>(client: C, send: Send): C {
  const middleware: Middleware =
    (next, { commandName }) =>
    (args) =>
      send(commandName, () => next(args));
  client.middlewareStack.add(middleware, { step: 'initialize', name: 'albatross', priority: 'high' });
  return client;
}

const elbv2Of = (config: object, send: Send): ElasticLoadBalancingV2Client =>
  through(new ElasticLoadBalancingV2Client(config), send);

const clientsOf = (at: ReturnType<typeof serviceAt>, send: Send): Clients => ({
  elbv2: elbv2Of(at('elasticloadbalancing'), send),
  ec2: through(new EC2Client(at('ec2')), send),
  acm: through(new ACMClient(at('acm')), send),
  tagging: through(new ResourceGroupsTaggingAPIClient(at('tag')), send),
  wafv2: through(new WAFV2Client(at('wafv2')), send),
  shield: through(new ShieldClient(at('shield')), send),
  sts: through(new STSClient(at('sts')), send),
});

/** The one path of every call: listed? wait for the throttle, send, count, and turn what goes wrong into an `AwsFailure`. */
function sender(options: AwsOptions, counts: Map<string, number>) {
  const limits = options.throttle ?? throttle();
  const metrics = callMetrics(options.registry);
  return async <T extends { readonly output: unknown }>(
    command: string | undefined,
    next: () => Promise<T>,
  ): Promise<T> => {
    const action = (command ?? '').replace(/Command$/, '');
    const listed = CALLS.get(action);
    if (listed === undefined) throw new Error(`${action} is missing in CALLS`);
    const { service, mutating } = listed;
    const wait = limits.reserve(service, action, performance.now());
    if (wait > 0) await sleep(wait);
    if (mutating) await options.mayWrite?.();
    counts.set(action, (counts.get(action) ?? 0) + 1);
    const call = metrics.begun(service, action);
    try {
      const answer = await next();
      call.answered(answer.output);
      return answer;
    } catch (thrown) {
      const failure = failureOf(action, thrown);
      call.failed(failure);
      throw failure;
    }
  };
}

/** Follows a paged call to its end; `next` gets the token of the page before (undefined for the first). */
export async function allPages<T>(
  next: (
    token: string | undefined,
  ) => Promise<{ items: readonly T[] | undefined; token: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const page = await next(token);
    all.push(...(page.items ?? []));
    token = page.token === '' ? undefined : page.token;
  } while (token !== undefined);
  return all;
}

/** What is read, or undefined when AWS says that there is no such thing. */
export const unlessGone = <T>(reading: Promise<T>): Promise<T | undefined> =>
  reading.catch((thrown: unknown) => {
    if (isFailure(thrown, 'notFound')) return undefined;
    throw thrown;
  });
