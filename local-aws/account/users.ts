// Who uses a resource of EC2, asked of moto.
import {
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type NetworkInterface,
} from '@aws-sdk/client-ec2';
import type { Users } from './guard.ts';

/** Interfaces of instances that are there: in EC2 an instance takes its own along, which moto keeps. */
export async function withoutTerminated(
  ec2: EC2Client,
  interfaces: readonly NetworkInterface[],
): Promise<NetworkInterface[]> {
  const owner = ({ Attachment }: NetworkInterface) => Attachment?.InstanceId ?? '';
  const owners = [...new Set(interfaces.map(owner))].filter((id) => id.startsWith('i-'));
  if (owners.length === 0) return [...interfaces];
  const Filters = [
    { Name: 'instance-id', Values: owners },
    { Name: 'instance-state-name', Values: ['terminated'] },
  ];
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  const gone = new Set(
    (Reservations ?? [])
      .flatMap(({ Instances }) => Instances ?? [])
      .map(({ InstanceId }) => InstanceId ?? ''),
  );
  return interfaces.filter((one) => !gone.has(owner(one)));
}

export function usersIn(ec2: EC2Client): Omit<Users, 'vpcExists'> {
  const interfaces = async (Name: string, value: string) => {
    const Filters = [{ Name, Values: [value] }];
    const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
    return (await withoutTerminated(ec2, NetworkInterfaces ?? [])).length > 0;
  };
  const groups = async (Name: string, value: string) => {
    const Filters = [{ Name, Values: [value] }];
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    return SecurityGroups ?? [];
  };
  return {
    attached: (groupId) => interfaces('group-id', groupId),
    occupied: (subnetId) => interfaces('subnet-id', subnetId),
    referenced: async (groupId) => {
      const naming = await Promise.all(
        ['ip-permission.group-id', 'egress.ip-permission.group-id'].map((name) => groups(name, groupId)),
      );
      return naming.flat().some((group) => group.GroupId !== groupId);
    },
    groupNamed: async (name) => (await groups('group-name', name))[0]?.GroupId,
    furnished: async (vpcId) => {
      if ((await groups('vpc-id', vpcId)).some((group) => group.GroupName !== 'default')) return true;
      if (await interfaces('vpc-id', vpcId)) return true;
      const Filters = [{ Name: 'attachment.vpc-id', Values: [vpcId] }];
      const { InternetGateways } = await ec2.send(new DescribeInternetGatewaysCommand({ Filters }));
      return (InternetGateways ?? []).length > 0;
    },
  };
}
