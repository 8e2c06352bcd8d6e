// Judges an Ingress: a review and its surroundings in; an answer, and a binding to record, out. Pure.
//
//   nothing new? ─→ unchanged        ours? ─no→ notOurs        problems ─refuse→ refused
//        no ───────────────────────────↑  └yes→ read ─────────────↑  └none or warnings→ allowed + recording
import { bind, hashOf } from '../api/bind.ts';
import type { Ingress } from '../api/kube.ts';
import type { Ownership } from '../api/ownership.ts';
import type { Problem } from '../api/problem.ts';
import { readIngress, type Surroundings } from '../api/read.ts';
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

  const reading = readIngress(object, around);
  const found = ownership.problem === undefined ? reading.problems : [...reading.problems, ownership.problem];
  const problems = oldIsOurs ? ratchet(found, readIngress(oldObject, around).problems) : found;
  const warnings = warningsOf(problems);
  if (problems.some(isRefusal)) {
    return {
      verdict: 'refused',
      answer: { allowed: false, status: refusal(object, problems), warnings },
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

function isRefusal({ severity }: Problem): boolean {
  return severity === 'refuse';
}
