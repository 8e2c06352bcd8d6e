// The rule kind. A rule is what it matches and does; its priority is only its place, changed without making it anew (aws-model 3.12).
import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  ModifyRuleCommand,
  type Rule,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type AwsFailure, isFailure } from '../../../alb/failures/failure.ts';
import type { Found, Resolve } from '../../../alb/kinds/kind.ts';
import { kinds } from '../../../alb/kinds/kinds.ts';
import { identity, tagList } from '../../../alb/kinds/tags.ts';
import { changedFields } from '../../../alb/plan/match.ts';
import type { RuleSpec, Tags } from '../../../api/aws.ts';
import { type Aws, allPages } from '../client.ts';
import { actionsFromAws, actionsToAws } from './action.ts';
import { conditionsFromAws, conditionsToAws, transformsFromAws, transformsToAws } from './condition.ts';
import type { KindCalls } from './kind.ts';
import { present, removing } from './kind.ts';
import { readTagsOf, refuseStranger, writeTags } from './tags.ts';

type RuleInAws = Found<'rule'>;

/** A described rule as we know it; undefined for the default rule, which belongs to the listener. */
export function fromAws(wire: Rule, listenerArn: string, tags: Tags): RuleInAws | undefined {
  if (wire.IsDefault === true || wire.Priority === 'default') return undefined;
  return {
    kind: 'rule',
    arn: present(wire.RuleArn, 'RuleArn'),
    ...identity(tags),
    spec: {
      listener: { ref: listenerArn },
      priority: Number(wire.Priority),
      conditions: conditionsFromAws(wire.Conditions),
      actions: actionsFromAws(wire.Actions),
      transforms: transformsFromAws(wire.Transforms),
      tags,
    },
    extra: {},
  };
}

/** All rules of a listener but its default one, in priority order, with their tags. */
export async function readRules(aws: Aws, ListenerArn: string): Promise<Rule[]> {
  const all = await allPages(async (Marker) => {
    const page = await aws.elbv2.send(new DescribeRulesCommand({ ListenerArn, Marker }));
    return { items: page.Rules, token: page.NextMarker };
  });
  return all
    .filter(({ IsDefault }) => IsDefault !== true)
    .sort((a, b) => Number(a.Priority) - Number(b.Priority));
}

/** Moves rules to new priorities in one call, so that they can change places (Elastic Load Balancing API Reference, SetRulePriorities). */
export async function setPriorities(
  aws: Aws,
  pairs: readonly { readonly arn: string; readonly priority: number }[],
): Promise<void> {
  if (pairs.length === 0) return;
  const RulePriorities = pairs.map(({ arn, priority }) => ({ RuleArn: arn, Priority: priority }));
  await aws.elbv2.send(new SetRulePrioritiesCommand({ RulePriorities }));
}

async function adopt(aws: Aws, failure: AwsFailure, wanted: RuleSpec, resolve: Resolve): Promise<RuleInAws> {
  const listenerArn = resolve(wanted.listener);
  const twin = (await readRules(aws, listenerArn)).find(
    ({ Priority }) => Priority === String(wanted.priority),
  );
  if (twin === undefined) throw failure;
  const tags = await readTagsOf(aws, present(twin.RuleArn, 'RuleArn'));
  refuseStranger(failure, `rule ${wanted.priority}`, wanted.tags, tags);
  const found = present(fromAws(twin, listenerArn, tags), 'Priority');
  return ruleCalls.modify(aws, found, wanted, changedFields(kinds.rule, wanted, found, resolve), resolve);
}

/** What ModifyRule carries. */
const SETTINGS = ['conditions', 'actions', 'transforms'] as const;

export const ruleCalls: KindCalls<'rule'> = {
  kind: 'rule',
  async create(aws, wanted, resolve) {
    const ListenerArn = resolve(wanted.listener);
    try {
      const answer = await aws.elbv2.send(
        new CreateRuleCommand({
          ListenerArn,
          Priority: wanted.priority,
          Conditions: conditionsToAws(wanted.conditions),
          Actions: actionsToAws(wanted.actions, resolve, aws),
          ...transformsToAws(wanted.transforms),
          Tags: tagList(wanted.tags),
        }),
      );
      return present(fromAws(present(answer.Rules?.[0], 'Rules'), ListenerArn, wanted.tags), 'Priority');
    } catch (thrown) {
      if (isFailure(thrown, 'inUse') && thrown.code === 'PriorityInUse')
        return adopt(aws, thrown, wanted, resolve);
      throw thrown;
    }
  },
  /** `priority` alone is one `SetRulePriorities`; moving several rules goes through `setPriorities` first. */
  async modify(aws, found, wanted, changed, resolve) {
    const spec = { ...found.spec };
    if (changed.includes('priority')) {
      await setPriorities(aws, [{ arn: found.arn, priority: wanted.priority }]);
      spec.priority = wanted.priority;
    }
    if (SETTINGS.some((field) => changed.includes(field))) {
      const { Transforms } = transformsToAws(wanted.transforms);
      const rewrites = Transforms === undefined ? { ResetTransforms: true } : { Transforms };
      const answer = await aws.elbv2.send(
        new ModifyRuleCommand({
          RuleArn: found.arn,
          Conditions: conditionsToAws(wanted.conditions),
          Actions: actionsToAws(wanted.actions, resolve, { ...aws, existing: found.spec.actions }),
          ...(changed.includes('transforms') ? rewrites : {}),
        }),
      );
      const after = present(
        fromAws(present(answer.Rules?.[0], 'Rules'), spec.listener.ref, spec.tags),
        'Priority',
      );
      spec.conditions = after.spec.conditions;
      spec.actions = after.spec.actions;
      spec.transforms = after.spec.transforms ?? [];
    }
    if (changed.includes('tags'))
      spec.tags = await writeTags(aws, found.arn, wanted.tags, spec.tags, 'noLegacy');
    return { ...found, ...identity(spec.tags), spec };
  },
  remove: (aws, found) => removing(() => aws.elbv2.send(new DeleteRuleCommand({ RuleArn: found.arn }))),
};
