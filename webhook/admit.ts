// Judges an Ingress: a review and its surroundings in; an answer, and a binding to record, out. Pure.
//
//   nothing new? ─→ unchanged        ours? ─no→ notOurs        problems ─refuse→ refused
//        no ───────────────────────────↑  └yes→ read ─────────────↑  └none or warnings→ allowed + recording
import { bind, hashOf } from '../api/bind.ts';
import { changeProblems } from '../api/change.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import { type JudgeAround, judgeIngress } from '../api/judge.ts';
import { type Ingress, keyOf } from '../api/kube.ts';
import type { Ownership } from '../api/ownership.ts';
import type { Problem } from '../api/problem.ts';
import type { Reading, Surroundings } from '../api/read.ts';
import { refusal, warningsOf } from './answer.ts';
import type { Recording } from './record.ts';
import type { AdmissionRequest, Answer } from './review.ts';

/** `allowed` and `refused` after a reading, `notOurs` and `unchanged` without one, `unjudged` when reading it failed. */
export type Verdict = 'allowed' | 'refused' | 'notOurs' | 'unchanged' | 'unjudged';

export interface Judgement {
  readonly verdict: Verdict;
  readonly answer: Answer;
  /** As answered: what was wrong before this update is a warning here. */
  readonly problems: readonly Problem[];
  /** What to record; absent when the intent is not accepted, not ours or only tried out (dry run). */
  readonly recording?: Recording;
  /** Our bug, with `unjudged`. */
  readonly error?: unknown;
}

export interface Around extends Surroundings {
  /** Recorded bindings of a group. */
  readonly membersOf: (group: string) => readonly LoadBalancerBinding[];
  readonly ownershipOf: (ingress: Ingress) => Ownership;
}

const UNJUDGED =
  'Albatross failed to check this Ingress (an error of its own, see its log); it is admitted unchecked';

/** Never throws: an error in here must not keep people from their own Ingresses (hack/decisions/0004). */
export function admit(request: AdmissionRequest, around: Around): Judgement {
  try {
    return judge(request, around);
  } catch (error) {
    return { verdict: 'unjudged', answer: { allowed: true, warnings: [UNJUDGED] }, problems: [], error };
  }
}

function judge(request: AdmissionRequest, around: Around): Judgement {
  const { object, oldObject } = request;
  const ownership = around.ownershipOf(object);
  if (!ownership.ours) return pass('notOurs');
  const oldIsOurs = oldObject !== undefined && around.ownershipOf(oldObject).ours;
  const leaving = object.metadata.deletionTimestamp !== undefined;
  if (leaving || (oldIsOurs && hashOf(object) === hashOf(oldObject))) return pass('unchanged');

  const { reading, problems: judged } = judgeIngress(object, seenBy(object, around));
  const named = ownership.problem === undefined ? [] : [ownership.problem];
  const found = [...judged, ...named];
  const problems = oldIsOurs ? afterUpdate(found, reading, oldObject, around) : found;
  const warnings = warningsOf(problems);
  if (problems.some(isRefusal)) {
    return {
      verdict: 'refused',
      answer: { allowed: false, status: refusal(aboutIngress(object), problems), warnings },
      problems,
    };
  }
  const answer = warnings.length === 0 ? { allowed: true } : { allowed: true, warnings };
  // With an old mistake still in it the new intent is admitted but not accepted: the controller keeps the last good one.
  if (request.dryRun || reading.problems.some(isRefusal)) return { verdict: 'allowed', answer, problems };
  const { name, namespace = '' } = object.metadata;
  return {
    verdict: 'allowed',
    answer,
    problems,
    recording: { namespace, name, spec: bind(object, reading) },
  };
}

/** The other members as far as the caller may know them: what is said in other namespaces is not his to read. */
function seenBy(ingress: Ingress, around: Around): JudgeAround {
  const membersOf = (group: string) =>
    around.membersOf(group).map((binding) => ({
      key: keyOf(binding),
      spec: binding.spec,
      hidden: binding.metadata.namespace !== ingress.metadata.namespace,
    }));
  return { ...around, membersOf };
}

/** What the update costs is told; mistakes that are stored already do not block it. */
function afterUpdate(
  found: readonly Problem[],
  reading: Reading,
  old: Ingress,
  around: Around,
): readonly Problem[] {
  const before = judgeIngress(old, seenBy(old, around));
  return [
    ...ratchet(found, before.problems),
    ...changeProblems(before.reading.settings, reading.settings, around.options),
  ];
}

function pass(verdict: 'notOurs' | 'unchanged'): Judgement {
  return { verdict, answer: { allowed: true }, problems: [] };
}

/** A mistake that is stored already does not block an update: a newer version of ours may refuse what an older one took. */
function ratchet(problems: readonly Problem[], before: readonly Problem[]): readonly Problem[] {
  const known = new Set(before.filter(isRefusal).map(identity));
  return problems.map((problem) =>
    isRefusal(problem) && known.has(identity(problem)) ? { ...problem, severity: 'warn' } : problem,
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

function isRefusal({ severity }: Problem): boolean {
  return severity === 'refuse';
}
