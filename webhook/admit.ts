// Judges an Ingress: a review and its surroundings in; an answer, and a binding to record, out. Pure.
//
//   nothing new? ─→ unchanged        ours? ─no→ notOurs        problems ─refuse→ refused
//        no ───────────────────────────↑  └yes→ read ─────────────↑  └none or warnings→ allowed + recording
import { policyOfGroup } from '../alb/plan/policy.ts';
import { changesOf, type MemberChange, preview } from '../alb/preview/preview.ts';
import { replacementProblems } from '../alb/preview/replacements.ts';
import { settingsUnasked } from '../alb/preview/unknown-facts.ts';
import { announcement, NOTHING_CHANGES } from '../alb/preview/words.ts';
import { bindingFor, hashOf } from '../api/binding/bind.ts';
import { changeProblems } from '../api/binding/change.ts';
import type { BindingSpec, LoadBalancerBinding } from '../api/generated/binding.ts';
import type { Reading, Surroundings } from '../api/ingress/read.ts';
import { type Ingress, keyOf } from '../api/kube.ts';
import { once } from '../api/once.ts';
import type { Ownership } from '../api/ownership.ts';
import type { Policy } from '../api/policy.ts';
import { refuses } from '../api/problems/finding.ts';
import { placed } from '../api/problems/place.ts';
import type { Problem } from '../api/problems/problem.ts';
import type { GroupMember } from '../api/routing/routes.ts';
import { prefixProblems } from '../api/validate/checks/prefixes.ts';
import { groupWarnings, type JudgeAround, judgeIngress } from '../api/validate/validate-ingress.ts';
import { allowed, answerOf, warningsOf } from './answer.ts';
import type { Recording } from './record.ts';
import { type Locks, lockProblems } from './restricted-annotations.ts';
import type { AdmissionAnswer, AdmissionRequest } from './review.ts';

/** `allowed` and `refused` after a reading, `notOurs` and `unchanged` without one, `unjudged` when reading it failed. */
export type Verdict = 'allowed' | 'refused' | 'notOurs' | 'unchanged' | 'unjudged';

export interface AdmissionResult {
  readonly verdict: Verdict;
  readonly answer: AdmissionAnswer;
  /** As answered: what was wrong before this update is a warning here. */
  readonly problems: readonly Problem[];
  /** What to record; absent when the intent is not accepted, not ours or only tried out (dry run). */
  readonly recording?: Recording;
  /** Our bug, with `unjudged`. */
  readonly error?: unknown;
}

export interface AdmissionContext extends Surroundings {
  /** Recorded bindings of a group. */
  readonly membersOf: (group: string) => readonly LoadBalancerBinding[];
  /** The recorded binding of an Ingress. */
  readonly recorded: (namespace: string, name: string) => LoadBalancerBinding | undefined;
  readonly ownershipOf: (ingress: Ingress) => Ownership;
  readonly locks?: Locks;
}

const UNJUDGED =
  'Albatross failed to check this Ingress (an error of its own, see its log); it is admitted unchecked';

/** Never throws: an error in here must not keep people from their own Ingresses (hack/decisions/0004). */
export function admit(request: AdmissionRequest, around: AdmissionContext): AdmissionResult {
  try {
    return judge(request, around);
  } catch (error) {
    return { verdict: 'unjudged', answer: { allowed: true, warnings: [UNJUDGED] }, problems: [], error };
  }
}

function judge(request: AdmissionRequest, around: AdmissionContext): AdmissionResult {
  const { object, oldObject } = request;
  const ownership = around.ownershipOf(object);
  if (!ownership.ours) return pass('notOurs');
  const oldIsOurs = oldObject !== undefined && around.ownershipOf(oldObject).ours;
  const leaving = object.metadata.deletionTimestamp !== undefined;
  if (leaving || (oldIsOurs && hashOf(object) === hashOf(oldObject)))
    return pass('unchanged', [...strange(request), ...(request.dryRun ? [NOTHING_CHANGES] : [])]);

  const view = seenBy(object, around);
  const { reading, member, problems: judged } = judgeIngress(object, view);
  const named = ownership.problem === undefined ? [] : [ownership.problem];
  const found = [...judged.map(awaited), ...named, ...groupWarnings(member, view)];
  const isOurs = (ingress: Ingress) => around.ownershipOf(ingress).ours;
  const problems = [
    ...lockProblems(around.locks ?? {}, object, oldObject, isOurs),
    ...(oldIsOurs ? afterUpdate(found, { reading, spec: member.spec, object }, oldObject, around) : found),
  ];
  const answer = answerOf(aboutIngress(object), problems);
  if (!answer.allowed) return { verdict: 'refused', answer, problems };
  const { name, namespace = '' } = object.metadata;
  // With an old mistake still in it, or without its class, the new intent is admitted but not accepted: the controller keeps the last good one.
  const recording =
    reading.problems.some(refuses) || named.length > 0 ? undefined : { namespace, name, spec: member.spec };
  if (request.dryRun) {
    const plan = recording === undefined ? [KEPT] : planned(object, recording, around);
    return { verdict: 'allowed', answer: allowed([...(answer.warnings ?? []), ...plan]), problems };
  }
  return { verdict: 'allowed', answer, problems, ...(recording === undefined ? {} : { recording }) };
}

/** New annotations that nothing reads change no intent; who writes them is told all the same. */
function strange({ object, oldObject }: AdmissionRequest): string[] {
  const before = oldObject?.metadata.annotations ?? {};
  const added = Object.entries(object.metadata.annotations ?? {}).filter(
    ([name]) => !Object.hasOwn(before, name),
  );
  return warningsOf(prefixProblems(Object.fromEntries(added)));
}

/** What comes with the Ingress may be applied after it, as Helm does: it is told, and nothing is done until it is there. */
const awaited = (problem: Problem): Problem =>
  problem.code === 'ClassParametersNotFound' ? { ...problem, severity: 'warn' } : problem;

const KEPT = `${NOTHING_CHANGES}: what was accepted last is kept until the mistakes are gone`;

/** What a dry run is answered: what would be done in AWS, as far as the bindings know it. */
function planned(object: Ingress, { namespace, name, spec }: Recording, around: AdmissionContext): string[] {
  const next = bindingOf(object, spec);
  const changes = changesOf(next, around.recorded(namespace, name), around.membersOf);
  const known = { ...knownTo(around), existing: 'recorded' } as const;
  return announcement(
    changes.map((change) => ({
      group: change.group,
      preview: preview(change, known),
      policy: policyAfter(change),
    })),
    namespace,
  );
}

/** The binding that would be recorded. In a group the older Ingress has the say. */
function bindingOf(object: Ingress, spec: BindingSpec): LoadBalancerBinding {
  const binding = bindingFor(object, spec);
  const { creationTimestamp } = object.metadata;
  return creationTimestamp === undefined
    ? binding
    : { ...binding, metadata: { ...binding.metadata, creationTimestamp } };
}

const clusterOf = once(settingsUnasked);

const knownTo = ({ options, service }: AdmissionContext) => ({ cluster: clusterOf(options), service });

/** The policy of a group after the change. Unsaid is the least careful one already, whatever a thousand others say. */
function policyAfter({ key, bindings, before, after }: MemberChange): Policy {
  if (after !== undefined && after.spec.policy === undefined) return 'sync';
  const others = bindings.filter((one) => keyOf(one) !== key);
  const staying = after === undefined ? others : [...others, after];
  return policyOfGroup('sync', staying.length > 0 || before === undefined ? staying : [before]);
}

/** The other members as far as the caller may know them: what is said in other namespaces is not his to read. */
function seenBy(ingress: Ingress, around: AdmissionContext): JudgeAround {
  const membersOf = (group: string) => membersSeen(around.membersOf(group), ingress.metadata.namespace ?? '');
  return { ...around, membersOf };
}

const seenFrom = once((_: readonly LoadBalancerBinding[]) => new Map<string, readonly GroupMember[]>());

/** Made once for each namespace and list of bindings, which nobody changes. */
const membersSeen = (bindings: readonly LoadBalancerBinding[], namespace: string): readonly GroupMember[] =>
  seenFrom(bindings).getOrInsertComputed(namespace, () =>
    bindings.map((binding) => ({
      key: keyOf(binding),
      spec: binding.spec,
      hidden: binding.metadata.namespace !== namespace,
    })),
  );

/** The version that is asked about. */
interface ReviewedIngress {
  readonly reading: Reading;
  readonly spec: BindingSpec;
  readonly object: Ingress;
}

/** What the update costs is told; mistakes that are stored already do not block it. */
function afterUpdate(
  found: readonly Problem[],
  { reading, spec, object }: ReviewedIngress,
  old: Ingress,
  around: AdmissionContext,
): readonly Problem[] {
  const before = judgeIngress(old, seenBy(old, around));
  const { namespace = '' } = old.metadata;
  const changed = changeProblems(before.reading.settings, reading.settings, around.options);
  const stays = before.member.spec.group === spec.group && !changed.some(refuses);
  const update = {
    before: bindingOf(old, before.member.spec),
    after: bindingOf(object, spec),
    bindings: around.membersOf(spec.group),
  };
  const replaced = stays ? replacementProblems(update, knownTo(around)) : [];
  const settings = { ...before.reading.settings, ...reading.settings };
  return [
    ...ratchet(found, before.problems),
    ...[...replaced, ...changed].map((problem) => placed(problem, { ...reading, settings }, namespace)),
  ];
}

function pass(verdict: 'notOurs' | 'unchanged', warnings: readonly string[] = []): AdmissionResult {
  return { verdict, answer: allowed(warnings), problems: [] };
}

/** A mistake that is stored already does not block an update: a newer version of ours may refuse what an older one took. */
function ratchet(problems: readonly Problem[], before: readonly Problem[]): readonly Problem[] {
  const known = new Set(before.filter(refuses).map(identity));
  return problems.map((problem) =>
    refuses(problem) && known.has(identity(problem)) ? { ...problem, severity: 'warn' } : problem,
  );
}

function identity({ code, path, value = '' }: Problem): string {
  return `${code}\n${path}\n${value}`;
}

const aboutIngress = ({ metadata: { name } }: Ingress) => ({
  group: 'networking.k8s.io',
  kind: 'Ingress',
  name,
});
