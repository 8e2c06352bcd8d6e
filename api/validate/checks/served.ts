// What of an Ingress a listener serves itself: rules behind a redirect that takes all their requests are not made there
// (spec annotations 15.8), which is how many people close plain HTTP without ssl-redirect.
import { effectiveListenPorts, type ListenPort } from '../../annotations/listener.ts';
import { actionNameOf, backendsOf, pathsOf } from '../../ingress/references.ts';
import type { IngressBackend } from '../../kube.ts';
import { routedAction } from '../../routing/routes.ts';
import { asAsked, conditionsOf } from '../../routing/rules.ts';
import { madeOf } from '../../routing/unreachable-rules.ts';
import type { Context } from './context.ts';

/**
 * Field paths of the backends whose requests one listener does not redirect, as far as this Ingress alone tells: without a
 * redirect all of them.
 */
function servedOn({ ingress, settings }: Context, port: ListenPort): string[] {
  const redirects = Object.values(settings.actions ?? {}).some(({ value }) => value.type === 'redirect');
  if (!redirects) return backendsOf(ingress).map(({ path }) => path);
  const actionOf = (backend: IngressBackend) => routedAction(actionNameOf(backend), settings);
  const rules = asAsked(pathsOf(ingress)).map(({ at, host, path, pathType, backend }) => ({
    at: `${at}.backend`,
    conditions: conditionsOf({ host, path, pathType, backend: backend.service?.name ?? '' }, settings),
    action: actionOf(backend),
  }));
  const last = ingress.spec?.defaultBackend;
  const made = [
    ...madeOf(rules, port),
    ...(last === undefined ? [] : [{ at: 'spec.defaultBackend', action: actionOf(last) }]),
  ];
  return made.filter(({ action }) => action.type !== 'redirect').map(({ at }) => at);
}

export interface Open {
  /** The first plain HTTP listener. */
  readonly port: number;
  /** Field paths of the backends that it serves. */
  readonly backends: ReadonlySet<string>;
}

/** What is served without TLS; undefined where every HTTP listener redirects all, or none is there. */
export function openOf(context: Context): Open | undefined {
  const { settings, refused } = context;
  if (settings['ssl-redirect'] !== undefined || refused.has('ssl-redirect')) return undefined;
  const plain = effectiveListenPorts(settings).filter(({ protocol }) => protocol === 'HTTP');
  const served = plain.map((one) => ({ port: one.port, backends: servedOn(context, one) }));
  const first = served.find(({ backends }) => backends.length > 0);
  return first === undefined
    ? undefined
    : { port: first.port, backends: new Set(served.flatMap(({ backends }) => backends)) };
}
