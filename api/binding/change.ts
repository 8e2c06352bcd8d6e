// What an update of settings meets beside its plan (alb/preview): another group, a load balancer that must not be deleted, and
// what a running load balancer does not take up.

import type { Settings } from '../generated/binding.ts';
import type { ControllerDefaults } from '../ingress/read.ts';
import { annotationPath } from '../problems/finding.ts';
import { type Problem, refusal, warning } from '../problems/problem.ts';

const PROTECTION = 'deletion_protection.enabled';

/** Problems of going from one accepted version of an Ingress to the next, beside what the plan tells of it. */
export function changeProblems(before: Settings, after: Settings, options: ControllerDefaults): Problem[] {
  if (before['group.name']?.value !== after['group.name']?.value) return groupProblems(before, after);
  return [...protectedProblems(before, after, options), ...keptProblems(before, after)];
}

/** Another group is another load balancer; its scheme and name are no change of the old one. */
function groupProblems(before: Settings, after: Settings): Problem[] {
  const [old, next] = [before, after].map((settings) => settings['group.name']?.value);
  const from = old === undefined ? 'a load balancer of its own' : `the load balancer of group ${old}`;
  const to = next === undefined ? 'a load balancer of its own' : `that of group ${next}`;
  const because = `the Ingress moves from ${from} to ${to}, which has another address`;
  return [warning('Replacement', annotationPath('group.name'), { value: next, because })];
}

const isProtected = ({ 'load-balancer-attributes': said }: Settings): boolean =>
  ['1', 't', 'true'].includes((said?.value[PROTECTION] ?? '').toLowerCase());

/** A load balancer that must not be deleted cannot be replaced. */
function protectedProblems(before: Settings, after: Settings, options: ControllerDefaults): Problem[] {
  const [old, next] = [before, after].map((settings) => settings.scheme?.value ?? options.defaultScheme);
  if (old === undefined || next === undefined || old === next) return [];
  const path = annotationPath('scheme');
  if (isProtected(after)) {
    const because = `the ${old} load balancer would be replaced, and ${PROTECTION} forbids to delete it: take the protection off first`;
    return [refusal('Contradiction', path, { value: next, because })];
  }
  // A key that is taken away keeps its value in AWS (spec annotations 5.7).
  if (!isProtected(before) || after['load-balancer-attributes']?.value[PROTECTION] !== undefined) return [];
  const because = `the ${old} load balancer stays beside the new one until ${PROTECTION}=false lets it go`;
  return [warning('Replacement', path, { value: next, because })];
}

/** What AWS takes at creation only (spec annotations 5.1, 5.5). */
function keptProblems(before: Settings, after: Settings): Problem[] {
  const kept = ['load-balancer-name', 'customer-owned-ipv4-pool'] as const;
  return kept.flatMap((suffix): Problem[] => {
    const next = after[suffix]?.value;
    if (next === undefined || next === before[suffix]?.value) return [];
    const because = 'a running load balancer keeps what it was created with';
    return [warning('Unused', annotationPath(suffix), { value: next, because })];
  });
}
