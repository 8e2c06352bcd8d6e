// Which facts about the rest of the account an action needs: read from its input before it runs.

import type { S3Object } from '../elb/account-facts.ts';
import type { ElbState } from '../elb/state.ts';

export interface Needs {
  vpcs: string[];
  subnets: string[];
  securityGroups: string[];
  /** Whether the default security group of the subnets' VPC is wanted. */
  defaultGroup: boolean;
  /** VPCs of which every subnet is wanted. */
  subnetsOf: string[];
  /** Whether the subnets' VPC has an internet gateway. */
  gateway: boolean;
  instances: string[];
  certificates: string[];
  /** Names of S3 buckets. */
  buckets: string[];
  /** Read again for each call: they change without notice. */
  objects: S3Object[];
}

interface NamingInput {
  Subnets?: string[];
  SubnetMappings?: { SubnetId?: string }[];
  Scheme?: string;
  Attributes?: { Key?: string; Value?: string }[];
  SecurityGroups?: string[];
  LoadBalancerArn?: string;
  VpcId?: string;
  TargetGroupArn?: string;
  Targets?: { Id?: string }[];
  Certificates?: { CertificateArn?: string }[];
  CaCertificatesBundleS3Bucket?: string;
  CaCertificatesBundleS3Key?: string;
  CaCertificatesBundleS3ObjectVersion?: string;
  RevocationContents?: { S3Bucket?: string; S3Key?: string; S3ObjectVersion?: string }[];
}

/** No needs, to add some to. */
export const NOTHING: Needs = {
  vpcs: [],
  subnets: [],
  securityGroups: [],
  defaultGroup: false,
  subnetsOf: [],
  gateway: false,
  instances: [],
  certificates: [],
  buckets: [],
  objects: [],
};

/** The ids to look up for a call; those that are malformed are left in, they will just not be found. */
export function needsOf(action: string, raw: object, state: ElbState): Needs {
  const input = raw as NamingInput;
  switch (action) {
    case 'CreateLoadBalancer':
    case 'SetSubnets':
    case 'SetSecurityGroups': {
      const mapped = (input.SubnetMappings ?? []).map((mapping) => mapping.SubnetId ?? '');
      const securityGroups = input.SecurityGroups ?? [];
      const defaultGroup = action === 'CreateLoadBalancer' && securityGroups.length === 0;
      const gateway = action === 'CreateLoadBalancer' && input.Scheme !== 'internal';
      const subnets = [...(input.Subnets ?? []), ...mapped];
      return { ...NOTHING, subnets, securityGroups, defaultGroup, gateway };
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
    case 'ModifyLoadBalancerAttributes':
      return { ...NOTHING, buckets: bucketsOf(input, state) };
    case 'CreateTrustStore':
    case 'ModifyTrustStore': {
      const bucket = input.CaCertificatesBundleS3Bucket ?? '';
      const key = input.CaCertificatesBundleS3Key ?? '';
      const version = input.CaCertificatesBundleS3ObjectVersion;
      return { ...NOTHING, objects: [{ bucket, key, version }] };
    }
    case 'AddTrustStoreRevocations': {
      const objects = (input.RevocationContents ?? []).map((file) => ({
        bucket: file.S3Bucket ?? '',
        key: file.S3Key ?? '',
        version: file.S3ObjectVersion,
      }));
      return { ...NOTHING, objects };
    }
    default:
      return NOTHING;
  }
}

/** The buckets of the logs that a call speaks of: as it says, or as it is. */
function bucketsOf(input: NamingInput, state: ElbState): string[] {
  const set = state.loadBalancers.get(input.LoadBalancerArn ?? '')?.attributes ?? {};
  const said = Object.fromEntries((input.Attributes ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const logs = Object.keys(said).flatMap((key) => /^\w+\.s3(?=\.)/.exec(key)?.[0] ?? []);
  return [...new Set(logs)].flatMap((log) => said[`${log}.bucket`] ?? set[`${log}.bucket`] ?? []);
}

function targetNeeds(input: NamingInput, state: ElbState): Needs {
  const group = state.targetGroups.get(input.TargetGroupArn ?? '');
  const vpcs = group?.vpcId === undefined ? [] : [group.vpcId];
  if (group?.targetType === 'ip') return { ...NOTHING, vpcs, subnetsOf: vpcs };
  if (group?.targetType !== 'instance') return NOTHING;
  const asked = (input.Targets ?? []).map((target) => target.Id ?? '');
  const instances = asked.length > 0 ? asked : Object.values(group.targets).map((target) => target.id);
  return { ...NOTHING, vpcs, instances };
}
