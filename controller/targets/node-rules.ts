// Rules of node security groups, on paper: which ones target groups need, where a target is let in, and what is to be changed
// (aws-model 5.6, 5.7, 5.8). Pure.
//
//   all target groups ─▶ ports by (node group, source group) ─▶ one rule from lowest to highest ─▶ authorize, then revoke

import { permissionKey } from '../../alb/kinds/security-group.ts';
import { type Permission, sourceText } from '../../api/aws.ts';
import type { Node } from '../../api/kube.ts';
import type { InterfaceOwner } from '../facts/network-interfaces.ts';
import { instanceOf, type Target } from './endpoints.ts';

/** Marks the rules that are ours; others on the same group are never touched (aws-model 1.6). */
export const DESCRIPTION = 'elbv2.k8s.aws/targetGroupBinding=shared';

/** Traffic that must get to the targets of a target group. */
export interface AdmittedTraffic {
  readonly protocol: 'tcp' | 'udp';
  readonly source: Permission['source'];
  /** Numbers, or names of the ports that a Service port leads to. */
  readonly ports: readonly (number | string)[] | 'all';
}

/** The same, to ports behind one security group. */
export interface Reach extends AdmittedTraffic {
  readonly nodeGroup: string;
  readonly ports: readonly number[] | 'all';
}

const ALL_PORTS = { fromPort: 0, toPort: 65_535 } as const;

const onPort = (port: number) => ({ fromPort: port, toPort: port });

type PortRange = Pick<Permission, 'fromPort' | 'toPort'>;

/** One rule from the lowest to the highest port; none for no port, and port 0 alone counts as all of them, as with the LBC. */
function spanOf(of: readonly Reach[]): PortRange[] {
  if (of.some(({ ports }) => ports === 'all')) return [ALL_PORTS];
  const ports = of.flatMap((reach) => (reach.ports === 'all' ? [] : reach.ports));
  if (ports.length === 0) return [];
  if (ports.every((port) => port === 0)) return [ALL_PORTS];
  return [{ fromPort: Math.min(...ports), toPort: Math.max(...ports) }];
}

const eachOf = (of: readonly Reach[]): PortRange[] =>
  of.flatMap(({ ports }): readonly PortRange[] => (ports === 'all' ? [ALL_PORTS] : ports.map(onPort)));

/** Who comes in by which protocol: what is left of a rule without its ports. */
export const senderOf = ({ protocol, source }: Pick<Permission, 'protocol' | 'source'>): string =>
  permissionKey({ protocol, source, fromPort: 0, toPort: 0 });

/**
 * The rules that node groups should have: for a security group one from its lowest to its highest port, or each of its own where
 * the operator does not restrict them to what is needed; for a network each of its own (aws-model 5.7). Pure.
 */
export function permissionsFor(reaches: readonly Reach[], restricted = true): Map<string, Permission[]> {
  const byGroup = Map.groupBy(reaches, ({ nodeGroup }) => nodeGroup);
  return new Map(
    [...byGroup].map(([nodeGroup, all]) => {
      const bySender = Map.groupBy(all, senderOf);
      const permissions = [...bySender.values()].flatMap((of): Permission[] => {
        const [first] = of;
        if (first === undefined) return [];
        const { protocol, source } = first;
        const ranges = restricted && 'group' in source ? spanOf(of) : eachOf(of);
        return ranges.map((range) => ({ protocol, ...range, source, description: DESCRIPTION }));
      });
      return [nodeGroup, distinct(permissions)];
    }),
  );
}

const distinct = (permissions: readonly Permission[]): Permission[] => [
  ...new Map(permissions.map((one) => [permissionKey(one), one])).values(),
];

const has = (list: readonly Permission[], one: Permission): boolean =>
  list.some((other) => permissionKey(other) === permissionKey(one));

/** Whether a rule lets in all that another one does. */
function admits(wide: Permission, narrow: Permission): boolean {
  return (
    senderOf(wide) === senderOf(narrow) && wide.fromPort <= narrow.fromPort && wide.toPort >= narrow.toPort
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
  const missing = wanted.filter((one) => !has(now, one));
  if (!complete)
    return { missing: missing.filter((one) => !now.some((wide) => admits(wide, one))), extra: [] };
  return { missing, extra: now.filter((one) => !has(wanted, one)) };
}

const COMPUTE = 'eks.amazonaws.com/compute-type';
const HYPERPOD = 'sagemaker.amazonaws.com/compute-type';

/** Where a target is let in; undefined where no security group stands before it (aws-model 5.8). Pure. */
export function placeOf(
  { id, node }: Pick<Target, 'id' | 'node'>,
  targetType: 'instance' | 'ip',
  nodes: ReadonlyMap<string, Node>,
): InterfaceOwner | undefined {
  const on = nodes.get(node);
  if (on === undefined) return undefined;
  const instance = instanceOf(on);
  if (targetType === 'instance') return instance === undefined ? undefined : { instance };
  const labels = on.metadata.labels ?? {};
  if (labels[COMPUTE] === 'hybrid') return undefined;
  const alone = labels[COMPUTE] === 'fargate' || labels[HYPERPOD] === 'hyperpod';
  return alone || instance === undefined ? { address: id } : { instance, address: id };
}

/** The ports of targets that must be reached: a name stands for each target's own. */
export const portsOf = (
  reach: readonly (number | string)[],
  targets: readonly { port: number }[],
): number[] =>
  reach.flatMap((port) => (typeof port === 'number' ? [port] : targets.map((target) => target.port)));

/** A rule for people. */
export const ruleText = ({ protocol, fromPort, toPort, source }: Permission): string =>
  `${protocol} ${fromPort}-${toPort} from ${sourceText(source)}`;

/** What somebody else did to the rules that were left on a node group, as far as it is to be put right. Pure. */
export function rulesChangedByHand(
  left: readonly Permission[],
  now: readonly Permission[],
  { missing, extra }: ReturnType<typeof ruleChange>,
): string[] {
  const words = (verb: string, rule: Permission): string => `${verb} ${ruleText(rule)}`;
  return [
    ...missing.filter((one) => has(left, one)).map((one) => words('authorize', one)),
    ...extra.filter((one) => has(now, one) && !has(left, one)).map((one) => words('revoke', one)),
  ];
}
