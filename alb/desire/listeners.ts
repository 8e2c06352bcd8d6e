// Listeners: one per port, its default action, certificates and policy (aws-model 3.7, 3.11; spec annotations 6, 15.9).

import type { Action, ListenerSpec, Resource } from '../../api/aws.ts';
import { applyEffects } from '../../api/effects.ts';
import type { Settings } from '../../api/generated/binding.ts';
import { warning } from '../../api/problems/problem.ts';
import { REGISTRY } from '../../api/registry.ts';
import { saidBy } from '../group.ts';
import { conflict, type MemberSetting, senior, unite } from '../merge.ts';
import { courseFor } from './actions.ts';
import { attributesOn, mutualOn } from './clients.ts';
import { type Desiring, tell } from './desiring.ts';
import { tellOpen } from './guard.ts';
import { certificatesOn, type DesiredPort, onPort, tellLacking } from './ports.ts';
import { type MemberRedirects, redirecting } from './redirects.ts';
import { rulesFor } from './rules.ts';
import { tagsOf } from './tags.ts';

/** What a listener answers when nothing matches and no member has a default backend. */
const NOT_FOUND: Action = { type: 'fixed-response', statusCode: '404', contentType: 'text/plain' };

const listenerId = ({ port }: DesiredPort): string => `listener/${port}`;

function defaultActions(
  desiring: Desiring,
  port: DesiredPort,
  redirect: MemberRedirects | undefined,
): Action[] {
  if (redirect?.otherwise !== undefined) {
    tellUnserved(desiring, port, redirect);
    return [redirect.otherwise];
  }
  const having = port.members.filter(({ intent }) => intent.defaultBackend !== undefined);
  const [first, ...others] = senior(having.map((member) => ({ member }))).map(({ member }) => member);
  if (first?.intent.defaultBackend === undefined) return [NOT_FOUND];
  const said = (member: typeof first): MemberSetting<unknown> => ({
    member,
    name: 'spec.defaultBackend',
    setting: { value: member.intent.defaultBackend, from: 'Ingress' },
  });
  for (const other of others)
    desiring.problems.push(...conflict(said(first), said(other), `default backend on port ${port.port}`));
  desiring.origins.push({ id: listenerId(port), member: first.key });
  const redirected = redirect?.to(first);
  if (redirected !== undefined) return [redirected];
  const { before, action } = courseFor(desiring, first, first.intent.defaultBackend, port.protocol);
  if (port.protocol === 'HTTP' && action.type !== 'redirect')
    tellOpen(desiring, first, first.intent.defaultBackend, port.port);
  return [...before, action];
}

/** Requests that no rule takes are redirected for all: a default backend that nobody meant to redirect is not reached. */
function tellUnserved(desiring: Desiring, { port, members }: DesiredPort, { to }: MemberRedirects): void {
  for (const member of members) {
    if (member.intent.defaultBackend === undefined || to(member) !== undefined) continue;
    const because = `on port ${port} another member of the group redirects to HTTPS what no rule takes, so the default backend is not reached there; a rule with the path / is`;
    tell(desiring, member.key, warning('GroupConflict', 'spec.defaultBackend', { because }));
  }
}

function userTags(port: DesiredPort): Record<string, string> {
  const said = saidBy(port.members, 'tags') as MemberSetting<Record<string, string>>[];
  // A disagreement about a key was told when the load balancer's tags were merged.
  return unite(said, [])?.value ?? {};
}

/** The annotations that end in a field of the listener. */
const OF_LISTENER = REGISTRY.filter(({ effect }) => effect.on === 'listener');

/** What the members on one port say together about them. */
function settingsOn(desiring: Desiring, port: DesiredPort): Partial<Settings> {
  const named = OF_LISTENER.flatMap(({ name }) => {
    const setting = onPort(desiring, port, name);
    return setting === undefined ? [] : [[name, setting]];
  });
  return Object.fromEntries(named);
}

/** Wants one listener and its rules. An HTTPS port may lack certificates: that is settled by what is there (certified.ts). */
export function listenerFor(
  desiring: Desiring,
  port: DesiredPort,
  loadBalancer: string,
  open: number | undefined,
): Resource[] {
  const certificates = certificatesOn(desiring, port);
  tellLacking(desiring, port, certificates);
  const { cluster } = desiring.facts;
  const id = listenerId(port);
  const redirect = redirecting(port, open);
  if ('lacking' in certificates) desiring.uncertified.add(id);
  const spec: ListenerSpec = {
    loadBalancer: { ref: loadBalancer },
    port: port.port,
    protocol: port.protocol,
    defaultActions: defaultActions(desiring, port, redirect),
    certificates: [...certificates.all],
    attributes: attributesOn(desiring, port),
    tags: tagsOf(cluster, desiring.group.id, String(port.port), userTags(port)),
  };
  if (port.protocol === 'HTTPS') spec.sslPolicy = cluster.defaultSslPolicy;
  const mutual = mutualOn(desiring, port, id);
  if (mutual !== undefined) spec.mutualAuthentication = mutual;
  applyEffects('listener', spec, settingsOn(desiring, port));
  return [{ kind: 'listener', id, spec }, ...rulesFor(desiring, port, id, redirect)];
}
