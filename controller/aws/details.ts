// Details of one group that bulk reads do not give: attributes, listeners, rules, attached certificates.
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Tags } from '../../api/aws.ts';
import type { Found } from '../kinds/kind.ts';
import * as listeners from '../kinds/listener.ts';
import * as loadBalancers from '../kinds/load-balancer.ts';
import * as rules from '../kinds/rule.ts';
import * as targetGroups from '../kinds/target-group.ts';
import { readTags } from './bulk.ts';
import { type Aws, allPages } from './calls.ts';
import { isFailure } from './errors.ts';

/** Undefined when it is gone meanwhile. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (thrown) {
    if (isFailure(thrown, 'notFound')) return undefined;
    throw thrown;
  }
}

async function withAttributes(aws: Aws, found: Found<'loadBalancer'> | Found<'targetGroup'>): Promise<Found> {
  if (found.kind === 'loadBalancer') {
    return {
      ...found,
      spec: { ...found.spec, attributes: await loadBalancers.readAttributes(aws, found.arn) },
    };
  }
  return { ...found, spec: { ...found.spec, attributes: await targetGroups.readAttributes(aws, found.arn) } };
}

/** Listeners of one load balancer and their rules. */
async function readListeners(aws: Aws, LoadBalancerArn: string): Promise<Found[]> {
  const wires = await allPages(async (Marker) => {
    const page = await aws.elbv2.send(new DescribeListenersCommand({ LoadBalancerArn, Marker }));
    return { items: page.Listeners, token: page.NextMarker };
  });
  const read = await Promise.all(
    wires.map(async (wire) => {
      const arn = wire.ListenerArn ?? '';
      const [attributes, attached, ofListener] = await Promise.all([
        listeners.readAttributes(aws, arn),
        wire.Protocol === 'HTTPS' ? listeners.readAttached(aws, arn) : [],
        rules.readRules(aws, arn),
      ]);
      return { wire, arn, attributes, attached, ofListener };
    }),
  );
  const tags = await readTags(
    aws,
    read.flatMap(({ arn, ofListener }) => [arn, ...ofListener.flatMap(({ RuleArn }) => RuleArn ?? [])]),
  );
  const tagsOf = (arn: string | undefined): Tags => tags.get(arn ?? '') ?? {};
  return read.flatMap(({ wire, arn, attributes, attached, ofListener }): Found[] => [
    listeners.fromAws(wire, { tags: tagsOf(arn), attributes, attached }),
    ...ofListener.flatMap((rule) => rules.fromAws(rule, arn, tagsOf(rule.RuleArn)) ?? []),
  ]);
}

/**
 * Completes what bulk reads found of one group. What vanished meanwhile is left out.
 * Calls: one for each load balancer, target group and listener for attributes, plus pages of listeners, rules and tags.
 */
export async function readDetails(aws: Aws, found: readonly Found[]): Promise<Found[]> {
  const complete = await Promise.all(
    found.map(async (one): Promise<Found[]> => {
      if (one.kind === 'securityGroup') return [one];
      if (one.kind !== 'loadBalancer' && one.kind !== 'targetGroup') return [];
      const [itself, inside] = await Promise.all([
        unlessGone(withAttributes(aws, one)),
        one.kind === 'loadBalancer' ? unlessGone(readListeners(aws, one.arn)) : [],
      ]);
      return itself === undefined || inside === undefined ? [] : [itself, ...inside];
    }),
  );
  return complete.flat();
}

/** How far AWS is with load balancers that were being provisioned, by ARN. One call for all of them. */
export async function readStates(aws: Aws, arns: readonly string[]): Promise<Map<string, string>> {
  const { LoadBalancers } = await aws.elbv2.send(
    new DescribeLoadBalancersCommand({ LoadBalancerArns: [...arns] }),
  );
  return new Map(
    (LoadBalancers ?? []).map(({ LoadBalancerArn, State }) => [LoadBalancerArn ?? '', State?.Code ?? '']),
  );
}
