// Writing the rules of one node security group: what AWS refuses of one rule keeps no other one out, and nothing that serves is taken
// away for a rule that was refused.
//
//   all that is missing, in one call ──refused──▶ each alone ──▶ those that are still refused are told, and tried again in a minute
import { type AwsFailure, answerOf, isFailure } from '../../alb/failures/failure.ts';
import { arnOf } from '../../alb/kinds/kind.ts';
import { permissionKey } from '../../alb/kinds/security-group.ts';
import type { Permission } from '../../api/aws.ts';
import type { Aws } from '../aws/client.ts';
import { authorize, revoke } from '../aws/kinds/security-group.ts';
import { REFUSED_MS } from './intervals.ts';
import type { Need } from './node-needs.ts';
import { DESCRIPTION, type ruleChange, ruleText, senderOf } from './node-rules.ts';

/** What a node group has. */
export interface NodeGroupRules {
  readonly ours: readonly Permission[];
  /** Keys of rules of others, which let in as well: AWS takes no second one of a key (aws-model 5.4). */
  readonly others: ReadonlySet<string>;
}

export const NO_RULES: NodeGroupRules = { ours: [], others: new Set() };

/** A rule that AWS refused. */
export interface RefusedRule {
  readonly rule: Permission;
  readonly failure: AwsFailure;
  /** When it is asked for again. */
  readonly until: number;
}

const isOurs = ({ description }: Permission): boolean => description === DESCRIPTION;

/** The rules as AWS tells them, by whose they are. */
export function rulesOf(all: readonly Permission[]): NodeGroupRules {
  const others = all.filter((one) => !isOurs(one)).map((one) => permissionKey(one));
  return { ours: all.filter(isOurs), others: new Set(others) };
}

/** What became of one node group. */
interface NodeRulesWritten {
  readonly rules: NodeGroupRules;
  readonly refused: readonly RefusedRule[];
  /** Failures not known before. */
  readonly failures: readonly AwsFailure[];
}

/** Of the rules of one node group that are missing. */
class Authorizing {
  readonly #aws: Aws;
  readonly #nodeGroup: string;
  readonly added: Permission[] = [];
  /** Somebody else's rule of the same key is there. */
  readonly others = new Set<string>();
  refused: { readonly rule: Permission; readonly failure: AwsFailure }[] = [];

  constructor(aws: Aws, nodeGroup: string) {
    this.#aws = aws;
    this.#nodeGroup = nodeGroup;
  }

  /** In one call, and one by one where AWS refuses that. Throws an `AwsFailure` that is about no rule. */
  async all(rules: readonly Permission[]): Promise<void> {
    try {
      await authorize(this.#aws, this.#nodeGroup, rules, arnOf);
      this.added.push(...rules);
    } catch (thrown) {
      if (!isAboutRules(thrown)) throw thrown;
      // Whoever may not write one rule may write none.
      if (rules.length === 1 || thrown.kind === 'denied') this.#refuse(rules, thrown);
      else for (const rule of rules) await this.all([rule]);
    }
  }

  /** Those that found no room, once more. */
  async again(): Promise<void> {
    const full = this.refused.filter(isFull);
    this.refused = this.refused.filter((one) => !isFull(one));
    for (const { rule } of full) await this.all([rule]);
  }

  #refuse(rules: readonly Permission[], failure: AwsFailure): void {
    for (const rule of rules)
      if (failure.kind === 'duplicate') this.others.add(permissionKey(rule));
      else this.refused.push({ rule, failure });
  }
}

const isFull = ({ failure }: Pick<RefusedRule, 'failure'>): boolean => failure.kind === 'limit';

const isAboutRules = (thrown: unknown): thrown is AwsFailure =>
  isFailure(thrown, 'refused', 'notFound', 'duplicate', 'limit', 'denied');

/**
 * Authorizes what is missing, then revokes what is too much; where the group is full, revokes first (aws-model 5.4). What AWS
 * refused `before` is asked for again when it is time, at `now`. Throws an `AwsFailure` that is about no rule.
 */
export async function writeNodeRules(
  aws: Aws,
  nodeGroup: string,
  { ours, others }: NodeGroupRules,
  { missing, extra }: ReturnType<typeof ruleChange>,
  before: readonly RefusedRule[],
  now: number,
): Promise<NodeRulesWritten> {
  const authorizing = new Authorizing(aws, nodeGroup);
  const known = new Map(before.map((one) => [permissionKey(one.rule), one]));
  const asked = missing.filter((one) => !others.has(permissionKey(one)));
  const waiting = asked.flatMap((one) => {
    const refused = known.get(permissionKey(one));
    return refused !== undefined && refused.until > now ? [refused] : [];
  });
  const suspects = asked.filter((one) => (known.get(permissionKey(one))?.until ?? Infinity) <= now);
  const fresh = asked.filter((one) => !known.has(permissionKey(one)));
  if (fresh.length > 0) await authorizing.all(fresh);
  for (const one of suspects) await authorizing.all([one]);
  const needed = [...waiting, ...authorizing.refused.filter((one) => !isFull(one))];
  const left = extra.filter((one) => !needed.some(({ rule }) => senderOf(rule) === senderOf(one)));
  await revoke(aws, nodeGroup, left, arnOf);
  if (left.length > 0) await authorizing.again();
  const refused = authorizing.refused.map((one) => ({ ...one, until: now + REFUSED_MS }));
  const isNew = ({ rule, failure }: RefusedRule): boolean =>
    known.get(permissionKey(rule))?.failure.code !== failure.code;
  return {
    rules: {
      ours: [...ours.filter((one) => !left.includes(one)), ...authorizing.added],
      others: new Set([...others, ...authorizing.others]),
    },
    refused: [...waiting, ...refused],
    failures: refused.filter(isNew).map(({ failure }) => failure),
  };
}

/** Why rules were refused, by node group and sender. */
export type RefusalWords = ReadonlyMap<string, readonly string[]>;

const placeAndSender = (nodeGroup: string, rule: Pick<Permission, 'protocol' | 'source'>): string =>
  `${nodeGroup} ${senderOf(rule)}`;

/** In sentences without their full stop. */
export function refusalWords(refused: ReadonlyMap<string, readonly RefusedRule[]>): RefusalWords {
  const all = [...refused].flatMap(([nodeGroup, list]) =>
    list.map(({ rule, failure }) => ({
      key: placeAndSender(nodeGroup, rule),
      words: `${ruleText(rule)} on ${nodeGroup}: ${answerOf(failure)}`,
    })),
  );
  const byKey = Map.groupBy(all, ({ key }) => key);
  return new Map([...byKey].map(([key, list]) => [key, list.map(({ words }) => words)]));
}

/** Those that concern what one target group needs. */
export function refusedOf({ reaches }: Pick<Need, 'reaches'>, words: RefusalWords): string[] {
  if (words.size === 0) return [];
  const keys = new Set(reaches.map((reach) => placeAndSender(reach.nodeGroup, reach)));
  return [...keys].flatMap((key) => words.get(key) ?? []);
}
