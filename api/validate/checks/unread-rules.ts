// Annotations of rules that nothing reads on this Ingress, or that are only looked at and then not used (spec annotations
// 10, 15, 18.1).

import { AUTH_NAMES, type AuthName } from '../../ingress/authentication.ts';
import { actionNameOf, backendsOf, pathsOf } from '../../ingress/references.ts';
import { once } from '../../once.ts';
import { isRegexPath } from '../../routing/rules.ts';
import type { Context } from './context.ts';
import { guardedBackends, hasHttps } from './guarded.ts';

export interface Unread {
  readonly because: string;
  /** The LBC reads the text all the same and stops at one that it cannot read; it does nothing with the value. */
  readonly parsed?: true;
}

/** Why an annotation of rules has no effect, or undefined when it has one or is none of rules. */
export function unreadOfRules(suffix: string, context: Context): Unread | undefined {
  const dot = suffix.indexOf('.');
  const [stem, name] = dot < 0 ? [suffix, ''] : [suffix.slice(0, dot), suffix.slice(dot + 1)];
  if (stem === 'conditions' && name !== '') return unreadConditions(name, context);
  if (stem === 'transforms' && name !== '') {
    return backendNames(context).paths.has(name) ? undefined : { because: noPath(name) };
  }
  if (suffix === 'use-regex-path-match') return unreadRegex(context);
  if (suffix === 'jwt-validation') return unreadJwt(context);
  const auth = AUTH_NAMES.find((one) => one === suffix);
  return auth === undefined ? undefined : unreadAuth(auth, context);
}

const noPath = (name: string) => `no path has a backend called ${name}, so nothing reads it`;

export interface BackendNames {
  /** Services and actions of paths. */
  readonly paths: ReadonlySet<string>;
  /** The same, and that of the default backend. */
  readonly all: ReadonlySet<string>;
  /** Those with the port name use-annotation. */
  readonly actions: ReadonlySet<string>;
}

/** Names of the backends of an Ingress, found once however many annotations ask. */
export const backendNames = once(({ ingress }: Context): BackendNames => {
  const all = backendsOf(ingress);
  const ofPaths = all.filter(({ path }) => path !== 'spec.defaultBackend');
  return {
    paths: new Set(ofPaths.flatMap(({ backend }) => backend.service?.name ?? [])),
    all: new Set(all.flatMap(({ backend }) => backend.service?.name ?? [])),
    actions: new Set(all.flatMap(({ backend }) => actionNameOf(backend) ?? [])),
  };
});

function unreadConditions(name: string, context: Context): Unread | undefined {
  if (backendNames(context).paths.has(name)) return undefined;
  if (context.ingress.spec?.defaultBackend?.service?.name !== name) return { because: noPath(name) };
  return { because: 'the default backend has no conditions, so they have no effect', parsed: true };
}

function unreadRegex({ ingress, settings }: Context): Unread | undefined {
  const on = { ...settings, 'use-regex-path-match': { value: true, from: 'Ingress' } };
  if (pathsOf(ingress).some((path) => isRegexPath(path, on))) return undefined;
  return { because: 'no path has the type ImplementationSpecific, so nothing reads it' };
}

const NO_BACKEND: Unread = { because: 'the Ingress has no backend, so nothing reads it' };

function unreadJwt(context: Context): Unread | undefined {
  if (guardedBackends(context).length === 0) return NO_BACKEND;
  if (hasHttps(context) !== false) return undefined;
  return {
    because: 'the Ingress has no HTTPS listener, and tokens are validated on HTTPS only',
    parsed: true,
  };
}

function unreadAuth(name: AuthName, context: Context): Unread | undefined {
  const backends = guardedBackends(context);
  if (backends.length === 0) return NO_BACKEND;
  const own = backends.filter(({ target }) => target?.reading?.settings[name] === undefined);
  if (own.length === 0)
    return { because: 'every Service that rules forward to says it, so nothing reads it here' };
  if (name === 'auth-type' || context.refused.has('auth-type')) return undefined;
  if (hasHttps(context) === false) {
    return { because: 'the Ingress has no HTTPS listener, and users log in on HTTPS only', parsed: true };
  }
  const using = own.some(({ settings }) => {
    const type = settings['auth-type']?.value ?? 'none';
    return name.startsWith('auth-idp-') ? name === `auth-idp-${type}` : type !== 'none';
  });
  return using ? undefined : { because: 'auth-type does not ask for it, so it has no effect', parsed: true };
}
