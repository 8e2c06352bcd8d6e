// What an action must be told about the rest of the account, read off its input before it runs.
import type { ElbState } from '../elb/state.ts';

export interface Needs {
  vpcs: string[];
  subnets: string[];
  securityGroups: string[];
  /** Whether the default security group of the subnets' VPC is wanted. */
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

const NOTHING: Needs = {
  vpcs: [],
  subnets: [],
  securityGroups: [],
  defaultGroup: false,
  subnetsOf: [],
  instances: [],
  certificates: [],
};

/** The ids to look up for a call; those that are malformed are left in, they will just not be found. */
export function needsOf(action: string, raw: object, state: ElbState): Needs {
  const input = raw as Input;
  switch (action) {
    case 'CreateLoadBalancer':
    case 'SetSubnets':
    case 'SetSecurityGroups': {
      const mapped = (input.SubnetMappings ?? []).map((mapping) => mapping.SubnetId ?? '');
      const securityGroups = input.SecurityGroups ?? [];
      const defaultGroup = action === 'CreateLoadBalancer' && securityGroups.length === 0;
      return { ...NOTHING, subnets: [...(input.Subnets ?? []), ...mapped], securityGroups, defaultGroup };
    }
    case 'SetIpAddressType': {
      const zones = state.loadBalancers.get(input.LoadBalancerArn ?? '')?.zones ?? [];
      return { ...NOTHING, subnets: zones.map((zone) => zone.subnetId) };
    }
    case 'CreateTargetGroup':
      return { ...NOTHING, vpcs: input.VpcId === undefined ? [] : [input.VpcId] };
    case 'RegisterTargets':
    case 'DescribeTargetHealth':
      return targetNeeds(input, state);
    case 'CreateListener':
    case 'ModifyListener':
    case 'AddListenerCertificates': {
      const certificates = (input.Certificates ?? []).map((certificate) => certificate.CertificateArn ?? '');
      return { ...NOTHING, certificates };
    }
    default:
      return NOTHING;
  }
}

function targetNeeds(input: Input, state: ElbState): Needs {
  const group = state.targetGroups.get(input.TargetGroupArn ?? '');
  const vpcs = group?.vpcId === undefined ? [] : [group.vpcId];
  if (group?.targetType === 'ip') return { ...NOTHING, vpcs, subnetsOf: vpcs };
  if (group?.targetType !== 'instance') return NOTHING;
  const asked = (input.Targets ?? []).map((target) => target.Id ?? '');
  const instances = asked.length > 0 ? asked : Object.values(group.targets).map((target) => target.id);
  return { ...NOTHING, vpcs, instances };
}
