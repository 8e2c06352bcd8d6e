// What a change of settings costs: replacements that interrupt nothing but give new names or addresses (spec annotations 19,
// "What forces replacement"), and changes that a running load balancer does not take up.
import { annotationPath } from './finding.ts';
import type { Settings } from './generated/binding.ts';
import type { Service } from './kube.ts';
import type { Problem } from './problem.ts';
import type { ControllerDefaults } from './read.ts';
import { familyOf } from './targetgroup.ts';

const PROTECTION = 'deletion_protection.enabled';

/** Problems of going from one accepted version of an Ingress to the next; `services` are those that it forwards to. */
export function changeProblems(
  before: Settings,
  after: Settings,
  options: ControllerDefaults,
  services: readonly Service[] = [],
): Problem[] {
  if (before['group.name']?.value !== after['group.name']?.value)
    return [...groupProblems(before, after), ...targetGroupProblems(before, after, options)];
  return [
    ...schemeProblems(before, after, options),
    ...keptProblems(before, after),
    ...targetGroupProblems(before, after, options),
    ...familyProblems(before, after, services),
  ];
}

const replacement = (suffix: string, value: string | undefined, because: string): Problem => ({
  code: 'Replacement',
  severity: 'warn',
  path: annotationPath(suffix),
  ...(value === undefined ? {} : { value }),
  because,
});

/** Another group is another load balancer; its scheme and name are no change of the old one. */
function groupProblems(before: Settings, after: Settings): Problem[] {
  const [old, next] = [before, after].map((settings) => settings['group.name']?.value);
  const from = old === undefined ? 'a load balancer of its own' : `the load balancer of group ${old}`;
  const to = next === undefined ? 'a load balancer of its own' : `that of group ${next}`;
  return [
    replacement('group.name', next, `the Ingress moves from ${from} to ${to}, which has another address`),
  ];
}

function schemeProblems(before: Settings, after: Settings, options: ControllerDefaults): Problem[] {
  const [old, next] = [before, after].map((settings) => settings.scheme?.value ?? options.defaultScheme);
  if (old === undefined || next === undefined || old === next) return [];
  const isProtected = ({ 'load-balancer-attributes': said }: Settings): boolean =>
    ['1', 't', 'true'].includes((said?.value[PROTECTION] ?? '').toLowerCase());
  if (isProtected(after)) {
    const because = `the ${old} load balancer would be replaced, and ${PROTECTION} forbids to delete it: take the protection off first`;
    return [{ ...replacement('scheme', next, because), code: 'Contradiction', severity: 'refuse' }];
  }
  // A key that is taken away keeps its value in AWS (spec annotations 5.7).
  const kept =
    isProtected(before) && after['load-balancer-attributes']?.value[PROTECTION] === undefined
      ? `; the old one stays until ${PROTECTION}=false lets it go`
      : '';
  return [
    replacement(
      'scheme',
      next,
      `the ${old} load balancer is replaced by another one with another address${kept}`,
    ),
  ];
}

/** What AWS takes at creation only (spec annotations 5.1, 5.5). */
function keptProblems(before: Settings, after: Settings): Problem[] {
  const kept = ['load-balancer-name', 'customer-owned-ipv4-pool'] as const;
  return kept.flatMap((suffix): Problem[] => {
    const next = after[suffix]?.value;
    if (next === undefined || next === before[suffix]?.value) return [];
    const because = 'a running load balancer keeps what it was created with';
    return [{ code: 'Unused', severity: 'warn', path: annotationPath(suffix), value: next, because }];
  });
}

/** Addresses of the other family cannot be registered in a target group (AWS: IpAddressType of a target group). */
function familyProblems(before: Settings, after: Settings, services: readonly Service[]): Problem[] {
  const [old, next] = [before['ip-address-type']?.value, after['ip-address-type']?.value];
  const names = services
    .filter((service) => {
      const [was, will] = [familyOf(service, old), familyOf(service, next)];
      return was !== undefined && will !== undefined && was !== will;
    })
    .map(({ metadata }) => metadata.name);
  if (names.length === 0) return [];
  const whose = `Service${names.length === 1 ? '' : 's'} ${[...new Set(names)].join(', ')}`;
  return [
    replacement(
      'ip-address-type',
      next,
      `the target groups of ${whose}, which have addresses of both families, are replaced by new ones`,
    ),
  ];
}

function targetGroupProblems(before: Settings, after: Settings, options: ControllerDefaults): Problem[] {
  const unset = {
    'target-type': options.defaultTargetType,
    'backend-protocol': 'HTTP',
    'backend-protocol-version': 'HTTP1',
  } as const;
  const because = 'the target groups are replaced by new ones';
  const found = (Object.keys(unset) as (keyof typeof unset)[]).flatMap((suffix): Problem[] => {
    const next = after[suffix]?.value;
    const same = (before[suffix]?.value ?? unset[suffix]) === (next ?? unset[suffix]);
    return same ? [] : [replacement(suffix, next, because)];
  });
  const [old = {}, next = {}] = [before['target-control-port'], after['target-control-port']];
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])];
  const changed = names.filter((name) => old[name]?.value !== next[name]?.value);
  return [
    ...found,
    ...changed.map((name) => {
      const value = next[name]?.value;
      return replacement(
        `target-control-port.${name}`,
        value === undefined ? undefined : String(value),
        'the target group is replaced by a new one',
      );
    }),
  ];
}
