// Rules of node security groups, on paper: which ones target groups need, where a target is let in, and what is to be changed
// (aws-model 5.6, 5.7, 5.8). Pure.
//
//   all target groups ─▶ ports by (node group, source group) ─▶ one rule from lowest to highest ─▶ authorize, then revoke

import { arnOf } from '../../alb/kinds/kind.ts';
import { permissionKey } from '../../alb/kinds/security-group.ts';
import type { Permission } from '../../api/aws.ts';
import type { Node } from '../../api/kube.ts';
import type { InterfaceOwner } from '../facts/network-interfaces.ts';
import { instanceOf, type Target } from './endpoints.ts';

/** Marks the rules that are ours; others on the same group are never touched (aws-model 1.6). */
export const DESCRIPTION = 'elbv2.k8s.aws/targetGroupBinding=shared';

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

const has = (list: readonly Permission[], one: Permission): boolean =>
  list.some((other) => permissionKey(other) === permissionKey(one));

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

/** What somebody else did to the rules that were left on a node group, as far as it is to be put right. Pure. */
export function rulesChangedByHand(
  left: readonly Permission[],
  now: readonly Permission[],
  { missing, extra }: ReturnType<typeof ruleChange>,
): string[] {
  const words = (verb: string, { protocol, fromPort, toPort, source }: Permission): string =>
    `${verb} ${protocol} ${fromPort}-${toPort} from ${'group' in source ? arnOf(source.group) : 'elsewhere'}`;
  return [
    ...missing.filter((one) => has(left, one)).map((one) => words('authorize', one)),
    ...extra.filter((one) => has(now, one) && !has(left, one)).map((one) => words('revoke', one)),
  ];
}
