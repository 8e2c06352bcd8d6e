// Members that listen on plain HTTP only while their group redirects HTTP to HTTPS: their routes are not reached over HTTPS
// and stay open without it. Both sides are told.
import { once } from '../once.ts';
import { annotationPath } from '../problems/finding.ts';
import { type Problem, warning } from '../problems/problem.ts';
import { type GroupMember, type HttpsRedirect, isExempt, nameOf, portsOf, portWords } from './routes.ts';

const plainPorts = ({ spec }: GroupMember) => portsOf(spec).filter(({ protocol }) => protocol === 'HTTP');

/** It has routes on plain HTTP that the redirect does not concern. */
const isPlain = (member: GroupMember, https: number): boolean =>
  member.spec.intent !== undefined &&
  isExempt(member.spec.intent, https) &&
  plainPorts(member).length > 0 &&
  (member.spec.intent.rules.length > 0 || member.spec.intent.defaultBackend !== undefined);

/** By HTTPS port, found once for each list. */
const plainOf = once((_members: readonly GroupMember[]) => new Map<number, readonly GroupMember[]>());

const plainIn = (members: readonly GroupMember[], https: number): readonly GroupMember[] =>
  plainOf(members).getOrInsertComputed(https, () => members.filter((one) => isPlain(one, https)));

/** Warnings to one member; `others` may hold an older version of it, which does not count. */
export function plainHttpProblems(
  member: GroupMember,
  others: readonly GroupMember[],
  redirect: HttpsRedirect | undefined,
): Problem[] {
  if (redirect === undefined) return [];
  const { port, by } = redirect;
  if (isPlain(member, port)) {
    const http = portWords(plainPorts(member));
    return [
      warning('GroupConflict', annotationPath('listen-ports'), {
        value: http,
        because: `${nameOf(by)} of the same group redirects plain HTTP to HTTPS ${port} (ssl-redirect), and this Ingress does not listen on HTTPS ${port}: its routes are served on ${http} without TLS and without the redirect, and do not exist on HTTPS ${port}; to have them there, say listen-ports '[{"HTTP":80},{"HTTPS":${port}}]' here, too`,
      }),
    ];
  }
  if (member.spec.intent?.settings['ssl-redirect'] === undefined) return [];
  const plain = plainIn(others, port).filter(({ key }) => key !== member.key);
  const [first] = plain;
  if (first === undefined) return [];
  const more = plain.length > 1 ? ` and ${plain.length - 1} more` : '';
  return [
    warning('GroupConflict', annotationPath('ssl-redirect'), {
      value: String(port),
      because: `${nameOf(first)}${more} of the same group listen${more === '' ? 's' : ''} on plain HTTP only and not on HTTPS ${port}: those routes are served without TLS and without this redirect, and do not exist on HTTPS ${port}; there, listen-ports must name HTTPS ${port}, too`,
    }),
  ];
}
