// What a change of settings costs: replacements that interrupt nothing but give new names or addresses (spec annotations 19,
// "What forces replacement").
import { annotationPath } from './finding.ts';
import type { Settings } from './generated/binding.ts';
import type { Problem } from './problem.ts';
import type { ControllerDefaults } from './read.ts';

const PROTECTION = 'deletion_protection.enabled';

/** Problems of going from one accepted version of an Ingress to the next. */
export function changeProblems(before: Settings, after: Settings, options: ControllerDefaults): Problem[] {
  return [...schemeProblems(before, after, options), ...targetGroupProblems(before, after)];
}

function schemeProblems(before: Settings, after: Settings, options: ControllerDefaults): Problem[] {
  const [old, next] = [before, after].map((settings) => settings.scheme?.value ?? options.defaultScheme);
  const sameGroup = before['group.name']?.value === after['group.name']?.value;
  if (old === undefined || next === undefined || old === next || !sameGroup) return [];
  const about = { path: annotationPath('scheme'), value: next };
  if (/^true$/i.test(before['load-balancer-attributes']?.value[PROTECTION] ?? '')) {
    const because = `the ${old} load balancer would be replaced, and ${PROTECTION} forbids to delete it: take the protection off first`;
    return [{ ...about, code: 'Contradiction', severity: 'refuse', because }];
  }
  const because = `the ${old} load balancer is replaced by another one with another address`;
  return [{ ...about, code: 'Replacement', severity: 'warn', because }];
}

function targetGroupProblems(before: Settings, after: Settings): Problem[] {
  const replacing = ['target-type', 'backend-protocol', 'backend-protocol-version'] as const;
  return replacing.flatMap((suffix): Problem[] => {
    const next = after[suffix]?.value;
    if (before[suffix]?.value === next) return [];
    return [
      {
        code: 'Replacement',
        severity: 'warn',
        path: annotationPath(suffix),
        ...(next === undefined ? {} : { value: next }),
        because: 'the target groups are replaced by new ones',
      },
    ];
  });
}
