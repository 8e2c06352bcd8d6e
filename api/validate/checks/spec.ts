// Checks of the Ingress spec: hosts, paths and backends that an ALB rule cannot express (spec annotations 15; aws-limits 3.1).

import { actionNameOf, backendsOf, pathsOf } from '../../ingress/references.ts';
import type { IngressPath } from '../../kube.ts';
import { CONDITION_VALUE_MAX } from '../../limits/rule-limits.ts';
import { annotationPath, type Finding } from '../../problems/finding.ts';
import { type Problem, refusal, warning } from '../../problems/problem.ts';
import { routedAction } from '../../routing/routes.ts';
import { isRegexPath, memberOf } from '../../routing/rules.ts';
import { isLoop } from './actions.ts';
import { hostFinding, pathFinding } from './conditions.ts';
import type { Context } from './context.ts';
import { regexFindings } from './regex.ts';
import { wholeRuleProblems } from './rules.ts';

/** Everything in the spec that cannot work or is likely a mistake. */
export function specProblems(context: Context): Problem[] {
  return [
    ...backendProblems(context),
    ...ruleProblems(context),
    ...wholeRuleProblems(context),
    ...loopProblems(context),
  ];
}

/** A redirect to itself is left out with its rule, but not from a listener or behind a regular expression (spec annotations 15.8). */
function loopProblems({ ingress, settings }: Context): Problem[] {
  const regexes = pathsOf(ingress).filter((one) => isRegexPath(one, settings));
  const kept = new Set(regexes.map(({ at }) => `${at}.backend`));
  return backendsOf(ingress).flatMap(({ path, backend }): Problem[] => {
    const name = actionNameOf(backend);
    const action = routedAction(name, settings);
    if (action.type !== 'redirect' || !isLoop(action)) return [];
    if (path !== 'spec.defaultBackend' && !kept.has(path)) return [];
    const because = `${annotationPath(`actions.${name}`)} redirects to itself, which AWS refuses: change protocol, host, port or path`;
    return [refusal('Contradiction', `${path}.service`, { because })];
  });
}

function backendProblems({ ingress, settings, refused }: Context): Problem[] {
  return backendsOf(ingress).flatMap(({ path, backend }): Problem[] => {
    if (backend.resource === undefined && backend.service === undefined) {
      const because = 'a backend without a Service cannot be a target of a load balancer';
      return [refusal('UnsupportedBackend', path, { because })];
    }
    if (backend.resource !== undefined) {
      const value = `${backend.resource.kind} ${backend.resource.name}`;
      const because = 'a resource backend cannot be a target of a load balancer; only Services can';
      return [refusal('UnsupportedBackend', `${path}.resource`, { value, because })];
    }
    const action = actionNameOf(backend);
    if (action === undefined || refused.has(`actions.${action}`)) return [];
    if (memberOf(settings.actions, action) !== undefined) return [];
    const because = `it says use-annotation and there is no ${annotationPath(`actions.${action}`)}; requests are answered with 503`;
    return [warning('ActionNotFound', `${path}.service`, { value: action, because })];
  });
}

function ruleProblems(context: Context): Problem[] {
  return (context.ingress.spec?.rules ?? []).flatMap((rule, r) => {
    const at = `spec.rules[${r}]`;
    const host = rule.host ?? '';
    const ofPaths = (rule.http?.paths ?? []).flatMap((path, p) =>
      pathProblems(path, `${at}.http.paths[${p}].path`, context),
    );
    return host === '' ? ofPaths : [...hostProblems(host, `${at}.host`), ...ofPaths];
  });
}

function hostProblems(host: string, path: string): Problem[] {
  if (host.length > CONDITION_VALUE_MAX) {
    const allowed = `a host of at most ${CONDITION_VALUE_MAX} characters`;
    return [refusal('OutOfRange', path, { value: host, allowed })];
  }
  const found = hostFinding(host, '');
  return found === undefined ? [] : [placed(found, path)];
}

const placed = ({ at: _, ...rest }: Finding, path: string): Problem => ({ ...rest, path });

function pathProblems(one: IngressPath, path: string, { settings, refused }: Context): Problem[] {
  const value = one.path ?? '';
  const type = one.pathType;
  const isFixed = type === 'Exact' || type === 'Prefix';
  if (!isFixed && refused.has('use-regex-path-match')) return [];
  if (isRegexPath(one, settings)) return regexProblems(value.slice(1), path);
  if (isFixed && /[*?]/.test(value)) {
    const because = `"*" and "?" are wildcards of the load balancer, which ${type} paths do not have; use pathType ImplementationSpecific`;
    return [refusal('UnsupportedPath', path, { value, because })];
  }
  // A Prefix path becomes two values, the longer one with `/*` at its end (spec annotations 15.3).
  const most = type === 'Prefix' && value.length > 1 ? CONDITION_VALUE_MAX - 2 : CONDITION_VALUE_MAX;
  const length = (type === 'Prefix' ? value.replace(/\/$/, '') : value).length;
  if (length > most) {
    const allowed = `a path of at most ${most} characters`;
    const because = `a value of a rule has at most ${CONDITION_VALUE_MAX}`;
    return [refusal('OutOfRange', path, { value, allowed, because })];
  }
  const found = pathFinding(value, '');
  return found === undefined ? [] : [placed(found, path)];
}

/** A path that is a regular expression behind its leading slash (spec annotations 15.4). */
function regexProblems(regex: string, path: string): Problem[] {
  const because = 'use-regex-path-match makes what follows the leading / a regular expression';
  if (regex === '')
    return [refusal('UnsupportedPath', path, { value: '/', because: `${because}, and it is empty` })];
  if (regex.length > CONDITION_VALUE_MAX) {
    const allowed = `a regular expression of at most ${CONDITION_VALUE_MAX} characters`;
    return [refusal('OutOfRange', path, { value: regex, allowed })];
  }
  return regexFindings(regex, '').map((found) => placed(found, path));
}
