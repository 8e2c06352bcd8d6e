// The program for TargetGroupBindings of users: each names a target group that somebody else made, and has the targets program
// serve it as if it were ours. What is wrong with one is told in its status; the others are served.
//
//   made by people? ─▶ valid? ─▶ target group as AWS has it ─▶ taken by nobody else? ─▶ finalizer, defaults ─▶ served ─▶ status
//   being deleted ─▶ what was registered for it is deregistered ─▶ finalizer off

import { isDeepStrictEqual } from 'node:util';
import { isFailure } from '../../alb/failures/failure.ts';
import type { Policy } from '../../alb/plan/policy.ts';
import type { TargetGroupBinding, TargetGroupBindingSpec } from '../../api/generated/target-group-binding.ts';
import { refuses } from '../../api/problems/finding.ts';
import { type Problem, refusal } from '../../api/problems/problem.ts';
import { madeBy } from '../../api/targetgroupbinding/made-by.ts';
import { specProblems } from '../../api/targetgroupbinding/problems.ts';
import { serviceProblem } from '../../api/targetgroupbinding/references.ts';
import { KINDS } from '../../kube/kinds.ts';
import type { OwnerReference } from '../../kube/write.ts';
import { accountOf } from '../aws/assumed-roles.ts';
import type { Aws } from '../aws/client.ts';
import type { Next } from '../queue/queue.ts';
import type { World } from '../targets/endpoints.ts';
import type { NodeAccess } from '../targets/node-security-groups.ts';
import type { Serving } from '../targets/serving.ts';
import type { TargetNews } from '../targets/target-standing.ts';
import type { Targets } from '../targets/targets.ts';
import {
  defaultsOf,
  elsewhere,
  factIn,
  groupOfKey,
  keptFact,
  keyOfGroup,
  mismatches,
  notFound,
  roleIn,
  saying,
  servingFor,
  taken,
} from './decide.ts';
import { asksForRules, unknownPorts } from './networking.ts';
import type { PublishedTargetGroupBindings } from './published.ts';
import { deleting, failedWith, type ReadyVerdict, refusedFor, servedAs } from './status.ts';
import { ABSENT_MS, readTargetGroup, type TargetGroupFact } from './target-group.ts';
import { again, type ServedStanding, type TellOptions, tell } from './tell.ts';
import { FINALIZER, hashOf } from './writes.ts';

export interface TargetGroupBindingOptions extends TellOptions {
  readonly aws: Aws;
  readonly policy: Policy;
  readonly targets: TellOptions['targets'] &
    Pick<Targets, 'serve' | 'forgetGroup' | 'served' | 'standing' | 'failure'>;
  readonly world: Pick<World, 'service'>;
  /** The objects of target groups of Ingresses. */
  readonly published: Pick<PublishedTargetGroupBindings, 'keyOf' | 'reconcile'>;
  /** Has others worked on, by key. */
  enqueue(key: string): void;
  /** The rules that let others reach its targets, by the ARN of the target group. */
  readonly rules: Pick<NodeAccess, 'pending'>;
  /** What people are to hear of its targets. */
  told(object: TargetGroupBinding, news: TargetNews): void;
  /** What somebody else registered or deregistered, in words. */
  drifted(key: string, object: TargetGroupBinding, lines: readonly string[]): void;
}

export class TargetGroupBindingProgram {
  readonly #options: TargetGroupBindingOptions;
  /** Of those that are being deleted: nothing that was registered for them is registered any more. */
  readonly #withdrawn = new Set<string>();
  /** AWS says that the target group is gone: what the object says of it is not believed. */
  readonly #lost = new Set<string>();
  /** Target groups that AWS was asked about, by the uid and spec of the object that names them. */
  readonly #found = new Map<string, { readonly of: string; readonly fact: TargetGroupFact }>();

  /** Those whose rules were not written yet when they were looked at last. */
  readonly #awaiting = new Set<string>();

  constructor(options: TargetGroupBindingOptions) {
    this.#options = options;
  }

  /** Works on one, by `namespace/name`. */
  async reconcile(key: string): Promise<Next> {
    const { store, policy } = this.#options;
    const object = store.get(key);
    if (policy === 'observe') return this.#forget(key);
    // What the AWS Load Balancer Controller made is left to whoever made it.
    if (object === undefined || madeBy(object.metadata) !== 'user') {
      this.#forget(key);
      return this.#options.published.reconcile(key);
    }
    return object.metadata.deletionTimestamp === undefined
      ? this.#serve(key, object)
      : this.#end(key, object);
  }

  /** Its targets, or their health, are others than before, or AWS answered otherwise. */
  changed({ group }: Serving): void {
    const key = keyOfGroup(group);
    if (key !== undefined) this.#options.enqueue(key);
  }

  /** These target groups are served, or served no more: who has its targets there may be another one. */
  served(arns: readonly string[]): void {
    const { store, targets, published, enqueue } = this.#options;
    for (const arn of arns)
      for (const key of new Set([...store.ofTargetGroup(arn), published.keyOf(arn)]))
        if (key !== undefined && targets.served.get(arn)?.group !== groupOfKey(key)) enqueue(key);
  }

  /** The target group is gone: of what is being deleted nothing is left there. */
  lost(serving: Serving): void {
    const key = keyOfGroup(serving.group);
    if (key === undefined) return;
    this.#found.delete(key);
    this.#lost.add(key);
    if (serving.withdrawn) this.#withdrawn.add(key);
    this.#options.enqueue(key);
  }

  /** The rules on the security groups of nodes and pods were brought in line. */
  rulesBrought(): void {
    for (const key of this.#awaiting) this.#options.enqueue(key);
    this.#awaiting.clear();
  }

  withdrawn({ group }: Serving): void {
    const key = keyOfGroup(group);
    if (key === undefined) return;
    this.#withdrawn.add(key);
    this.#options.enqueue(key);
  }

  /** It is being deleted, and nothing that was registered for it is registered any more. */
  hasEnded = (key: string): boolean => this.#withdrawn.has(key);

  tell({ group }: Serving, news: TargetNews): void {
    const object = this.#options.store.get(keyOfGroup(group) ?? '');
    if (object !== undefined) this.#options.told(object, news);
  }

  /** What is noted beside it goes with it; undefined when the target group is not a user's, or the object is gone. */
  ownerOf({ group }: Serving): OwnerReference | undefined {
    const { name, uid } = this.#options.store.get(keyOfGroup(group) ?? '')?.metadata ?? {};
    const { apiVersion, kind } = KINDS.targetGroupBindings;
    return name === undefined || uid === undefined ? undefined : { apiVersion, kind, name, uid };
  }

  drifted({ group }: Serving, lines: readonly string[]): void {
    const key = keyOfGroup(group) ?? '';
    const object = this.#options.store.get(key);
    if (object !== undefined) this.#options.drifted(key, object, lines);
  }

  /** Takes off the hash of what is registered before that changes; false when this could not be written. */
  async forgetTargets({ group }: Serving): Promise<boolean> {
    const object = this.#options.store.get(keyOfGroup(group) ?? '');
    return object === undefined || (await this.#options.writes.note(object, undefined)) === 'done';
  }

  #forget(key: string): Next {
    this.#options.targets.forgetGroup(groupOfKey(key));
    this.#withdrawn.delete(key);
    this.#found.delete(key);
    this.#lost.delete(key);
    return 'done';
  }

  async #serve(key: string, object: TargetGroupBinding): Promise<Next> {
    const { spec } = object;
    if (spec === undefined) return tell(this.#options, object, UNSAID);
    const problems = specProblems(spec).filter(refuses);
    if (isSome(problems)) return this.#drop(key, object, refusedFor(problems), 'done');
    try {
      const fact = await this.#look(key, object, spec);
      if ('problem' in fact)
        return this.#drop(key, object, refusedFor([fact.problem]), { afterMs: ABSENT_MS });
      return await this.#bind(key, object, spec, fact);
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      // What is served goes on being served: nothing says that it should not.
      const [serving] = this.#options.targets.served.ofGroup(groupOfKey(key));
      await tell(this.#options, object, failedWith(thrown), serving && this.#standingOf(key, serving));
      return 'retry';
    }
  }

  /** The target group as AWS has it; what is known is asked again when the object says something else, or it was lost. */
  async #look(
    key: string,
    object: TargetGroupBinding,
    spec: TargetGroupBindingSpec,
  ): Promise<TargetGroupFact | { readonly problem: Problem }> {
    const { aws } = this.#options;
    const of = saying(object);
    const known = this.#found.get(key);
    if (known?.of === of) return known.fact;
    const kept = this.#lost.has(key) ? undefined : keptFact(object);
    if (kept !== undefined) return kept;
    const far = elsewhere(spec, await aws.elbv2.config.region());
    if (far !== undefined) return { problem: far };
    const fact = await readTargetGroup(accountOf(aws, roleIn(spec)), spec);
    if (fact === undefined) return { problem: notFound(spec) };
    this.#lost.delete(key);
    this.#found.set(key, { of, fact });
    return fact;
  }

  async #bind(
    key: string,
    object: TargetGroupBinding,
    spec: TargetGroupBindingSpec,
    fact: TargetGroupFact,
  ): Promise<Next> {
    const { policy, targets, world, writes, store } = this.#options;
    const wrong = [...mismatches(spec, fact), ...this.#taken(key, object, fact)];
    if (isSome(wrong)) return this.#drop(key, object, refusedFor(wrong), 'done');
    const claimed = await writes.claim(object, defaultsOf(spec, fact));
    if (claimed !== 'done') return again(claimed);
    // As it is stored now.
    const mine = store.get(key) ?? object;
    this.#found.set(key, { of: saying(mine), fact });
    const service = world.service(object.metadata.namespace ?? '', spec.serviceRef.name);
    const serving = servingFor(mine, fact, { policy, service, hash: hashOf(mine) });
    this.#put(serving);
    const missing = serviceProblem(mine, service, serving.backend.targetType);
    const served = this.#standingOf(key, serving);
    if (missing !== undefined) return tell(this.#options, mine, refusedFor([missing]), served);
    const failure = targets.failure(fact.arn);
    const verdict = failure === undefined ? servedAs(mine, targets.standing(fact.arn)) : failedWith(failure);
    return tell(this.#options, mine, verdict, served);
  }

  #standingOf(key: string, { arn, policy, admitted, backend }: Serving): ServedStanding {
    const { rules, targets, world } = this.#options;
    const isPending = admitted !== undefined && rules.pending(arn);
    if (isPending) this.#awaiting.add(key);
    const unknown = unknownPorts(admitted, world.service(backend.namespace, backend.service));
    return { arn, rules: { isPending, policy, unknown, why: targets.health(arn)?.unclear ?? [] } };
  }

  /** Has the targets program serve it; what it serves already it is not told again. */
  #put(serving: Serving): void {
    const { targets } = this.#options;
    const { remembered: _, ...now } = serving;
    const { remembered: __, ...before } = targets.served.get(serving.arn) ?? {};
    if (!isDeepStrictEqual(before, now)) targets.serve(serving.group, [serving], false);
  }

  #taken(key: string, object: TargetGroupBinding, fact: TargetGroupFact): Problem[] {
    const { targets, store } = this.#options;
    const others = store.ofTargetGroup(fact.arn).filter((other) => other !== key);
    const named = others.flatMap((other) => store.get(other) ?? []);
    return taken(object, fact, targets.served.get(fact.arn), named);
  }

  /** It is not served, and says why. What it had registered stays: nobody asked for anything to be taken away. */
  async #drop(key: string, object: TargetGroupBinding, verdict: ReadyVerdict, next: Next): Promise<Next> {
    this.#options.targets.forgetGroup(groupOfKey(key));
    const told = await tell(this.#options, object, verdict);
    return told === 'done' ? next : told;
  }

  /** It is being deleted: what was registered for it goes first, then the finalizer. */
  async #end(key: string, object: TargetGroupBinding): Promise<Next> {
    const { policy, targets, world, writes, store } = this.#options;
    const held = object.metadata.finalizers?.includes(FINALIZER) === true;
    if (!held) return this.#forget(key);
    const fact = factIn(object.spec);
    const isServed = targets.served.ofGroup(groupOfKey(key)).length > 0;
    const isOthers = fact !== undefined && !isServed && targets.served.get(fact.arn) !== undefined;
    // Without what is filled in before anything is registered, nothing is; and what others serve is theirs.
    if (fact === undefined || isOthers || this.#withdrawn.has(key)) {
      // What only it needed is no longer needed, and goes while there is still an object that answers for it.
      targets.forgetGroup(groupOfKey(key));
      if (fact !== undefined && asksForRules(object.spec) && this.#options.rules.pending(fact.arn)) {
        this.#awaiting.add(key);
        return tell(this.#options, object, deleting('Rules that only it needed are being taken away.'));
      }
      const released = await writes.release(object);
      if (released !== 'done') return again(released);
      for (const other of fact === undefined ? [] : store.ofTargetGroup(fact.arn))
        this.#options.enqueue(other);
      return this.#forget(key);
    }
    const service = world.service(object.metadata.namespace ?? '', object.spec?.serviceRef.name ?? '');
    const serving = servingFor(object, fact, { policy, service, hash: hashOf(object) });
    this.#put(serving);
    const failure = targets.failure(fact.arn);
    const words = 'Its targets are being deregistered.';
    const verdict = deleting(failure === undefined ? words : `${words} ${failedWith(failure).message}`);
    return tell(this.#options, object, verdict);
  }
}

const UNSAID: ReadyVerdict = refusedFor([
  refusal('FieldMissing', 'spec', { because: 'it names no target group and no Service' }),
]);

const isSome = <T>(list: readonly T[]): list is readonly [T, ...T[]] => list.length > 0;
