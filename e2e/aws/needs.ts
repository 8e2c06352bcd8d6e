// What an action must be told about the rest of the account, read off its input before it runs.
import type { ElbState } from './state.ts';

export interface Needs {
  vpcs: string[];
  subnets: string[];
  securityGroups: string[];
  /** VPCs whose default security group is wanted, given by their subnets when not known yet. */
  defaultGroup: boolean;
  /** VPCs of which every subnet is wanted. */
  subnetsOf: string[];
  instances: string[];
  certificates: string[];
}

interface Input {
  Subnets?: string[];
  SubnetMappings?: { SubnetId?: string }[];
  SecurityGroups?: string[];
  LoadBalancerArn?: string;
  VpcId?: string;
  TargetGroupArn?: string;
  Targets?: { Id?: string }[];
  Certificates?: { CertificateArn?: string }[];
}

/** The ids to look up for a call; those that are malformed are left in, they will just not be found. */
export function needsOf(action: string, raw: object, state: ElbState): Needs {
  const input = raw as Input;
  const needs: Needs = {
    vpcs: [],
    subnets: [],
    securityGroups: [],
    defaultGroup: false,
    subnetsOf: [],
    instances: [],
    certificates: [],
  };
  switch (action) {
    case 'CreateLoadBalancer':
    case 'SetSubnets':
    case 'SetSecurityGroups':
      needs.subnets = [
        ...(input.Subnets ?? []),
        ...(input.SubnetMappings ?? []).map((m) => m.SubnetId ?? ''),
      ];
      needs.securityGroups = input.SecurityGroups ?? [];
      needs.defaultGroup = action === 'CreateLoadBalancer' && needs.securityGroups.length === 0;
      break;
    case 'SetIpAddressType':
      needs.subnets =
        state.loadBalancers.get(input.LoadBalancerArn ?? '')?.zones.map((zone) => zone.subnetId) ?? [];
      break;
    case 'CreateTargetGroup':
      if (input.VpcId !== undefined) needs.vpcs = [input.VpcId];
      break;
    case 'RegisterTargets':
    case 'DescribeTargetHealth': {
      const group = state.targetGroups.get(input.TargetGroupArn ?? '');
      const ids = (input.Targets ?? []).map((target) => target.Id ?? '');
      if (group?.targetType === 'instance')
        needs.instances = ids.length > 0 ? ids : Object.values(group.targets).map((target) => target.id);
      if (group?.vpcId !== undefined && group.targetType === 'ip') needs.subnetsOf = [group.vpcId];
      if (group?.vpcId !== undefined) needs.vpcs = [group.vpcId];
      break;
    }
    case 'CreateListener':
    case 'ModifyListener':
    case 'AddListenerCertificates':
      needs.certificates = (input.Certificates ?? []).map((certificate) => certificate.CertificateArn ?? '');
      break;
  }
  return needs;
}
