// Resources by ARN, or the NotFound that AWS answers: the same sentence for every call that looks a resource up.
import { invalid, refuse } from './refusal.ts';
import type {
  ElbState,
  ListenerRecord,
  LoadBalancerRecord,
  RuleRecord,
  TargetGroupRecord,
  TrustStore,
} from './state.ts';

/** @throws AwsRefusal LoadBalancerNotFound, or ValidationError when it is no load balancer ARN (aws-limits 6). */
export function loadBalancerOf(state: ElbState, arn: string | undefined): LoadBalancerRecord {
  const found = state.loadBalancers.get(arn ?? '');
  if (found !== undefined) return found;
  if (!arn?.includes(':loadbalancer/')) invalid(`'${arn}' is not a valid load balancer ARN`);
  return refuse('LoadBalancerNotFound', 'One or more load balancers not found');
}

/** @throws AwsRefusal ListenerNotFound or ValidationError. */
export function listenerOf(state: ElbState, arn: string | undefined): ListenerRecord {
  const found = state.listeners.get(arn ?? '');
  if (found !== undefined) return found;
  if (!arn?.includes(':listener/')) invalid(`'${arn}' is not a valid listener ARN`);
  return refuse('ListenerNotFound', 'One or more listeners not found');
}

/** @throws AwsRefusal RuleNotFound or ValidationError. */
export function ruleOf(state: ElbState, arn: string | undefined): RuleRecord {
  const found = state.rules.get(arn ?? '');
  if (found !== undefined) return found;
  if (!arn?.includes(':listener-rule/')) invalid(`'${arn}' is not a valid listener rule ARN`);
  return refuse('RuleNotFound', 'One or more rules not found');
}

/** @throws AwsRefusal TargetGroupNotFound or ValidationError. */
export function targetGroupOf(state: ElbState, arn: string | undefined): TargetGroupRecord {
  const found = state.targetGroups.get(arn ?? '');
  if (found !== undefined) return found;
  if (!arn?.includes(':targetgroup/')) invalid(`'${arn}' is not a valid target group ARN`);
  return refuse('TargetGroupNotFound', 'One or more target groups not found');
}

/** @throws AwsRefusal TrustStoreNotFound or ValidationError. */
export function trustStoreOf(state: ElbState, arn: string | undefined): TrustStore {
  const found = state.trustStores.get(arn ?? '');
  if (found !== undefined) return found;
  if (!arn?.includes(':truststore/')) invalid(`'${arn}' is not a valid trust store ARN`);
  return refuse('TrustStoreNotFound', 'One or more trust stores not found');
}

/**
 * A reference that an index of the state holds.
 * @throws Error when the state contradicts itself, which is our bug.
 */
export function held<T>(map: ReadonlyMap<string, T>, arn: string): T {
  const found = map.get(arn);
  if (found === undefined) throw new Error(`the state has lost ${arn}`);
  return found;
}
