// Problems in the words of an admission answer: the Status that kubectl prints, and warning headers. Pure.
import { refuses } from '../api/problems/finding.ts';
import { alike, type Problem, sentence } from '../api/problems/problem.ts';
import type { AdmissionAnswer, FailureStatus } from './review.ts';

/** More problems than this do not help anybody; the rest is counted. */
const SHOWN_MAX = 10;

/**
 * Characters of all our warnings together. The API server cuts each one to 256 once those of all webhooks exceed 4096
 * (Kubernetes: Dynamic Admission Control, "Response": warnings), so we stay far below and lines stay whole.
 */
const WARNINGS_MAX = 3_000;

/** The object that is refused. */
export type About = Omit<FailureStatus['details'], 'causes'>;

/**
 * The refusal: one line for each problem, worst first. `reason` Invalid with causes makes kubectl print it like one of
 * the API server's own validations; other clients print `message`.
 */
export function refusal(about: About, problems: readonly Problem[]): FailureStatus {
  const refused = problems.filter(({ severity }) => severity === 'refuse');
  const shown = refused.slice(0, SHOWN_MAX);
  const rest = refused.length - shown.length;
  const lines = shown.map(sentence);
  const causes: FailureStatus['details']['causes'][number][] = shown.map((problem) => ({
    reason: problem.code,
    field: problem.path,
    message: withoutPath(problem),
  }));
  if (rest > 0) {
    const words = `${rest} more ${rest === 1 ? 'problem' : 'problems'}`;
    lines.push(`and ${words}`);
    causes.push({ reason: 'More', field: 'metadata', message: words });
  }
  return {
    status: 'Failure',
    code: 422,
    reason: 'Invalid',
    message: lines.length === 1 ? lines.join() : `\n${lines.map((line) => `* ${line}`).join('\n')}`,
    details: { ...about, causes },
  };
}

/** What lets an object pass. */
export const allowed = (warnings: readonly string[]): AdmissionAnswer =>
  warnings.length === 0 ? { allowed: true } : { allowed: true, warnings };

/** What these problems mean for an object: it passes unless one of them refuses it. */
export function answerOf(about: About, problems: readonly Problem[]): AdmissionAnswer {
  const warnings = warningsOf(problems);
  if (!problems.some(refuses)) return allowed(warnings);
  return { allowed: false, status: refusal(about, problems), warnings };
}

/** The sentence without the field, which a cause carries by itself. */
function withoutPath(problem: Problem): string {
  const words = sentence(problem);
  const subject = `${problem.path}: `;
  return words.startsWith(subject) ? words.slice(subject.length) : words;
}

/**
 * Whole lines for the problems of severity warn; those that do not fit are counted. What differs in its place only is told once
 * (a Service that is missing is missing for every path), or a long list would crowd out everything else.
 */
export function warningsOf(problems: readonly Problem[]): string[] {
  const warned = problems.filter(({ severity }) => severity === 'warn');
  const shown: string[] = [];
  let told = 0;
  let length = 0;
  for (const same of alike(warned)) {
    const line = sentence(same[0]) + also(same.length - 1);
    length += line.length;
    if (length > WARNINGS_MAX) break;
    shown.push(line);
    told += same.length;
  }
  const rest = warned.length - told;
  if (rest > 0) shown.push(`and ${rest} more; albatross lint shows them all`);
  return shown;
}

const also = (places: number): string =>
  places === 0 ? '' : ` The same holds at ${places} other ${places === 1 ? 'place' : 'places'}.`;
