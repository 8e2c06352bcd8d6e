// The program for security groups of nodes: lets load balancers reach targets through them (aws-model 5.6, 5.7). One key for the
// whole cluster, because the rules of one node group serve all target groups. What each target group needs is remembered, and
// looked at again when it, its Service or the nodes changed; the rules only when some need is another one then.
import { isDeepStrictEqual } from 'node:util';
import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import { type AwsFailure, isFailure } from '../../alb/failures/failure.ts';
import type { Permission } from '../../api/aws.ts';
import { type Aws, allPages } from '../aws/client.ts';
import { permissionsFromAws } from '../aws/kinds/security-group.ts';
import type { Next } from '../queue/queue.ts';
import { REFUSED_MS } from './intervals.ts';
import { type Need, type NeedsOptions, needsOf } from './node-needs.ts';
import { permissionsFor, ruleChange, rulesChangedByHand } from './node-rules.ts';
import type { Serving } from './serving.ts';
import type { TargetGroupIndex } from './target-group-index.ts';
import {
  NO_RULES,
  type NodeGroupRules,
  type RefusedRule,
  refusalWords,
  refusedOf,
  rulesOf,
  writeNodeRules,
} from './write-node-rules.ts';

export interface NodeAccessOptions extends NeedsOptions {
  readonly aws: Aws;
  /** The target groups whose rules are ours to write. */
  readonly served: Pick<TargetGroupIndex, 'all' | 'get'>;
  /** True once every group was looked at since the start: only then is it known which rules nobody needs. */
  complete(): boolean;
  /** Asked before rules are taken away: whether some may be needed by what is not ours. Absent: none are. */
  foreign?(): Promise<boolean>;
  /**
   * Where rules for a target group are left alone, or refused, came to be other places, or none. `isNews`: not only other places
   * than before, as with every pod that comes and goes.
   */
  unclear(serving: Serving, places: RulesStanding, isNews: boolean): void;
  /** The rules were brought in line, as far as AWS let us. */
  brought?(): void;
  /** In milliseconds, from any start. */
  now?(): number;
  failed(failure: AwsFailure): void;
  /** What somebody else changed on a node group, in words. */
  drifted(nodeGroup: string, lines: readonly string[]): void;
}

/** What keeps the rules of one target group from being as it needs them: sentences. */
export interface RulesStanding extends Pick<Need, 'unclear' | 'nowhere'> {
  /** What AWS refused. */
  readonly refused: readonly string[];
}

const CLEAR: RulesStanding = { unclear: [], nowhere: [], refused: [] };

const isClear = ({ unclear, nowhere }: Pick<Need, 'unclear' | 'nowhere'>): boolean =>
  unclear.length + nowhere.length === 0;

const isNews = (before: RulesStanding, now: RulesStanding): boolean =>
  (isClear(before) && !isClear(now)) ||
  (now.refused.length > 0 && !isDeepStrictEqual(before.refused, now.refused));

/** The program; it works when it is run. */
export class NodeAccess {
  readonly #options: NodeAccessOptions;
  /** By ARN. */
  readonly #needs = new Map<string, Need>();
  /** ARNs of target groups whose needs are to be looked at. */
  readonly #stale = new Set<string>();
  /** The needs of all of them are, and the nodes themselves. */
  #allStale = true;
  /** The rules are to be looked at whether or not a need changed. */
  #rulesDue = true;
  /** The rules on each node group that we know of. */
  readonly #present = new Map<string, NodeGroupRules>();
  /** What AWS refused, by node group. */
  readonly #refused = new Map<string, readonly RefusedRule[]>();
  /** What was told of target groups, by ARN. */
  readonly #told = new Map<string, RulesStanding>();
  /** ARNs of target groups that came, went or changed, and of which nothing was written yet. */
  readonly #pending = new Set<string>();
  #searched = false;
  /** Our rules as we left them, when they are in doubt. */
  readonly #left = new Map<string, readonly Permission[]>();

  constructor(options: NodeAccessOptions) {
    this.#options = options;
  }

  /** The Service of target groups (by ARN) changed, or its endpoints: looked at are those, and rules only if needs changed. */
  touch(arns: readonly string[]): void {
    for (const arn of arns) this.#stale.add(arn);
  }

  /** Target groups came, went or changed: what is known of them may also tell that rules are needed no more. */
  served(arns: readonly string[]): void {
    this.touch(arns);
    for (const arn of arns) this.#pending.add(arn);
    this.#rulesDue = true;
  }

  /** Whether what it needs, or needs no more, was not written yet since it came, went or changed. */
  pending(arn: string): boolean {
    return this.#pending.has(arn);
  }

  /** The nodes changed: every target group may need something else. */
  touchAll(): void {
    this.#allStale = true;
    this.#rulesDue = true;
  }

  /** Has everything looked at the next time, and the rules read again: somebody may have changed them. */
  doubt(): void {
    this.touchAll();
    this.#searched = false;
    for (const [nodeGroup, { ours }] of this.#present) this.#left.set(nodeGroup, ours);
    this.#present.clear();
    this.#refused.clear();
  }

  /** Brings all node groups in line. */
  async run(): Promise<Next> {
    try {
      const changed = await this.#learn();
      this.#tell();
      if (!changed && !this.#rulesDue) return 'done';
      const known = this.#stale.size === 0 && !this.#allStale;
      this.#rulesDue = !known;
      await this.#bringAll(known);
      for (const arn of this.#pending) if (!this.#stale.has(arn)) this.#pending.delete(arn);
      this.#tell();
      this.#options.brought?.();
      if (this.#refused.size === 0) return 'done';
      this.#rulesDue = true;
      return { afterMs: REFUSED_MS };
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      this.#options.failed(thrown);
      this.#searched = false;
      this.#present.clear();
      this.#rulesDue = true;
      return 'retry';
    }
  }

  async #bringAll(known: boolean): Promise<void> {
    const { restricted, complete } = this.#options;
    const needs = [...this.#needs.values()];
    const wanted = permissionsFor(
      needs.flatMap(({ reaches }) => reaches),
      restricted,
    );
    // Asked in the same moment as what is needed: a group that is seen later, or changed meanwhile, is not in there. What is
    // unclear may need any rule that is there.
    const isComplete = known && complete() && needs.every((need) => isClear(need));
    await this.#read([...wanted.keys()]);
    const nodeGroups = new Set([...wanted.keys(), ...this.#present.keys()]);
    for (const gone of this.#refused.keys()) if (!nodeGroups.has(gone)) this.#refused.delete(gone);
    for (const nodeGroup of nodeGroups) await this.#bring(nodeGroup, wanted.get(nodeGroup) ?? [], isComplete);
  }

  /** Looks at the needs that may have changed; true when some did. */
  async #learn(): Promise<boolean> {
    const { served } = this.#options;
    const all = this.#allStale;
    // What AWS could not tell is asked again each time.
    const doubtful = [...this.#needs].filter(([, need]) => need.unknown || !isClear(need));
    const arns = new Set([
      ...this.#stale,
      ...doubtful.map(([arn]) => arn),
      ...(all ? [...this.#needs.keys(), ...served.all().map(({ arn }) => arn)] : []),
    ]);
    this.#stale.clear();
    this.#allStale = false;
    const serving = [...arns].flatMap((arn) => served.get(arn) ?? []);
    const needs = await needsOf(serving, all, this.#options).catch((thrown: unknown) => {
      this.touch([...arns]);
      this.#allStale ||= all;
      throw thrown;
    });
    const news = [...arns].filter((arn) => !isDeepStrictEqual(this.#needs.get(arn), needs.get(arn)));
    for (const arn of arns) this.#needs.delete(arn);
    for (const [arn, need] of needs) this.#needs.set(arn, need);
    return news.length > 0;
  }

  /** Says of each target group what keeps its rules from being as it needs them, where that is another answer than before. */
  #tell(): void {
    const { served, unclear } = this.#options;
    const refused = refusalWords(this.#refused);
    for (const arn of this.#told.keys()) if (!this.#needs.has(arn)) this.#told.delete(arn);
    for (const [arn, need] of this.#needs) {
      const now = { unclear: need.unclear, nowhere: need.nowhere, refused: refusedOf(need, refused) };
      const serving = served.get(arn);
      const before = this.#told.get(arn) ?? CLEAR;
      if (serving === undefined || isDeepStrictEqual(before, now)) continue;
      this.#told.set(arn, now);
      unclear(serving, now, isNews(before, now));
    }
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
    for (const { GroupId, IpPermissions } of groups)
      this.#present.set(GroupId ?? '', rulesOf(permissionsFromAws(IpPermissions)));
  }

  async #bring(nodeGroup: string, wanted: readonly Permission[], complete: boolean): Promise<void> {
    const { aws, foreign, drifted, failed, now = () => performance.now() } = this.#options;
    const present = this.#present.get(nodeGroup) ?? NO_RULES;
    const { ours } = present;
    const all = ruleChange(ours, wanted, complete);
    const kept = all.extra.length > 0 && (await foreign?.()) === true;
    const change = kept ? ruleChange(ours, wanted, false) : all;
    const lines = rulesChangedByHand(this.#left.get(nodeGroup) ?? ours, ours, change);
    if (lines.length > 0) drifted(nodeGroup, lines);
    this.#left.delete(nodeGroup);
    const before = this.#refused.get(nodeGroup) ?? [];
    if (change.missing.length + change.extra.length === 0) return void this.#refused.delete(nodeGroup);
    // Unknown until all calls succeeded.
    this.#present.delete(nodeGroup);
    const became = await writeNodeRules(aws, nodeGroup, present, change, before, now());
    this.#present.set(nodeGroup, became.rules);
    if (became.refused.length === 0) this.#refused.delete(nodeGroup);
    else this.#refused.set(nodeGroup, became.refused);
    for (const failure of became.failures) failed(failure);
  }
}
