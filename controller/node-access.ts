// The node access program: lets load balancers reach targets through the security groups of the nodes (aws-model 5.6, 5.7).
// One key for the whole cluster, because the rules of one node group serve all target groups:
//
//   all target groups ─▶ ports by (node group, source group) ─▶ one rule from lowest to highest ─▶ authorize, then revoke
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { Permission } from '../api/aws.ts';
import { type Aws, allPages } from './aws/calls.ts';
import { type AwsFailure, isFailure } from './aws/errors.ts';
import { endpointGroup, type Lookups } from './aws/facts.ts';
import { endpointsOf, instanceOf, type Node, servingNodes, type Target, type World } from './endpoints.ts';
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
        return [
          {
            protocol: 'tcp',
            fromPort: Math.min(...ports),
            toPort: Math.max(...ports),
            source: { group: source },
            description: DESCRIPTION,
          },
        ];
      });
      return [nodeGroup, permissions];
    }),
  );
}

/** Whether a rule lets in all that another one does. */
function admits(wide: Permission, narrow: Permission): boolean {
  const same = { fromPort: 0, toPort: 0 };
  return (
    permissionKey({ ...wide, ...same }) === permissionKey({ ...narrow, ...same }) &&
    wide.fromPort <= narrow.fromPort &&
    wide.toPort >= narrow.toPort
  );
}

/**
 * Rules to add to a node group and to take away. Until everything is known (`complete`) nothing is taken away, and what a
 * wider rule lets in needs none of its own: after a restart the range of ports grows to what it was. Pure.
 */
export function ruleChange(
  now: readonly Permission[],
  wanted: readonly Permission[],
  complete: boolean,
): { readonly missing: Permission[]; readonly extra: Permission[] } {
  const has = (list: readonly Permission[], one: Permission): boolean =>
    list.some((other) => permissionKey(other) === permissionKey(one));
  const missing = wanted.filter((one) => !has(now, one));
  if (!complete)
    return { missing: missing.filter((one) => !now.some((wide) => admits(wide, one))), extra: [] };
  return { missing, extra: now.filter((one) => !has(wanted, one)) };
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
  failed(failure: AwsFailure): void;
}

const numbers = (reach: readonly (number | string)[], targets: readonly { port: number }[]): number[] =>
  reach.flatMap((port) => (typeof port === 'number' ? [port] : targets.map((target) => target.port)));

/** Starts the program; it works when the function is called. */
export function nodeAccess(options: NodeAccessOptions): () => Promise<Next> {
  const program = new Program(options);
  return () => program.run();
}

class Program {
  readonly #options: NodeAccessOptions;
  /** Our rules on each node group that we know of. */
  readonly #present = new Map<string, Permission[]>();
  #searched = false;

  constructor(options: NodeAccessOptions) {
    this.#options = options;
  }

  async run(): Promise<Next> {
    try {
      // Asked before it is looked what is needed: a group that is seen meanwhile is not in there yet.
      const complete = this.#options.complete();
      const wanted = permissionsFor(await this.#reaches());
      await this.#read([...wanted.keys()]);
      for (const nodeGroup of new Set([...wanted.keys(), ...this.#present.keys()])) {
        await this.#bring(nodeGroup, wanted.get(nodeGroup) ?? [], complete);
      }
      return 'done';
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      this.#options.failed(thrown);
      this.#searched = false;
      this.#present.clear();
      return 'retry';
    }
  }

  async #reaches(): Promise<Reach[]> {
    const { world, lookups, aws } = this.#options;
    const nodes = new Map(world.nodes().map((node): [string, Node] => [node.metadata.name, node]));
    const instancesOf = (targets: readonly Target[]): Set<string> => {
      const ids = targets
        .map(({ node }) => nodes.get(node))
        .map((node) => (node === undefined ? undefined : instanceOf(node)));
      return new Set(ids.filter((id) => id !== undefined));
    };
    const serving = this.#options.serving().flatMap(({ source, backend }) => {
      const targets = source === undefined ? [] : endpointsOf(backend, world);
      return source === undefined || targets.length === 0
        ? []
        : [{ source, targets, ports: numbers(backend.reach, targets) }];
    });
    // All nodes that take traffic, not only those with targets now: the next target group needs no further look-up.
    const ready = servingNodes(world.nodes())
      .map((node) => instanceOf(node))
      .filter((id) => id !== undefined);
    const groups = await lookups.nodeInstances([
      ...new Set([...ready, ...instancesOf(serving.flatMap(({ targets }) => targets))]),
    ]);
    return serving.flatMap(({ source, targets, ports }) =>
      [...instancesOf(targets)].flatMap((instance): Reach[] => {
        const nodeGroup = endpointGroup(groups.get(instance) ?? [], aws.clusterName);
        if (nodeGroup === undefined && groups.has(instance)) this.#options.unclear(instance);
        return nodeGroup === undefined ? [] : [{ nodeGroup, source, ports }];
      }),
    );
  }

  /** Reads the rules of node groups not known yet, and once per process those of all groups tagged for the cluster. */
  async #read(nodeGroups: readonly string[]): Promise<void> {
    const { aws } = this.#options;
    const tagged = [
      { Name: 'vpc-id', Values: [aws.vpcId] },
      { Name: 'tag-key', Values: [`kubernetes.io/cluster/${aws.clusterName}`] },
    ];
    if (!this.#searched) await this.#describe(tagged);
    this.#searched = true;
    const unknown = nodeGroups.filter((id) => !this.#present.has(id));
    if (unknown.length > 0) await this.#describe([{ Name: 'group-id', Values: unknown }]);
  }

  async #describe(Filters: { Name: string; Values: string[] }[]): Promise<void> {
    const groups = await allPages(async (NextToken) => {
      const page = await this.#options.aws.ec2.send(
        new DescribeSecurityGroupsCommand({ Filters, NextToken }),
      );
      return { items: page.SecurityGroups, token: page.NextToken };
    });
    for (const { GroupId, IpPermissions } of groups) {
      const ours = permissionsFromAws(IpPermissions).filter(({ description }) => description === DESCRIPTION);
      this.#present.set(GroupId ?? '', ours);
    }
  }

  async #bring(nodeGroup: string, wanted: readonly Permission[], complete: boolean): Promise<void> {
    const { aws } = this.#options;
    const now = this.#present.get(nodeGroup) ?? [];
    const { missing, extra } = ruleChange(now, wanted, complete);
    if (missing.length + extra.length === 0) return;
    const wire = (list: readonly Permission[]) => list.map((one) => permissionToAws(one, arnOf));
    // Unknown until both calls succeeded.
    this.#present.delete(nodeGroup);
    if (missing.length > 0) {
      await aws.ec2.send(
        new AuthorizeSecurityGroupIngressCommand({ GroupId: nodeGroup, IpPermissions: wire(missing) }),
      );
    }
    if (extra.length > 0) {
      await aws.ec2.send(
        new RevokeSecurityGroupIngressCommand({ GroupId: nodeGroup, IpPermissions: wire(extra) }),
      );
    }
    this.#present.set(nodeGroup, [...now.filter((one) => !extra.includes(one)), ...missing]);
  }
}
