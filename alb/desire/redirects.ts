// Redirects to HTTPS: whose plain requests are redirected, and where to (spec annotations 6.2). Nothing is shown by a redirect, so
// who asks for one gets it whether its port is open or not: the wish for HTTPS never ends in plain HTTP.

import type { Action } from '../../api/aws.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { refusal } from '../../api/problems/problem.ts';
import { isExempt, toHttps } from '../../api/routing/routes.ts';
import { type Member, saidBy } from '../group.ts';
import { type Desiring, tell } from './desiring.ts';
import { type DesiredPort, isSecured } from './ports.ts';

/** What the HTTP listener of one port does with plain requests. */
export interface MemberRedirects {
  /** The redirect of a member's requests; undefined for one whose routes are served here. */
  to(member: Member): Action | undefined;
  /** The redirect of requests that no rule takes, when there is one for all of them. */
  readonly otherwise?: Action;
}

const saidOf = ({ intent }: Member): number | undefined => intent.settings['ssl-redirect']?.value;

/** The HTTPS port to which a whole group is redirected, when requests can be sent there; tells members whose port is none of it. */
export function openRedirect(desiring: Desiring, ports: readonly DesiredPort[]): number | undefined {
  const wanted = desiring.group.settings['ssl-redirect']?.value;
  if (wanted === undefined) return undefined;
  const there = ports.find(({ port, protocol }) => port === wanted && protocol === 'HTTPS');
  if (there !== undefined && isSecured(desiring, there)) return wanted;
  const https = ports.filter((one) => one.protocol === 'HTTPS').map(({ port }) => port);
  for (const { member, setting } of saidBy(desiring.group.members, 'ssl-redirect')) {
    if (https.some((port) => port === setting.value)) continue;
    const value = String(setting.value);
    const allowed =
      https.length > 0
        ? `one of the group's HTTPS ports ${https.join(', ')}`
        : 'possible without an HTTPS port';
    const because = `plain HTTP is redirected to port ${value} all the same and nothing is served there; add {"HTTPS":${value}} to listen-ports, or name another port`;
    const path = annotationPath('ssl-redirect');
    tell(desiring, member.key, refusal('Contradiction', path, { value, allowed, because }));
  }
  return undefined;
}

/**
 * To an open port all are redirected who ask for it or listen there; it does not concern the others: their requests would end at
 * a port that does not know them. Without one only those are redirected who ask for it themselves, each to the port that it
 * names: one member's mistake closes nobody else's routes.
 */
export function redirecting(
  { protocol, members }: DesiredPort,
  open: number | undefined,
): MemberRedirects | undefined {
  if (protocol !== 'HTTP') return undefined;
  const portOf = (member: Member): number | undefined => {
    if (open === undefined) return saidOf(member);
    return isExempt(member.intent, open) ? undefined : open;
  };
  const targets = members.map(portOf);
  if (open === undefined && targets.every((port) => port === undefined)) return undefined;
  const [first] = targets;
  const same = first !== undefined && targets.every((port) => port === first);
  const otherwise = open ?? (same ? first : undefined);
  return {
    to(member) {
      const port = portOf(member);
      return port === undefined ? undefined : toHttps(port);
    },
    ...(otherwise === undefined ? {} : { otherwise: toHttps(otherwise) }),
  };
}
