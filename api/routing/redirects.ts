// The HTTPS port that a group redirects to must be a listener of some member (spec annotations 17.4).
import { effectiveListenPorts } from '../annotations/listener.ts';
import type { Intent } from '../generated/binding.ts';
import type { Whole } from '../group-conflicts/group-conflicts.ts';
import { annotationPath } from '../problems/finding.ts';
import { type Problem, refusal, warning } from '../problems/problem.ts';

/** Refused in a group that has other members; whoever is the first one may be followed by who brings the listener. */
export function redirectProblems(mine: Intent, { intents }: Whole): Problem[] {
  const wanted = mine.settings['ssl-redirect']?.value;
  if (wanted === undefined) return [];
  const ports = intents.flatMap(({ settings }) => effectiveListenPorts(settings));
  const secure = [...new Set(ports.filter((one) => one.protocol === 'HTTPS').map(({ port }) => port))];
  if (secure.includes(wanted)) return [];
  const plain = ports.some(({ port }) => port === wanted);
  const because = plain
    ? `the group listens on port ${wanted} with HTTP`
    : `no member of the group listens on port ${wanted}: add {"HTTPS":${wanted}} to the listen-ports of one`;
  const allowed = secure.length === 0 ? 'an HTTPS port of the group' : `one of ${secure.join(', ')}`;
  const about = { value: String(wanted), allowed, because };
  return [(intents.length > 1 ? refusal : warning)('GroupConflict', annotationPath('ssl-redirect'), about)];
}
