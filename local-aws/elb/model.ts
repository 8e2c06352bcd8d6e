// The table of actions: the input of every Elastic Load Balancing v2 call (API version 2015-12-01, Application Load Balancers).
// Protocol parsing, input checks and map-shaped output are all driven by it. Source of ranges and names: the API reference.
import { actions, conditions, transforms } from './rule-shapes.ts';
import { flag, integer, list, oneOf, type Structure, structure, text } from './shape.ts';
import { arn, onOff, paged, string, strings, tags } from './shape-parts.ts';
import { TRUST_STORE_ACTIONS } from './trust-store-shapes.ts';

/** aws-limits N1, TG4, TG8. */
const port = integer(1, 65535);
const ipAddressType = oneOf('ipv4', 'dualstack', 'dualstack-without-public-ipv4'); // L3
const protocol = oneOf('HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC');
const ipamPools = structure({ Ipv4IpamPoolId: text({ max: 1000, pattern: /^(ipam-pool-)[a-zA-Z0-9]+$/ }) }); // L17
const certificates = list(structure({ CertificateArn: string, IsDefault: flag }));
const subnetMappings = list(
  structure({
    SubnetId: string,
    AllocationId: string,
    PrivateIPv4Address: string,
    IPv6Address: string,
    SourceNatIpv6Prefix: string,
  }),
);
const mutualAuthentication = structure({
  Mode: string,
  TrustStoreArn: string,
  IgnoreClientCertificateExpiry: flag,
  TrustStoreAssociationStatus: oneOf('active', 'removed'),
  AdvertiseTrustStoreCaNames: onOff,
});

const attributes = (max?: number) =>
  list(
    structure({ Key: text({ max: 256, pattern: /^[a-zA-Z0-9._]+$/ }), Value: text({ max: 1024 }) }), // G1
    max === undefined ? {} : { max }, // G2
  );
const targets = list(
  structure({ Id: string, Port: port, AvailabilityZone: string, QuicServerId: string }, 'Id'),
);
/** aws-limits 4.1. */
const healthCheck = {
  HealthCheckProtocol: protocol,
  HealthCheckPort: string,
  HealthCheckEnabled: flag,
  HealthCheckPath: text({ min: 1, max: 1024 }),
  HealthCheckIntervalSeconds: integer(5, 300),
  HealthCheckTimeoutSeconds: integer(2, 120),
  HealthyThresholdCount: integer(2, 10),
  UnhealthyThresholdCount: integer(2, 10),
  Matcher: structure({ HttpCode: string, GrpcCode: string }),
};
const listenerSettings = {
  Protocol: protocol,
  Port: port,
  SslPolicy: string,
  Certificates: certificates,
  DefaultActions: actions,
  AlpnPolicy: strings,
  MutualAuthentication: mutualAuthentication,
};

/** Every action we answer, with the shape of its input. */
export const ACTIONS = {
  CreateLoadBalancer: structure(
    {
      Name: string,
      Subnets: strings,
      SubnetMappings: subnetMappings,
      SecurityGroups: strings,
      Scheme: oneOf('internet-facing', 'internal'), // L2
      Tags: tags,
      Type: oneOf('application', 'network', 'gateway'),
      IpAddressType: ipAddressType,
      CustomerOwnedIpv4Pool: text({ max: 256, pattern: /^(ipv4pool-coip-)[a-zA-Z0-9]+$/ }), // L16
      EnablePrefixForIpv6SourceNat: onOff,
      IpamPools: ipamPools,
    },
    'Name',
  ),
  DescribeLoadBalancers: structure({ LoadBalancerArns: strings, Names: strings, ...paged }),
  DeleteLoadBalancer: arn('LoadBalancerArn'),
  DescribeLoadBalancerAttributes: arn('LoadBalancerArn'),
  ModifyLoadBalancerAttributes: structure(
    { LoadBalancerArn: string, Attributes: attributes(20) },
    'LoadBalancerArn',
    'Attributes',
  ),
  SetSubnets: structure(
    {
      LoadBalancerArn: string,
      Subnets: strings,
      SubnetMappings: subnetMappings,
      IpAddressType: ipAddressType,
      EnablePrefixForIpv6SourceNat: onOff,
    },
    'LoadBalancerArn',
  ),
  SetSecurityGroups: structure(
    {
      LoadBalancerArn: string,
      SecurityGroups: strings,
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: onOff,
    },
    'LoadBalancerArn',
    'SecurityGroups',
  ),
  SetIpAddressType: structure(
    { LoadBalancerArn: string, IpAddressType: ipAddressType },
    'LoadBalancerArn',
    'IpAddressType',
  ),
  ModifyIpPools: structure(
    { LoadBalancerArn: string, IpamPools: ipamPools, RemoveIpamPools: list(oneOf('ipv4')) },
    'LoadBalancerArn',
  ),
  DescribeCapacityReservation: arn('LoadBalancerArn'),
  ModifyCapacityReservation: structure(
    {
      LoadBalancerArn: string,
      MinimumLoadBalancerCapacity: structure({ CapacityUnits: integer() }),
      ResetCapacityReservation: flag,
    },
    'LoadBalancerArn',
  ),

  CreateTargetGroup: structure(
    {
      Name: string,
      Protocol: protocol,
      ProtocolVersion: string,
      Port: port,
      VpcId: string,
      TargetType: oneOf('instance', 'ip', 'lambda', 'alb'), // TG2
      Tags: tags,
      IpAddressType: oneOf('ipv4', 'ipv6'), // TG7
      TargetControlPort: port,
      ...healthCheck,
    },
    'Name',
  ),
  DescribeTargetGroups: structure({
    LoadBalancerArn: string,
    TargetGroupArns: strings,
    Names: strings,
    ...paged,
  }),
  ModifyTargetGroup: structure({ TargetGroupArn: string, ...healthCheck }, 'TargetGroupArn'),
  DeleteTargetGroup: arn('TargetGroupArn'),
  DescribeTargetGroupAttributes: arn('TargetGroupArn'),
  ModifyTargetGroupAttributes: structure(
    { TargetGroupArn: string, Attributes: attributes() },
    'TargetGroupArn',
    'Attributes',
  ),
  RegisterTargets: structure({ TargetGroupArn: string, Targets: targets }, 'TargetGroupArn', 'Targets'),
  DeregisterTargets: structure({ TargetGroupArn: string, Targets: targets }, 'TargetGroupArn', 'Targets'),
  DescribeTargetHealth: structure(
    { TargetGroupArn: string, Targets: targets, Include: list(oneOf('AnomalyDetection', 'All')) },
    'TargetGroupArn',
  ),

  CreateListener: structure(
    { LoadBalancerArn: string, Tags: tags, ...listenerSettings },
    'LoadBalancerArn',
    'DefaultActions',
  ),
  DescribeListeners: structure({ LoadBalancerArn: string, ListenerArns: strings, ...paged }),
  ModifyListener: structure({ ListenerArn: string, ...listenerSettings }, 'ListenerArn'),
  DeleteListener: arn('ListenerArn'),
  DescribeListenerAttributes: arn('ListenerArn'),
  ModifyListenerAttributes: structure(
    { ListenerArn: string, Attributes: attributes() },
    'ListenerArn',
    'Attributes',
  ),
  AddListenerCertificates: structure(
    { ListenerArn: string, Certificates: certificates },
    'ListenerArn',
    'Certificates',
  ),
  RemoveListenerCertificates: structure(
    { ListenerArn: string, Certificates: certificates },
    'ListenerArn',
    'Certificates',
  ),
  DescribeListenerCertificates: structure({ ListenerArn: string, ...paged }, 'ListenerArn'),

  CreateRule: structure(
    {
      ListenerArn: string,
      Conditions: conditions,
      Priority: integer(1, 50000), // R1
      Actions: actions,
      Tags: tags,
      Transforms: transforms,
    },
    'ListenerArn',
    'Conditions',
    'Priority',
    'Actions',
  ),
  DescribeRules: structure({ ListenerArn: string, RuleArns: strings, ...paged }),
  ModifyRule: structure(
    {
      RuleArn: string,
      Conditions: conditions,
      Actions: actions,
      Transforms: transforms,
      ResetTransforms: flag,
    },
    'RuleArn',
  ),
  DeleteRule: arn('RuleArn'),
  SetRulePriorities: structure(
    {
      RulePriorities: list(
        structure({ RuleArn: string, Priority: integer(1, 50000) }, 'RuleArn', 'Priority'),
      ),
    },
    'RulePriorities',
  ),

  ...TRUST_STORE_ACTIONS,

  AddTags: structure({ ResourceArns: strings, Tags: tags }, 'ResourceArns', 'Tags'),
  RemoveTags: structure({ ResourceArns: strings, TagKeys: strings }, 'ResourceArns', 'TagKeys'),
  DescribeTags: structure({ ResourceArns: strings }, 'ResourceArns'),
  DescribeAccountLimits: structure(paged),
  DescribeSSLPolicies: structure({
    Names: strings,
    LoadBalancerType: oneOf('application', 'network', 'gateway'),
    ...paged,
  }),
} as const satisfies Record<string, Structure>;

export type ActionName = keyof typeof ACTIONS;
