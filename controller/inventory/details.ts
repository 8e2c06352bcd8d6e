// Details of one group that bulk reads do not give: attributes, listeners, rules, attached certificates.
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { isFailure } from '../../alb/failures/failure.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import { LEGACY_CLUSTER_TAG, type Tags } from '../../api/aws.ts';
import { type Aws, unlessGone } from '../aws/client.ts';
import * as listeners from '../aws/kinds/listener.ts';
import * as loadBalancers from '../aws/kinds/load-balancer.ts';
import * as rules from '../aws/kinds/rule.ts';
import { readTags } from '../aws/kinds/tags.ts';
import * as targetGroups from '../aws/kinds/target-group.ts';

async function withAttributes(aws: Aws, found: Found<'loadBalancer'> | Found<'targetGroup'>): Promise<Found> {
  if (found.kind === 'loadBalancer') {
    // Reserved capacity is read when somebody wants to know it.
    const { capacityUnits: _, ...spec } = found.spec;
    return { ...found, spec: { ...spec, attributes: await loadBalancers.readAttributes(aws, found.arn) } };
  }
  return { ...found, spec: { ...found.spec, attributes: await targetGroups.readAttributes(aws, found.arn) } };
}

/** Version 1 of the LBC had no tags on listeners and rules: they are known by their place (aws-model 2.4, 3.3). */
const placed = (found: Found, resourceTag: string): Found =>
  found.resourceTag === '' && Object.keys(found.spec.tags).length === 0 ? { ...found, resourceTag } : found;

/** Listeners of one load balancer and their rules. */
async function readListeners(aws: Aws, LoadBalancerArn: string, legacy: boolean): Promise<Found[]> {
  const wires = await listeners.readListeners(aws, LoadBalancerArn);
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
  const named = legacy ? placed : (found: Found): Found => found;
  return read.flatMap(({ wire, arn, attributes, attached, ofListener }): Found[] => [
    named(listeners.fromAws(wire, { tags: tagsOf(arn), attributes, attached }), String(wire.Port)),
    ...ofListener.flatMap((wireRule) => {
      const rule = rules.fromAws(wireRule, arn, tagsOf(wireRule.RuleArn));
      return rule === undefined ? [] : [named(rule, `${wire.Port}:${rule.spec.priority}`)];
    }),
  ]);
}

/** How often the inside of a load balancer is read when something in it goes away meanwhile. */
const READINGS = 3;

/** Listeners and rules; one that is deleted between two calls has it read again. */
async function readInside(aws: Aws, { arn, spec }: Found<'loadBalancer'>): Promise<Found[]> {
  for (let left = READINGS - 1; ; left -= 1) {
    try {
      return await readListeners(aws, arn, LEGACY_CLUSTER_TAG in spec.tags);
    } catch (thrown) {
      if (!isFailure(thrown, 'notFound') || left === 0) throw thrown;
    }
  }
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
      const [itself, inside] = await Promise.allSettled([
        unlessGone(withAttributes(aws, one)),
        one.kind === 'loadBalancer' ? readInside(aws, one) : [],
      ]);
      if (itself.status === 'rejected') throw itself.reason;
      if (itself.value === undefined) return [];
      // What is inside of it cannot be told although it is there: that is no reason to think that it is gone.
      if (inside.status === 'rejected') throw inside.reason;
      return [itself.value, ...inside.value];
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
