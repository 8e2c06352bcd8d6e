// The node access program: lets load balancers reach targets through the security groups of the nodes (aws-model 5.6, 5.7).
// One key for the whole cluster, because the rules of one node group serve all target groups:
//
//   all target groups ─▶ ports by (node group, source group) ─▶ one rule from lowest to highest ─▶ authorize, then revoke
import { AuthorizeSecurityGroupIngressCommand, DescribeSecurityGroupsCommand, RevokeSecurityGroupIngressCommand } from '@aws-sdk/client-ec2';
import type { Permission } from '../api/aws.ts';
import { type Aws, allPages } from './aws/calls.ts';
import { isFailure } from './aws/errors.ts';
import { endpointGroup, type Lookups } from './aws/facts.ts';
import { endpointsOf, instanceOf, type Node, type Target, type World } from './endpoints.ts';
import { arnOf } from './kinds/kind.ts';
import { permissionKey, permissionsFromAws, permissionToAws } from './kinds/security-group.ts';
import type { Next } from './kube/queue.ts';
import type { Serving } from './targets.ts';

/** Marks the rules that are ours; others on the same group are never touched (aws-model 1.6). */
const DESCRIPTION = 'elbv2.k8s.aws/targetGroupBinding=shared';

/** Ports that one source must reach on the nodes behind one security group. */
export interface Reach {
  readonly nodeGroup: string;
  readonly source: string;
  readonly ports: readonly number[];
}

/** The rules that node groups should have: for each source one from its lowest to its highest port. Pure. */
export function permissionsFor(reaches: readonly Reach[]): Map<string, Permission[]> {
  const byGroup = Map.groupBy(reaches, ({ nodeGroup }) => nodeGroup);
  return new Map(
    [...byGroup].map(([nodeGroup, all]) => {
      const bySource = Map.groupBy(all, ({ source }) => source);
      const permissions = [...bySource].flatMap(([source, of]): Permission[] => {
        const ports = of.flatMap((reach) => reach.ports);
        if (ports.length === 0) return [];
        return [{ protocol: 'tcp', fromPort: Math.min(...ports), toPort: Math.max(...ports), source: { group: source }, description: DESCRIPTION }];
      });
      return [nodeGroup, permissions];
    }),
  );
}

export interface NodeAccessOptions {
  readonly aws: Aws;
  readonly lookups: Lookups;
  readonly world: World;
  serving(): readonly Serving[];
  /** True once every group was looked at since the start: only then is it known which rules nobody needs. */
  complete(): boolean;
  /** An instance whose group for target rules is unclear: its network interface has several and none, or several, are the cluster's. */
  unclear(instance: string): void;
}

const numbers = (reach: readonly (number | string)[], targets: readonly { port: number }[]): number[] =>
  reach.flatMap((port) => (typeof port === 'number' ? [port] : targets.map((target) => target.port)));

/** Starts the program; it works when the function is called. */
export function nodeAccess(options: NodeAccessOptions): () => Promise<Next> {
  const { aws, lookups, world } = options;
  /** Our rules on each node group that we know of. */
  const present = new Map<string, Permission[]>();
  let searched = false;

  async function reaches(): Promise<Reach[]> {
    const nodes = new Map(world.nodes().map((node): [string, Node] => [node.metadata.name, node]));
    const serving = options.serving().flatMap(({ source, backend }) => {
      const targets = source === undefined ? [] : endpointsOf(backend, world);
      return source === undefined || targets.length === 0 ? [] : [{ source, targets, ports: numbers(backend.reach, targets) }];
    });
    const instancesOf = (targets: readonly Target[]): Set<string> => {
      const ids = targets.map(({ node }) => nodes.get(node)).map((node) => (node === undefined ? undefined : instanceOf(node)));
      return new Set(ids.filter((id) => id !== undefined));
    };
    const groups = await lookups.nodeInstances([...instancesOf(serving.flatMap(({ targets }) => targets))]);
    return serving.flatMap(({ source, targets, ports }) => {
      return [...instancesOf(targets)].flatMap((instance): Reach[] => {
        const nodeGroup = endpointGroup(groups.get(instance) ?? [], aws.clusterName);
        if (nodeGroup === undefined && groups.has(instance)) options.unclear(instance);
        return nodeGroup === undefined ? [] : [{ nodeGroup, source, ports }];
      });
    });
  }

  /** Reads the rules of node groups not known yet, and once per process those of all groups tagged for the cluster. */
  async function read(nodeGroups: readonly string[]): Promise<void> {
    const unknown = nodeGroups.filter((id) => !present.has(id));
    const tagged = [
      { Name: 'vpc-id', Values: [aws.vpcId] },
      { Name: 'tag-key', Values: [`kubernetes.io/cluster/${aws.clusterName}`] },
    ];
    const ask = async (filters: { Name: string; Values: string[] }[]): Promise<void> => {
      const groups = await allPages(async (NextToken) => {
        const page = await aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters: filters, NextToken }));
        return { items: page.SecurityGroups, token: page.NextToken };
      });
      for (const { GroupId, IpPermissions } of groups) {
        present.set(GroupId ?? '', permissionsFromAws(IpPermissions).filter(({ description }) => description === DESCRIPTION));
      }
    };
    if (!searched) await ask(tagged);
    searched = true;
    const left = unknown.filter((id) => !present.has(id));
    if (left.length > 0) await ask([{ Name: 'group-id', Values: left }]);
  }

  async function bring(nodeGroup: string, wanted: readonly Permission[]): Promise<void> {
    const now = present.get(nodeGroup) ?? [];
    const keys = new Set(now.map((one) => permissionKey(one)));
    const missing = wanted.filter((one) => !keys.has(permissionKey(one)));
    const needed = new Set(wanted.map((one) => permissionKey(one)));
    const extra = options.complete() ? now.filter((one) => !needed.has(permissionKey(one))) : [];
    const wire = (list: readonly Permission[]) => list.map((one) => permissionToAws(one, arnOf));
    present.delete(nodeGroup);
    if (missing.length > 0) await aws.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: nodeGroup, IpPermissions: wire(missing) }));
    if (extra.length > 0) await aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: nodeGroup, IpPermissions: wire(extra) }));
    present.set(nodeGroup, [...now.filter((one) => !extra.includes(one)), ...missing]);
  }

  return async () => {
    try {
      const wanted = permissionsFor(await reaches());
      await read([...wanted.keys()]);
      for (const nodeGroup of new Set([...wanted.keys(), ...present.keys()])) await bring(nodeGroup, wanted.get(nodeGroup) ?? []);
      return 'done';
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      searched = false;
      present.clear();
      return 'retry';
    }
  };
}
