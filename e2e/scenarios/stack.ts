// A small stack of every AWS kind, as specs and made through the real SDK against the local AWS; shared by scenarios.

import { Registry } from 'prom-client';
import type { Found, Resolve } from '../../alb/kinds/kind.ts';
import { kinds } from '../../alb/kinds/kinds.ts';
import { changedFields } from '../../alb/plan/match.ts';
import {
  CLUSTER_TAG,
  type Kind,
  type ListenerSpec,
  type LoadBalancerSpec,
  RESOURCE_TAG,
  type RuleSpec,
  type SecurityGroupSpec,
  type SpecOf,
  STACK_TAG,
  type Tags,
  type TargetGroupSpec,
} from '../../api/aws.ts';
import { blankTargetGroup } from '../../api/ingress/target-group.ts';
import { type Aws, connectAws } from '../../controller/aws/client.ts';
import type { KindCalls } from '../../controller/aws/kinds/kind.ts';
import { calls } from '../../controller/aws/kinds/kinds.ts';
import { type Fixture, startFixture } from '../../local-aws/fixture.ts';
import { preparedMoto } from '../harness/prepared.ts';

export let rig: Fixture;
export let aws: Aws;

const ENVIRONMENT = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/** Starts the local AWS and connects to it as the controller does. */
export async function startAws(): Promise<void> {
  rig = await startFixture(preparedMoto);
  Object.assign(process.env, ENVIRONMENT, { AWS_ENDPOINT_URL: rig.aws.url });
  const { region, vpcId, cluster } = rig.account;
  const registry = new Registry();
  aws = connectAws({ clusterName: cluster, vpcId, region, maxAttempts: 2, version: 'test', registry });
}

export async function stopAws(): Promise<void> {
  aws?.close();
  // The next file of this process has a place of its own.
  for (const name of ['AWS_ENDPOINT_URL', ...Object.keys(ENVIRONMENT)]) delete process.env[name];
  await rig?.close();
}

export const resolve: Resolve = (ref) => (typeof ref === 'string' ? ref : ref.ref);

export const tags = (group: string, resource: string): Tags => ({
  [CLUSTER_TAG]: rig.account.cluster,
  [STACK_TAG]: group,
  [RESOURCE_TAG]: resource,
});

export const actions = (): string[] =>
  rig.aws.calls().flatMap(({ action, count }) => Array<string>(count).fill(action));

/** Brings a found resource to a wanted spec, by the schema that plans are made with. */
export function bring<K extends Kind>(
  calls: KindCalls<K>,
  found: Found<K>,
  wanted: SpecOf[K],
): Promise<Found<K>> {
  return calls.modify(aws, found, wanted, left(calls, found, wanted), resolve) as Promise<Found<K>>;
}

export const left = <K extends Kind>({ kind }: KindCalls<K>, found: Found<K>, wanted: SpecOf[K]) =>
  changedFields<K>(kinds[kind], wanted, found, resolve);

export const group = (name: string): SecurityGroupSpec => ({
  name: `k8s-${name}`,
  description: '[k8s] Managed SecurityGroup for LoadBalancer',
  ingress: [{ protocol: 'tcp', fromPort: 80, toPort: 80, source: { cidr: '0.0.0.0/0' } }],
  tags: tags(name, 'ManagedLBSecurityGroup'),
});

export const targets = (name: string, id = 'default/web-web:80'): TargetGroupSpec => ({
  ...blankTargetGroup({ targetType: 'instance', port: 30080, ipAddressType: 'ipv4' }),
  name: `k8s-${name}-web`,
  tags: tags(name, id),
});

export const balancer = (name: string, securityGroup: string): LoadBalancerSpec => ({
  name: `k8s-${name}`,
  scheme: 'internet-facing',
  ipAddressType: 'ipv4',
  subnets: rig.publicSubnets,
  securityGroups: [securityGroup],
  attributes: {},
  tags: tags(name, 'LoadBalancer'),
});

export const listenerOn = (name: string, loadBalancerArn: string, port = 80): ListenerSpec => ({
  loadBalancer: { ref: loadBalancerArn },
  port,
  protocol: 'HTTP',
  defaultActions: [{ type: 'fixed-response', statusCode: '404', contentType: 'text/plain' }],
  certificates: [],
  attributes: {},
  tags: tags(name, String(port)),
});

export const ruleOn = (
  name: string,
  listenerArn: string,
  targetGroupArn: string,
  priority = 1,
): RuleSpec => ({
  listener: { ref: listenerArn },
  priority,
  conditions: [{ field: 'path-pattern', values: [`/${priority}`, `/${priority}/*`] }],
  actions: [{ type: 'forward', targets: [{ targetGroup: targetGroupArn }] }],
  tags: tags(name, `80:${priority}`),
});

/** One of each kind. */
export async function stack(name: string) {
  const securityGroup = (await calls.securityGroup.create(
    aws,
    group(name),
    resolve,
  )) as Found<'securityGroup'>;
  const targetGroup = (await calls.targetGroup.create(aws, targets(name), resolve)) as Found<'targetGroup'>;
  const loadBalancer = (await calls.loadBalancer.create(
    aws,
    balancer(name, securityGroup.arn),
    resolve,
  )) as Found<'loadBalancer'>;
  const listener = (await calls.listener.create(
    aws,
    listenerOn(name, loadBalancer.arn),
    resolve,
  )) as Found<'listener'>;
  const rule = (await calls.rule.create(
    aws,
    ruleOn(name, listener.arn, targetGroup.arn),
    resolve,
  )) as Found<'rule'>;
  return { securityGroup, targetGroup, loadBalancer, listener, rule };
}
