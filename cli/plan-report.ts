// What was planned, for people and for programs, and what the exit code says of it. Pure.

import type { AwsFailure } from '../alb/failures/failure.ts';
import { inWords } from '../alb/plan/operation.ts';
import { type Problem, sentence } from '../api/problems/problem.ts';
import type { OrphansSeen, PlannedOrphan } from '../controller/inspection/orphans.ts';
import type { PlannedGroup, PlannedStep, Registration } from '../controller/inspection/planning.ts';
import { clock, contents, fateWords } from '../controller/ownership/orphans/words.ts';
import { many } from './output.ts';
import type { Colour, Paint } from './paint.ts';

/** AWS's answer in words. */
export const failureWords = ({ action, code, message }: AwsFailure): string =>
  `${action} answered ${code}${message === '' ? '' : `: ${message}`}`;

const isReplacement = ({ operation }: PlannedStep): boolean =>
  operation.verb === 'create' && operation.replaces !== undefined;

const doneSteps = ({ steps }: PlannedGroup): readonly PlannedStep[] => steps.filter(({ allowed }) => allowed);

const changes = (one: PlannedGroup): boolean => doneSteps(one).length + one.registrations.length > 0;

/** Orphans, where they were looked for. */
type PlannedOrphans = OrphansSeen<PlannedOrphan> | undefined;

const orphansIn = (orphans: PlannedOrphans): readonly PlannedOrphan[] =>
  orphans === undefined || 'unknown' in orphans ? [] : orphans.orphans;

/** 0: nothing to do; 2: something; 1: of some group it is not known, because AWS or a fact is missing. */
export function exitCodeOf(planned: readonly PlannedGroup[], orphans?: PlannedOrphans): 0 | 1 | 2 {
  if (planned.some(({ undecided }) => undecided)) return 1;
  const going = orphansIn(orphans).some(({ fate }) => fate === 'goes');
  return planned.some(changes) || going ? 2 : 0;
}

const SIGNS: Readonly<Record<PlannedStep['operation']['verb'], readonly [string, Colour]>> = {
  create: ['+', 'green'],
  modify: ['~', 'yellow'],
  reorder: ['~', 'yellow'],
  delete: ['-', 'red'],
};

function stepLine(step: PlannedStep, policy: string, paint: Paint): string {
  const [sign, colour] = isReplacement(step) ? (['-/+', 'cyan'] as const) : SIGNS[step.operation.verb];
  const words = `${sign.padStart(3)} ${inWords(step.operation)}`;
  return step.allowed ? paint(colour, words) : paint('dim', `${words} (left out by the policy ${policy})`);
}

/** More than this in one line does not help anybody. */
const SHOWN_MAX = 5;

const some = (keys: readonly string[]): string =>
  keys.length > SHOWN_MAX ? `${keys.slice(0, SHOWN_MAX).join(', ')}, …` : keys.join(', ');

function registrationLines({ backend, register, deregister }: Registration, paint: Paint): string[] {
  const line = (sign: string, colour: Colour, verb: string, keys: readonly string[]): string[] =>
    keys.length === 0
      ? []
      : [
          paint(
            colour,
            `${sign.padStart(3)} ${verb} ${many(keys.length, 'target')} of ${backend}: ${some(keys)}`,
          ),
        ];
  return [...line('+', 'green', 'register', register), ...line('-', 'red', 'deregister', deregister)];
}

function problemLine(member: string, problem: Problem, paint: Paint): string {
  const [grade, colour] =
    problem.severity === 'refuse' ? (['refused', 'red'] as const) : (['warning', 'yellow'] as const);
  return `  ${paint(colour, '!')} Ingress ${member}: ${paint(colour, grade)}: ${sentence(problem)} [${problem.code}]`;
}

function title({ group, members, leaving }: PlannedGroup, paint: Paint): string {
  const alone = members.length === 1 && members[0] === group;
  const inside = alone ? '' : `: ${members.length === 0 ? 'no Ingress' : members.join(', ')}`;
  const out = leaving.length === 0 ? '' : `; leaving: ${leaving.join(', ')}`;
  const name = group.includes('/') ? `Ingress ${group}` : `group ${group}`;
  return `${paint('bold', name)}${inside}${out}`;
}

function groupLines(one: PlannedGroup, paint: Paint): string[] {
  const { policy, steps, registrations, problems, undecided, later, failure } = one;
  const said = [
    ...steps.map((step) => stepLine(step, policy, paint)),
    ...registrations.flatMap((registration) => registrationLines(registration, paint)),
    ...later.map((follows) => paint('dim', `    then: ${follows}`)),
    ...(failure === undefined ? [] : [`  ${paint('red', 'cannot be planned')}: ${failureWords(failure)}`]),
    ...(undecided && failure === undefined
      ? [`  ${paint('red', 'cannot be planned')}: AWS is left as it is until this is solved:`]
      : []),
    ...problems.map(({ member, problem }) => problemLine(member, problem, paint)),
  ];
  return said.length === 0 ? [] : [title(one, paint), ...said, ''];
}

function countsOf(planned: readonly PlannedGroup[]) {
  const steps = planned.flatMap(doneSteps);
  const targets = planned.flatMap(({ registrations }) => registrations);
  return {
    groups: planned.length,
    undecided: planned.filter(({ undecided }) => undecided).length,
    operations: steps.length,
    replacements: steps.filter(isReplacement).length,
    register: targets.reduce((sum, { register }) => sum + register.length, 0),
    deregister: targets.reduce((sum, { deregister }) => sum + deregister.length, 0),
  };
}

function summary(counts: ReturnType<typeof countsOf>, orphans: number, paint: Paint): string {
  const parts = [
    ...(counts.operations > 0 ? [many(counts.operations, 'operation')] : []),
    ...(counts.replacements > 0 ? [`${counts.replacements} of them by replacement`] : []),
    ...(counts.register > 0 ? [`${many(counts.register, 'target')} to register`] : []),
    ...(counts.deregister > 0 ? [`${many(counts.deregister, 'target')} to deregister`] : []),
    ...(counts.undecided > 0 ? [`${many(counts.undecided, 'group')} that cannot be planned`] : []),
    ...(orphans > 0 ? [many(orphans, 'orphan')] : []),
  ];
  return paint('bold', `${many(counts.groups, 'group')} looked at: ${parts.join(', ') || 'nothing to do'}`);
}

function orphanLines(orphans: PlannedOrphans, paint: Paint): string[] {
  if (orphans === undefined) return [];
  if ('unknown' in orphans)
    return [`${paint('bold', 'orphans')} ${paint('red', 'cannot be told')}: ${orphans.unknown}`, ''];
  return orphans.orphans.flatMap((orphan) => [
    `${paint('bold', `orphan ${orphan.stack}`)}: ${contents(orphan.found)}; no Ingress and no binding names it`,
    `    ${paint(orphan.fate === 'goes' ? 'red' : 'yellow', fateWords(orphan))}`,
    ...orphan.steps.map((step) => stepLine(step, 'sync', paint)),
    '',
  ]);
}

/** Groups in which there is something to tell, orphans, and a last line that counts. Without a line end behind it. */
export function planText(planned: readonly PlannedGroup[], paint: Paint, orphans?: PlannedOrphans): string {
  const groups = planned.flatMap((one) => groupLines(one, paint));
  const lines = [...groups, ...orphanLines(orphans, paint)];
  return [...lines, summary(countsOf(planned), orphansIn(orphans).length, paint)].join('\n');
}

function stepData({ operation, allowed }: PlannedStep): object {
  const { verb, kind, id, because } = operation;
  const replaces = operation.verb === 'create' ? operation.replaces?.arn : undefined;
  return {
    verb: replaces === undefined ? verb : 'replace',
    kind,
    id,
    ...(operation.verb === 'modify' ? { arn: operation.found.arn, change: operation.change } : {}),
    ...(replaces === undefined ? {} : { replaces }),
    because,
    allowed,
    words: inWords(operation),
  };
}

function orphansData(orphans: PlannedOrphans): object {
  if (orphans === undefined) return {};
  if ('unknown' in orphans) return { orphans };
  return {
    orphans: orphans.orphans.map(({ stack, found, since, steps, ...one }) => ({
      stack,
      ...one,
      since: clock(since),
      resources: found.map(({ kind, arn }) => ({ kind, arn })),
      operations: steps.map(stepData),
    })),
  };
}

/** The same as data. */
export function planData(planned: readonly PlannedGroup[], orphans?: PlannedOrphans): object {
  return {
    ...countsOf(planned),
    ...orphansData(orphans),
    plan: planned.map(({ steps, registrations, problems, failure, ...one }) => ({
      ...one,
      ...(failure === undefined ? {} : { failure: failureWords(failure) }),
      operations: steps.map(stepData),
      targets: registrations,
      problems: problems.map(({ member, problem }) => ({ member, ...problem, message: sentence(problem) })),
    })),
  };
}
