// Checks of the Ingress spec: hosts, paths and backends that an ALB rule cannot express (spec annotations 15; aws-limits 3.1).
import { PREFIX } from '../annotation.ts';
import { annotationPath } from '../finding.ts';
import type { IngressPath } from '../kube.ts';
import type { Problem } from '../problem.ts';
import { actionNameOf, backendsOf } from '../references.ts';
import type { Context } from './context.ts';

/** Longest value of a condition, in characters (aws-limits 3.1). */
const VALUE_MAX = 128;
/** Wildcards in all conditions of one rule: five in most accounts, six in some (aws-limits R6). */
const WILDCARDS_USUAL = 5;
const WILDCARDS_MAX = 6;

/** Everything in the spec that cannot work or is likely a mistake. */
export function specProblems(context: Context): Problem[] {
  return [...backendProblems(context), ...ruleProblems(context), ...repeatedPaths(context)];
}

function backendProblems({ ingress, settings, refused }: Context): Problem[] {
  return backendsOf(ingress).flatMap(({ path, backend }): Problem[] => {
    if (backend.resource !== undefined || backend.service === undefined) {
      const value =
        backend.resource === undefined ? {} : { value: `${backend.resource.kind} ${backend.resource.name}` };
      const because = 'a resource backend cannot be a target of a load balancer; only Services can';
      return [
        { code: 'UnsupportedBackend', severity: 'refuse', path: `${path}.resource`, ...value, because },
      ];
    }
    const action = actionNameOf(backend);
    if (action === undefined || refused.has(`actions.${action}`)) return [];
    if (settings.actions !== undefined && Object.hasOwn(settings.actions, action)) return [];
    const because = `it says use-annotation and there is no ${annotationPath(`actions.${action}`)}; requests are answered with 503`;
    return [{ code: 'ActionNotFound', severity: 'warn', path: `${path}.service`, value: action, because }];
  });
}

/** Paths that are regular expressions have other rules; the annotation that says so is not applied yet (spec annotations 15.4). */
const isRegex = ({ ingress }: Context, { pathType }: IngressPath): boolean =>
  pathType !== 'Exact' &&
  pathType !== 'Prefix' &&
  ['1', 't', 'T', 'true', 'True', 'TRUE'].includes(
    ingress.metadata.annotations?.[`${PREFIX}use-regex-path-match`] ?? '',
  );

function ruleProblems(context: Context): Problem[] {
  return (context.ingress.spec?.rules ?? []).flatMap((rule, r) => {
    const at = `spec.rules[${r}]`;
    const host = rule.host ?? '';
    const ofPaths = (rule.http?.paths ?? []).flatMap((path, p) => {
      const where = `${at}.http.paths[${p}].path`;
      return isRegex(context, path)
        ? []
        : [...pathProblems(path, where), ...wildcardProblems(host, path, where)];
    });
    return host === '' ? ofPaths : [...hostProblems(host, `${at}.host`), ...ofPaths];
  });
}

function hostProblems(host: string, path: string): Problem[] {
  const about = { path, value: host };
  if (host.length > VALUE_MAX) {
    return [
      {
        ...about,
        code: 'OutOfRange',
        severity: 'refuse',
        allowed: `a host of at most ${VALUE_MAX} characters`,
      },
    ];
  }
  if (!host.includes('.')) {
    return [
      { ...about, code: 'InvalidFormat', severity: 'refuse', allowed: 'a host name with at least one "."' },
    ];
  }
  if (/\.[A-Za-z]+$/.test(host)) return [];
  return [
    {
      ...about,
      code: 'InvalidFormat',
      severity: 'warn',
      because: 'AWS documents only letters after the last "."',
    },
  ];
}

function pathProblems(one: IngressPath, path: string): Problem[] {
  const value = one.path ?? '';
  const type = one.pathType;
  const about = { path, value };
  if ((type === 'Exact' || type === 'Prefix') && /[*?]/.test(value)) {
    const because = `"*" and "?" are wildcards of the load balancer, which ${type} paths do not have; use pathType ImplementationSpecific`;
    return [{ ...about, code: 'UnsupportedPath', severity: 'refuse', because }];
  }
  // A Prefix path becomes two values, the longer one with `/*` at its end (spec annotations 15.3).
  const most = type === 'Prefix' && value.length > 1 ? VALUE_MAX - 2 : VALUE_MAX;
  if (value.replace(/\/$/, '').length > most) {
    const allowed = `a path of at most ${most} characters`;
    const because = `a value of a rule has at most ${VALUE_MAX}`;
    return [{ ...about, code: 'OutOfRange', severity: 'refuse', allowed, because }];
  }
  if (!/^[A-Za-z0-9_.$/~"'@:+&*?%-]*$/.test(value)) {
    const allowed = 'made of letters, digits and _ - . $ / ~ " \' @ : + &';
    return [{ ...about, code: 'UnsupportedPath', severity: 'refuse', allowed }];
  }
  if (!value.includes('%')) return [];
  return [
    { ...about, code: 'UnsupportedPath', severity: 'warn', because: 'AWS does not document "%" in paths' },
  ];
}

function wildcardProblems(host: string, one: IngressPath, path: string): Problem[] {
  const value = one.path ?? '';
  const own = `${host}${value}`.replace(/[^*?]/g, '').length + (one.pathType === 'Prefix' ? 1 : 0);
  if (own <= WILDCARDS_USUAL) return [];
  const severity = own > WILDCARDS_MAX ? 'refuse' : 'warn';
  const because = `host and path have ${own} wildcards together; AWS allows ${WILDCARDS_USUAL} in a rule, ${WILDCARDS_MAX} in some accounts`;
  return [{ code: 'OutOfRange', severity, path, value, because }];
}

function repeatedPaths({ ingress }: Context): Problem[] {
  const seen = new Map<string, string>();
  const found: Problem[] = [];
  for (const [r, rule] of (ingress.spec?.rules ?? []).entries()) {
    for (const [p, path] of (rule.http?.paths ?? []).entries()) {
      const at = `spec.rules[${r}].http.paths[${p}]`;
      const key = JSON.stringify([rule.host ?? '', path.path ?? '', path.pathType ?? '']);
      const first = seen.get(key);
      if (first === undefined) seen.set(key, at);
      else
        found.push({
          code: 'Unused',
          severity: 'warn',
          path: at,
          because: `${first} has the same host and path and is asked first`,
        });
    }
  }
  return found;
}
