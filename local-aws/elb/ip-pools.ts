// Address pools of load balancers: IPAM pools and customer-owned ones (aws-limits L16, L17).
import type { ModifyIpPoolsInput, ModifyIpPoolsOutput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { loadBalancerOf } from './find.ts';
import { invalid, refuse } from './refusal.ts';
import type { ElbState, LoadBalancerRecord } from './state.ts';

/** aws-limits L17: refuses an IPAM pool where no public IPv4 addresses are. */
export function checkIpamPool(
  lb: Pick<LoadBalancerRecord, 'ipv4IpamPoolId' | 'scheme' | 'ipAddressType' | 'placement'>,
): void {
  if (lb.ipv4IpamPoolId === undefined) return;
  if (lb.scheme === 'internal')
    refuse(
      'InvalidConfigurationRequest',
      `IPAM pool '${lb.ipv4IpamPoolId}' cannot be used with an internal load balancer`,
    );
  if (lb.ipAddressType === 'dualstack-without-public-ipv4')
    refuse(
      'InvalidConfigurationRequest',
      `IPAM pool '${lb.ipv4IpamPoolId}' cannot be used with IP address type '${lb.ipAddressType}'`,
    );
}

/** aws-limits L16: refuses a customer-owned pool anywhere but on an Outpost. */
export function checkCustomerOwnedPool(
  lb: Pick<LoadBalancerRecord, 'customerOwnedIpv4Pool' | 'placement'>,
): void {
  if (lb.customerOwnedIpv4Pool !== undefined && lb.placement !== 'outpost')
    refuse(
      'InvalidConfigurationRequest',
      `Customer-owned pool '${lb.customerOwnedIpv4Pool}' can be used with a subnet of an Outpost only`,
    );
}

/**
 * Sets the IPAM pool, or removes it; removing what is not there has no effect. The answer names the pool in use.
 * @throws AwsRefusal LoadBalancerNotFound, or by aws-limits L17.
 */
export function modifyIpPools(state: ElbState, input: ModifyIpPoolsInput): ModifyIpPoolsOutput {
  const lb = loadBalancerOf(state, input.LoadBalancerArn);
  const pool = input.IpamPools?.Ipv4IpamPoolId;
  const remove = (input.RemoveIpamPools ?? []).includes('ipv4');
  if ((pool === undefined) === !remove)
    invalid('You must specify exactly one of IpamPools and RemoveIpamPools');
  if (pool === undefined) {
    delete lb.ipv4IpamPoolId;
    return {};
  }
  checkIpamPool({ ...lb, ipv4IpamPoolId: pool });
  lb.ipv4IpamPoolId = pool;
  return { IpamPools: { Ipv4IpamPoolId: pool } };
}
