// What was planned, for people and for programs, and what the exit code says of it. Pure.
import { type Problem, sentence } from '../api/problem.ts';
import type { AwsFailure } from '../controller/aws/errors.ts';
import type { PlannedGroup, Step } from '../controller/inspection/planning.ts';
import type { Registration } from '../controller/inspection/registrations.ts';
import { inWords } from '../controller/plan/operation.ts';
import type { Colour, Paint } from './paint.ts';

export const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** AWS's answer in words. */
export const failureWords = ({ action, code, message }: AwsFailure): string =>
  `${action} answered ${code}${message === '' ? '' : `: ${message}`}`;

const isReplacement = ({ operation }: Step): boolean =>
  operation.verb === 'create' && operation.replaces !== undefined;

const doneSteps = ({ steps }: PlannedGroup): readonly Step[] => steps.filter(({ allowed }) => allowed);

const changes = (one: PlannedGroup): boolean => doneSteps(one).length + one.registrations.length > 0;

/** 0: nothing to do; 2: something; 1: of some group it is not known, because AWS or a fact is missing. */
export function exitCodeOf(planned: readonly PlannedGroup[]): 0 | 1 | 2 {
  if (planned.some(({ undecided }) => undecided)) return 1;
  return planned.some(changes) ? 2 : 0;
}

const SIGNS: Readonly<Record<Step['operation']['verb'], readonly [string, Colour]>> = {
  create: ['+', 'green'],
  modify: ['~', 'yellow'],
  reorder: ['~', 'yellow'],
  delete: ['-', 'red'],
};

function stepLine(step: Step, policy: string, paint: Paint): string {
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

interface Counts {
  readonly groups: number;
  readonly undecided: number;
  readonly operations: number;
  readonly replacements: number;
  readonly register: number;
  readonly deregister: number;
}

function countsOf(planned: readonly PlannedGroup[]): Counts {
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

function summary(counts: Counts, paint: Paint): string {
  const parts = [
    ...(counts.operations > 0 ? [many(counts.operations, 'operation')] : []),
    ...(counts.replacements > 0 ? [`${counts.replacements} of them by replacement`] : []),
    ...(counts.register > 0 ? [`${many(counts.register, 'target')} to register`] : []),
    ...(counts.deregister > 0 ? [`${many(counts.deregister, 'target')} to deregister`] : []),
    ...(counts.undecided > 0 ? [`${many(counts.undecided, 'group')} that cannot be planned`] : []),
  ];
  return paint('bold', `${many(counts.groups, 'group')} looked at: ${parts.join(', ') || 'nothing to do'}`);
}

/** Groups in which there is something to tell, and a last line that counts. Without a line end behind it. */
export function planText(planned: readonly PlannedGroup[], paint: Paint): string {
  const groups = planned.flatMap((one) => groupLines(one, paint));
  return [...groups, summary(countsOf(planned), paint)].join('\n');
}

function stepData({ operation, allowed }: Step): object {
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

/** The same as data. */
export function planData(planned: readonly PlannedGroup[]): object {
  return {
    ...countsOf(planned),
    plan: planned.map(({ steps, registrations, problems, failure, ...one }) => ({
      ...one,
      ...(failure === undefined ? {} : { failure: failureWords(failure) }),
      operations: steps.map(stepData),
      targets: registrations,
      problems: problems.map(({ member, problem }) => ({ member, ...problem, message: sentence(problem) })),
    })),
  };
}
