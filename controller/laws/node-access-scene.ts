// The program for security groups of nodes, with one node, one security group that has one rule of ours, and pods on paper.
import type { IpPermission } from '@aws-sdk/client-ec2';
import type { EndpointSlice, Node } from '../../api/kube.ts';
import type { Aws } from '../aws/client.ts';
import { type InterfaceOwner, keyOfPlace, type SecurityGroupFact } from '../facts/network-interfaces.ts';
import { NodeAccess, type NodeAccessOptions } from '../targets/node-security-groups.ts';
import type { Serving } from '../targets/serving.ts';
import { TargetGroupIndex } from '../targets/target-group-index.ts';

const rules = {
  GroupId: 'sg-node',
  IpPermissions: [
    {
      IpProtocol: 'tcp',
      FromPort: 30080,
      ToPort: 30080,
      UserIdGroupPairs: [{ GroupId: 'sg-shared', Description: 'elbv2.k8s.aws/targetGroupBinding=shared' }],
    },
  ],
};

const NODE: Node = {
  metadata: { name: 'node' },
  spec: { providerID: 'aws:///us-west-2a/i-1' },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
};

/** A target group of pods for the Service of its name. */
export const pods = (service: string, port = 8080): Serving => ({
  arn: `arn:${service}`,
  name: service,
  group: `shop/${service}`,
  source: 'sg-shared',
  policy: 'sync',
  made: false,
  backend: {
    ...{ id: service, member: `shop/${service}`, namespace: 'shop', service, port: 80 },
    ...{ targetType: 'ip', ipAddressType: 'ipv4', reach: [port] },
  },
});

const sliceOf = (addresses: readonly string[]): EndpointSlice => ({
  metadata: { name: 'x', namespace: 'shop' },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080 }],
  endpoints: addresses.map((address) => ({
    addresses: [address],
    targetRef: { kind: 'Pod' },
    nodeName: 'node',
  })),
});

export interface NodeAccessScene extends Partial<NodeAccessOptions> {
  readonly serving?: readonly Serving[];
  /** Security groups of every place. */
  readonly groups?: readonly SecurityGroupFact[];
  readonly onSend?: (command: {
    readonly input: { readonly IpPermissions?: readonly IpPermission[] };
  }) => void;
}

export function play({
  serving = [],
  groups = [{ id: 'sg-node', tags: {} }],
  onSend,
  ...more
}: NodeAccessScene = {}) {
  const sent: string[] = [];
  const asked: string[] = [];
  const looked: string[] = [];
  const unclear: string[] = [];
  const ports: { name: string; port: number; targetPort: number | string }[] = [
    { name: 'http', port: 80, targetPort: 8080 },
  ];
  const served = new TargetGroupIndex();
  for (const one of serving) served.put(one);
  const endpoints = new Map(serving.map(({ backend: { service } }) => [service, ['10.0.0.1']]));
  const send = async (command: { readonly input: object }): Promise<object> => {
    sent.push(command.constructor.name.replace('SecurityGroup', '').replace('Command', ''));
    onSend?.(command);
    return { SecurityGroups: [rules] };
  };
  const program = new NodeAccess({
    aws: { clusterName: 'prod', vpcId: 'vpc-1', ec2: { send } } as unknown as Aws,
    lookups: {
      async interfaceGroups(places: readonly InterfaceOwner[]) {
        asked.push(places.map(keyOfPlace).join(' '));
        return new Map(places.map((place) => [keyOfPlace(place), [...groups]]));
      },
    },
    world: {
      service: (_, name) => ({
        metadata: { name },
        spec: { ports },
      }),
      slices(_, service) {
        looked.push(service);
        return [sliceOf(endpoints.get(service) ?? [])];
      },
      pod: () => undefined,
      isPodAt: () => false,
      nodes: () => (serving.length === 0 ? [] : [NODE]),
    },
    served,
    complete: () => true,
    unclear: ({ name }, { unclear: several, nowhere, refused }, isNews) =>
      unclear.push(`${name}${isNews ? ', news' : ''}: ${[...several, ...nowhere, ...refused].join('; ')}`),
    failed: () => undefined,
    drifted: () => undefined,
    ...more,
  });
  return { program, sent, asked, looked, unclear, served, endpoints, ports };
}
