// Which backends of an Ingress ask users to log in, and with which settings (spec annotations 10, "Scope").

import { effectiveListenPorts } from '../../annotations/listener.ts';
import { type AuthSettings, effectiveAuth, soleService } from '../../ingress/authentication.ts';
import { actionNameOf, backendsOf } from '../../ingress/references.ts';
import { once } from '../../once.ts';
import { type BackendTarget, type Context, portsUnsure } from './context.ts';

export interface Guarded {
  /** Field path of the backend. */
  readonly path: string;
  readonly settings: AuthSettings;
  /** The only Service that the backend forwards to. */
  readonly target?: BackendTarget;
}

/** All backends with the authentication settings that count for them, found once however many annotations ask. */
export const guardedBackends = once(({ ingress, settings, targets }: Context): readonly Guarded[] => {
  const byName = new Map(targets.map((target) => [target.name, target]));
  const known = new Map<BackendTarget | undefined, AuthSettings>();
  const settingsOf = (target: BackendTarget | undefined): AuthSettings =>
    known.getOrInsertComputed(target, () => effectiveAuth(settings, target?.reading?.settings));
  return backendsOf(ingress).flatMap(({ path, backend }): Guarded[] => {
    if (backend.service === undefined) return [];
    const action = actionNameOf(backend);
    const { service } = backend;
    const name = soleService(action === undefined ? { service } : { action }, settings);
    const target = name === undefined ? undefined : byName.get(name);
    return [{ path, settings: settingsOf(target), ...(target === undefined ? {} : { target }) }];
  });
});

/** Whether the Ingress listens on HTTPS; undefined when its ports cannot be told. */
export function hasHttps(context: Context): boolean | undefined {
  if (portsUnsure(context)) return undefined;
  return effectiveListenPorts(context.settings).some(({ protocol }) => protocol === 'HTTPS');
}
