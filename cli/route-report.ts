// What `albatross route` found, for people and as data. Pure.
import type { Told } from '../alb/group.ts';
import { sentence } from '../api/problems/problem.ts';
import type { Answering, RoutedAnswer, RouteTarget, RulePlace } from '../controller/inspection/route.ts';
import type { GroupState } from '../controller/inspection/standing.ts';
import type { Paint } from './paint.ts';
import { actionWords } from './rule-words.ts';

/** One question and its answer. */
export interface Routed {
  readonly method: string;
  readonly url: string;
  /** Absent for an Ingress that has none. */
  readonly standing?: GroupState;
  readonly found: Answering | { readonly because: string };
}

const notesOf = ({ standing }: Routed): readonly Told[] =>
  standing === undefined ? [] : [...standing.refused, ...standing.wanted.problems];

/** For programs. */
export function routeData(routed: Routed): object {
  const { method, url, standing, found } = routed;
  return {
    method,
    url,
    ...(standing === undefined
      ? {}
      : { group: standing.group.id, members: standing.group.members.map(({ key }) => key) }),
    ...('because' in found ? found : { ...found, before: found.before.map(({ type }) => type) }),
    problems: notesOf(routed).map(({ member, problem }) => ({
      member,
      ...problem,
      message: sentence(problem),
    })),
  };
}

/** For people, without a line end behind it. */
export function routeText(routed: Routed, paint: Paint): string {
  const { method, url, standing, found } = routed;
  const lines = [paint('bold', `${method} ${url}`)];
  if (standing !== undefined) {
    const members = standing.group.members.map(({ key }) => key).join(', ');
    lines.push(`group     ${standing.group.id}: ${members === '' ? 'no member' : members}`);
  }
  if ('because' in found) lines.push(paint('red', `nothing answers: ${found.because}`));
  else lines.push(...answeringText(found, paint));
  const notes = notesOf(routed).map(({ member, problem }) => {
    const grade = problem.severity === 'refuse' ? 'refused' : 'warning';
    return paint('yellow', `Ingress ${member}: ${grade}: ${sentence(problem)} [${problem.code}]`);
  });
  return [...lines, ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}

function answeringText({ listener, passed, rule, before, answer }: Answering, paint: Paint): string[] {
  const first = before.length === 0 ? [] : [`first     ${actionWords(before, [], (name) => name)}`];
  return [
    `listener  ${listener.protocol}:${listener.port}`,
    ...passed.map((one) => paint('dim', `not       ${placeText(one)}: ${one.because}`)),
    paint('green', `answers   ${placeText(rule)}`),
    ...first,
    ...answerText(answer),
  ];
}

/** `rule 3, Ingress shop/web, www.example.com /cart (Prefix)` */
function placeText({ priority, member, host, path, pathType }: RulePlace): string {
  const where = [
    host ?? 'any host',
    path ?? 'any path',
    ...(pathType === undefined ? [] : [`(${pathType})`]),
  ];
  return [
    priority === 'default' ? 'the default action' : `rule ${priority}`,
    ...(member === undefined ? [] : [`Ingress ${member}`]),
    ...(priority === 'default' ? [] : [where.join(' ')]),
  ].join(', ');
}

function answerText(answer: RoutedAnswer): string[] {
  switch (answer.type) {
    case 'redirect':
      return [`redirect  ${answer.status}`, `location  ${answer.location}`];
    case 'fixed-response':
      return [`response  ${answer.status}${answer.body === '' ? '' : `: ${answer.body}`}`];
    case 'failure':
      return [`fails     ${answer.status}: ${answer.because}`];
    case 'forward': {
      const total = answer.targets.reduce((sum, { weight }) => sum + weight, 0);
      const sticky =
        answer.stickinessSeconds === undefined ? [] : [`sticky    ${answer.stickinessSeconds} s`];
      return [
        ...answer.targets.map((target) => `forward   ${targetText(target, total)}`),
        ...sticky,
        `host      ${answer.host}`,
        `url       ${answer.url}`,
      ];
    }
  }
}

function targetText(target: RouteTarget, total: number): string {
  const { service, port, targetType, targetGroup = '', assumed, weight } = target;
  return [
    service === undefined ? `target group ${targetGroup}` : `Service ${service}, port ${port}`,
    ...(targetType === undefined ? [] : [`${targetType} targets`]),
    ...(weight === total ? [] : [`weight ${weight} of ${total}`]),
    ...(assumed === true ? ['not among the objects and taken to exist'] : []),
  ].join(', ');
}
