// Load balancers outside Availability Zones: which subnets make one, and what it cannot do (aws-limits L8 to L11, L19, L20).
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { VpcSubnet } from './account-facts.ts';
import { invalid, refuse } from './refusal.ts';
import type { LoadBalancerRecord, TargetGroupRecord } from './state.ts';

type Placement = LoadBalancerRecord['placement'];

const no = (message: string): never => refuse('InvalidConfigurationRequest', message);

/**
 * Where a load balancer of these subnets lies: two or more Availability Zones (undefined), one or more Local Zones, or one
 * subnet of an Outpost.
 * @throws AwsRefusal ValidationError when there are too few, InvalidConfigurationRequest when kinds are mixed.
 */
export function placementOf(subnets: readonly VpcSubnet[]): Placement {
  const kinds = new Set(
    subnets.map((subnet) => (subnet.outpostArn === undefined ? subnet.zoneType : 'outpost')),
  );
  if (kinds.size > 1) no('Subnets of Availability Zones, Local Zones and Outposts cannot be mixed');
  const [kind] = kinds;
  if (kind === 'outpost' && subnets.length > 1)
    no('Exactly one subnet must be specified for a load balancer on an Outpost');
  if (kind === undefined && subnets.length < 2)
    invalid('At least two subnets in two different Availability Zones must be specified');
  return kind;
}

/** The settings of a listener that an Outpost does not have: user authentication, JWT, FIPS policies. */
export function checkListenerPlacement(
  placement: Placement,
  listener: { sslPolicy?: string },
  actions: readonly Action[],
): void {
  if (placement !== 'outpost') return;
  if (listener.sslPolicy?.includes('-FIPS-'))
    no('FIPS security policies are not supported for load balancers on Outposts');
  for (const { Type: type } of actions)
    if (type === 'authenticate-oidc' || type === 'authenticate-cognito' || type === 'jwt-validation')
      no(`Actions of type '${type}' are not supported for load balancers on Outposts`);
}

/** The logs that an Outpost does not have. `attributes` are the load balancer's in force. */
export function checkLogsPlacement(placement: Placement, attributes: Record<string, string>): void {
  if (placement !== 'outpost') return;
  for (const logs of ['connection_logs', 'health_check_logs'])
    if (attributes[`${logs}.s3.enabled`] === 'true')
      no(`The attribute '${logs}.s3.enabled' is not supported for load balancers on Outposts`);
}

/** The target groups that cannot serve there. `attributes` are the group's in force. */
export function checkGroupPlacement(
  placement: Placement,
  group: Pick<TargetGroupRecord, 'targetType' | 'targetControlPort'>,
  attributes: Record<string, string>,
): void {
  if (placement === undefined) return;
  if (group.targetType === 'lambda')
    no('Lambda functions cannot be targets of load balancers in Local Zones or on Outposts');
  if (placement === 'local-zone') return;
  if (group.targetControlPort !== undefined)
    no('The target optimizer is not supported for load balancers on Outposts');
  if (attributes['stickiness.enabled'] === 'true')
    no('Sticky sessions are not supported for load balancers on Outposts');
  if (
    attributes['load_balancing.algorithm.type'] === 'weighted_random' ||
    attributes['load_balancing.algorithm.anomaly_mitigation'] === 'on'
  )
    no('Automatic target weights are not supported for load balancers on Outposts');
}
