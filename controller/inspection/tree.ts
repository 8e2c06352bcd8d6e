// What a group has in AWS as a tree: load balancers, their listeners, rules, target groups, and targets with their health.

import { targetGroupsIn } from '../../alb/kinds/action.ts';
import { arnOf, type Found } from '../../alb/kinds/kind.ts';
import type { Action, Condition, Transform } from '../../api/aws.ts';
import { type Aws, unlessGone } from '../aws/client.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { readHealth, type TargetSeen } from '../targets/target-health.ts';

export interface TargetGroupNode {
  readonly arn: string;
  readonly name: string;
  /** Absent for a target group that is not of this group: nothing but its targets is looked at. */
  readonly spec?: Found<'targetGroup'>['spec'];
  readonly targets: readonly TargetSeen[];
}

export interface RuleNode {
  /** `default` for what is done when no rule matches. */
  readonly priority: number | 'default';
  readonly arn: string;
  /** Without our tags: somebody else's. */
  readonly foreign: boolean;
  readonly conditions: readonly Condition[];
  readonly actions: readonly Action[];
  readonly transforms: readonly Transform[];
  readonly targetGroups: readonly TargetGroupNode[];
}

export interface ListenerNode extends Pick<Found<'listener'>, 'arn' | 'spec'> {
  /** By priority, the default one last. */
  readonly rules: readonly RuleNode[];
}

export interface LoadBalancerNode extends Pick<Found<'loadBalancer'>, 'arn' | 'spec'> {
  readonly state: string;
  readonly dnsName: string;
  /** By port. */
  readonly listeners: readonly ListenerNode[];
}

export interface GroupTree {
  readonly group: string;
  readonly loadBalancers: readonly LoadBalancerNode[];
  /** Target groups that no listener of the group forwards to. */
  readonly unused: readonly TargetGroupNode[];
  /** What becomes of it, for people, when no Ingress and no binding names it. */
  readonly orphan?: string;
}

type SeenTargets = ReadonlyMap<string, readonly TargetSeen[]>;

const only = <K extends Found['kind']>(found: readonly Found[], kind: K): Extract<Found, { kind: K }>[] =>
  found.filter((one): one is Extract<Found, { kind: K }> => one.kind === kind);

/** ARNs of all target groups that a group has or forwards to. Pure. */
export function targetGroupsOf(found: readonly Found[]): string[] {
  const actions = [
    ...only(found, 'listener').flatMap(({ spec }) => spec.defaultActions),
    ...only(found, 'rule').flatMap(({ spec }) => spec.actions),
  ];
  return [...new Set([...only(found, 'targetGroup').map(({ arn }) => arn), ...targetGroupsIn(actions)])];
}

/** `arn:…:targetgroup/NAME/ID` (Service Authorization Reference: Elastic Load Balancing V2). */
const nameIn = (arn: string): string => arn.split('/').at(-2) ?? arn;

/** Puts what was found together. Pure. */
export function treeOf(group: string, found: readonly Found[], health: SeenTargets): GroupTree {
  const specs = new Map(only(found, 'targetGroup').map(({ arn, spec }) => [arn, spec]));
  const used = new Set<string>();
  const targetGroup = (arn: string): TargetGroupNode => {
    const spec = specs.get(arn);
    const name = spec?.name ?? nameIn(arn);
    return { arn, name, ...(spec === undefined ? {} : { spec }), targets: health.get(arn) ?? [] };
  };
  const forwards = (actions: readonly Action[]): TargetGroupNode[] => {
    const arns = [...new Set(targetGroupsIn(actions))];
    for (const arn of arns) used.add(arn);
    return arns.map(targetGroup);
  };
  const rule = ({ arn, spec, resourceTag }: Found<'rule'>): RuleNode => ({
    priority: spec.priority,
    arn,
    foreign: resourceTag === '',
    conditions: spec.conditions,
    actions: spec.actions,
    transforms: spec.transforms ?? [],
    targetGroups: forwards(spec.actions),
  });
  const otherwise = ({ arn, spec: { defaultActions: actions } }: Found<'listener'>): RuleNode => ({
    priority: 'default',
    arn,
    foreign: false,
    conditions: [],
    actions,
    transforms: [],
    targetGroups: forwards(actions),
  });
  const listener = (one: Found<'listener'>): ListenerNode => ({
    arn: one.arn,
    spec: one.spec,
    rules: [
      ...only(found, 'rule')
        .filter(({ spec }) => arnOf(spec.listener) === one.arn)
        .sort((a, b) => a.spec.priority - b.spec.priority)
        .map(rule),
      otherwise(one),
    ],
  });
  const loadBalancers = only(found, 'loadBalancer').map(
    ({ arn, spec, extra }): LoadBalancerNode => ({
      arn,
      spec,
      state: extra.state ?? '',
      dnsName: (extra.dnsName ?? '').toLowerCase(),
      listeners: only(found, 'listener')
        .filter((one) => arnOf(one.spec.loadBalancer) === arn)
        .sort((a, b) => a.spec.port - b.spec.port)
        .map(listener),
    }),
  );
  const unused = [...specs.keys()].filter((arn) => !used.has(arn)).map(targetGroup);
  return { group, loadBalancers, unused };
}

/** The tree of one group: its details, and one call for each target group. Throws `AwsFailure`. */
export async function readTree(group: string, aws: Aws, inventory: Inventory): Promise<GroupTree> {
  const found = await inventory.of(group);
  const health = await Promise.all(
    // One that is gone meanwhile has no targets.
    targetGroupsOf(found).map(async (arn) => [arn, (await unlessGone(readHealth(aws, arn))) ?? []] as const),
  );
  return treeOf(group, found, new Map(health));
}
