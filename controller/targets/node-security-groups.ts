// The program for security groups of nodes: lets load balancers reach targets through them (aws-model 5.6, 5.7). One key for the
// whole cluster, because the rules of one node group serve all target groups. What each target group needs is remembered, and
// looked at again when it, its Service or the nodes changed; the rules only when some need is another one then.
import { isDeepStrictEqual } from 'node:util';
import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import { type AwsFailure, isFailure } from '../../alb/failures/failure.ts';
import { arnOf } from '../../alb/kinds/kind.ts';
import type { Permission } from '../../api/aws.ts';
import { type Aws, allPages } from '../aws/client.ts';
import { authorize, permissionsFromAws, revoke } from '../aws/kinds/security-group.ts';
import type { Next } from '../queue/queue.ts';
import { type Need, type NeedsOptions, needsOf } from './node-needs.ts';
import { DESCRIPTION, permissionsFor, ruleChange, rulesChangedByHand } from './node-rules.ts';
import type { Serving } from './serving.ts';
import type { TargetGroupIndex } from './target-group-index.ts';

export interface NodeAccessOptions extends NeedsOptions {
  readonly aws: Aws;
  /** The target groups whose rules are ours to write. */
  readonly served: Pick<TargetGroupIndex, 'all' | 'get'>;
  /** True once every group was looked at since the start: only then is it known which rules nobody needs. */
  complete(): boolean;
  /** Asked before rules are taken away: whether some may be needed by what is not ours. Absent: none are. */
  foreign?(): Promise<boolean>;
  /** False: one rule for all ports of a source. */
  readonly restricted?: boolean;
  /** Where rules for a target group are left alone came to be other places, or none (`Need`). */
  unclear(serving: Serving, places: Pick<Need, 'unclear' | 'nowhere'>): void;
  failed(failure: AwsFailure): void;
  /** What somebody else changed on a node group, in words. */
  drifted(nodeGroup: string, lines: readonly string[]): void;
}

const placesOf = ({ unclear = [], nowhere = [] }: Partial<Need> = {}): Pick<Need, 'unclear' | 'nowhere'> => {
  return { unclear, nowhere };
};

const isClear = ({ unclear, nowhere }: Need): boolean => unclear.length + nowhere.length === 0;

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
  /** Our rules on each node group that we know of. */
  readonly #present = new Map<string, Permission[]>();
  #searched = false;
  /** Our rules as we left them, when they are in doubt. */
  readonly #left = new Map<string, Permission[]>();

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
    this.#rulesDue = true;
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
    for (const [nodeGroup, rules] of this.#present) this.#left.set(nodeGroup, rules);
    this.#present.clear();
  }

  /** Brings all node groups in line. */
  async run(): Promise<Next> {
    try {
      const changed = await this.#learn();
      if (!changed && !this.#rulesDue) return 'done';
      const known = this.#stale.size === 0 && !this.#allStale;
      this.#rulesDue = !known;
      const needs = [...this.#needs.values()];
      const wanted = permissionsFor(
        needs.flatMap(({ reaches }) => reaches),
        this.#options.restricted,
      );
      // Asked in the same moment as what is needed: a group that is seen later, or changed meanwhile, is not in there. What is
      // unclear may need any rule that is there.
      const complete = known && this.#options.complete() && needs.every((need) => isClear(need));
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
      this.#rulesDue = true;
      return 'retry';
    }
  }

  /** Looks at the needs that may have changed; true when some did. */
  async #learn(): Promise<boolean> {
    const { served, unclear } = this.#options;
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
    for (const one of serving) {
      const [before, now] = [placesOf(this.#needs.get(one.arn)), placesOf(needs.get(one.arn))];
      if (!isDeepStrictEqual(before, now)) unclear(one, now);
    }
    for (const arn of arns) this.#needs.delete(arn);
    for (const [arn, need] of needs) this.#needs.set(arn, need);
    return news.length > 0;
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
    // Unknown until both calls succeeded.
    this.#present.delete(nodeGroup);
    await authorize(aws, nodeGroup, missing, arnOf);
    await revoke(aws, nodeGroup, extra, arnOf);
    this.#present.set(nodeGroup, [...now.filter((one) => !extra.includes(one)), ...missing]);
  }
}
