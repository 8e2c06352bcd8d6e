// The node access program: lets load balancers reach targets through the security groups of the nodes (aws-model 5.6, 5.7).
// One key for the whole cluster, because the rules of one node group serve all target groups:
//
//   all target groups ─▶ ports by (node group, source group) ─▶ one rule from lowest to highest ─▶ authorize, then revoke
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { type AwsFailure, isFailure } from '../../alb/failures/failure.ts';
import { arnOf } from '../../alb/kinds/kind.ts';
import { permissionKey } from '../../alb/kinds/security-group.ts';
import type { Permission, Tags } from '../../api/aws.ts';
import { type Aws, allPages } from '../aws/calls.ts';
import type { Lookups } from '../aws/facts.ts';
import { endpointGroup, keyOfPlace, type Place } from '../aws/interfaces.ts';
import { permissionsFromAws, permissionToAws } from '../aws/kinds/security-group.ts';
import type { Next } from '../queue.ts';
import { endpointsOf, instanceOf, type Node, servingNodes, type Target, type World } from './endpoints.ts';
import type { Serving } from './targets.ts';

/** Marks the rules that are ours; others on the same group are never touched (aws-model 1.6). */
const DESCRIPTION = 'elbv2.k8s.aws/targetGroupBinding=shared';

/** Ports that one source must reach behind one security group. */
export interface Reach {
  readonly nodeGroup: string;
  readonly source: string;
  readonly ports: readonly number[];
}

const ALL_PORTS: readonly number[] = [0, 65_535];

/**
 * The rules that node groups should have: for each source one from its lowest to its highest port, or for all ports where
 * the operator does not restrict them (aws-model 5.6, 5.7). Pure.
 */
export function permissionsFor(reaches: readonly Reach[], restricted = true): Map<string, Permission[]> {
  const byGroup = Map.groupBy(reaches, ({ nodeGroup }) => nodeGroup);
  return new Map(
    [...byGroup].map(([nodeGroup, all]) => {
      const bySource = Map.groupBy(all, ({ source }) => source);
      const permissions = [...bySource].flatMap(([source, of]): Permission[] => {
        const ports = restricted ? of.flatMap((reach) => reach.ports) : ALL_PORTS;
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
  /** Asked before rules are taken away: whether some may be needed by what is not ours. Absent: none are. */
  foreign?(): Promise<boolean>;
  /** False: one rule for all ports of a source. */
  readonly restricted?: boolean;
  /** Tags that tell the group for target rules, beside the cluster's, where a network interface has several groups. */
  readonly groupTags?: Readonly<Tags>;
  /**
   * An instance or address whose group for target rules is unclear: nothing has the address, or its network interface has
   * several groups and none, or several, are the cluster's.
   */
  unclear(place: string): void;
  failed(failure: AwsFailure): void;
  /** What somebody else changed on a node group, in words. */
  drifted(nodeGroup: string, lines: readonly string[]): void;
}

const COMPUTE = 'eks.amazonaws.com/compute-type';
const HYPERPOD = 'sagemaker.amazonaws.com/compute-type';

/** Where a target is let in; undefined where no security group stands before it (aws-model 5.8). Pure. */
export function placeOf(
  { id, node }: Pick<Target, 'id' | 'node'>,
  targetType: 'instance' | 'ip',
  nodes: ReadonlyMap<string, Node>,
): Place | undefined {
  const on = nodes.get(node);
  if (on === undefined) return undefined;
  const instance = instanceOf(on);
  if (targetType === 'instance') return instance === undefined ? undefined : { instance };
  const labels = on.metadata.labels ?? {};
  if (labels[COMPUTE] === 'hybrid') return undefined;
  const alone = labels[COMPUTE] === 'fargate' || labels[HYPERPOD] === 'hyperpod';
  return alone || instance === undefined ? { address: id } : { instance, address: id };
}

const numbers = (reach: readonly (number | string)[], targets: readonly { port: number }[]): number[] =>
  reach.flatMap((port) => (typeof port === 'number' ? [port] : targets.map((target) => target.port)));

export interface NodeAccess {
  /** Brings all node groups in line. */
  run(): Promise<Next>;
  /** Has the rules read again the next time: somebody may have changed them. */
  doubt(): void;
}

/** Starts the program; it works when it is run. */
export function nodeAccess(options: NodeAccessOptions): NodeAccess {
  const program = new Program(options);
  return { run: () => program.run(), doubt: () => program.doubt() };
}

/** What somebody else did to the rules that were left on a node group, as far as it is to be put right. Pure. */
export function rulesChangedByHand(
  left: readonly Permission[],
  now: readonly Permission[],
  { missing, extra }: ReturnType<typeof ruleChange>,
): string[] {
  const words = (verb: string, { protocol, fromPort, toPort, source }: Permission): string =>
    `${verb} ${protocol} ${fromPort}-${toPort} from ${'group' in source ? arnOf(source.group) : 'elsewhere'}`;
  const has = (list: readonly Permission[], one: Permission): boolean =>
    list.some((other) => permissionKey(other) === permissionKey(one));
  return [
    ...missing.filter((one) => has(left, one)).map((one) => words('authorize', one)),
    ...extra.filter((one) => has(now, one) && !has(left, one)).map((one) => words('revoke', one)),
  ];
}

class Program {
  readonly #options: NodeAccessOptions;
  /** Our rules on each node group that we know of. */
  readonly #present = new Map<string, Permission[]>();
  #searched = false;
  /** Our rules as we left them, when they are in doubt. */
  readonly #left = new Map<string, Permission[]>();

  constructor(options: NodeAccessOptions) {
    this.#options = options;
  }

  async run(): Promise<Next> {
    try {
      // Asked before it is looked what is needed: a group that is seen meanwhile is not in there yet.
      const seen = this.#options.complete();
      const { reaches, clear } = await this.#reaches();
      // What is unclear may need any rule that is there.
      const complete = seen && clear;
      const wanted = permissionsFor(reaches, this.#options.restricted);
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

  doubt(): void {
    this.#searched = false;
    for (const [nodeGroup, rules] of this.#present) this.#left.set(nodeGroup, rules);
    this.#present.clear();
  }

  async #reaches(): Promise<{ readonly reaches: Reach[]; readonly clear: boolean }> {
    const { world, lookups, aws, groupTags } = this.#options;
    const nodes = new Map(world.nodes().map((node): [string, Node] => [node.metadata.name, node]));
    const serving = this.#options.serving().flatMap(({ source, backend }) => {
      if (source === undefined) return [];
      return endpointsOf(backend, world).flatMap((target) => {
        const place = placeOf(target, backend.targetType, nodes);
        return place === undefined ? [] : [{ source, place, ports: numbers(backend.reach, [target]) }];
      });
    });
    // All nodes that take traffic, not only those with targets now: the next target group needs no further look-up.
    const ready = servingNodes(world.nodes()).map((node) => ({ instance: instanceOf(node) ?? '' }));
    const places = [...ready, ...serving.map(({ place }) => place)];
    const groups = await lookups.interfaceGroups([
      ...new Map(places.map((place) => [keyOfPlace(place), place])).values(),
    ]);
    const groupOf = new Map(
      [...groups].map(([key, facts]) => [key, endpointGroup(facts, aws.clusterName, groupTags)]),
    );
    const unclear = new Set<string>();
    const reaches = serving.flatMap(({ source, place, ports }): Reach[] => {
      const nodeGroup = groupOf.get(keyOfPlace(place));
      if (nodeGroup !== undefined) return [{ nodeGroup, source, ports }];
      // An instance that is gone needs no rule.
      if (place.instance === undefined || groups.has(keyOfPlace(place)))
        unclear.add(place.address ?? place.instance ?? '');
      return [];
    });
    for (const place of unclear) this.#options.unclear(place);
    return { reaches, clear: unclear.size === 0 };
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
    const all = ruleChange(now, wanted, complete);
    const kept = all.extra.length > 0 && (await this.#options.foreign?.()) === true;
    const change = kept ? ruleChange(now, wanted, false) : all;
    const { missing, extra } = change;
    const lines = rulesChangedByHand(this.#left.get(nodeGroup) ?? now, now, change);
    if (lines.length > 0) this.#options.drifted(nodeGroup, lines);
    this.#left.delete(nodeGroup);
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
