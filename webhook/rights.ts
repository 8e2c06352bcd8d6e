// What the webhook must be allowed to do at the API server. Pure.
import type { Right } from '../api/rights.ts';
import { KINDS, type KubeKind, rightsTo } from '../kube/kinds.ts';
import { NEEDED, USEFUL } from './watches.ts';
import { CONFIGURATION } from './webhook-configuration.ts';

const OWN: readonly KubeKind[] = [KINDS.webhookConfigurations, KINDS.mutatingConfigurations];

/** Of webhook configurations only our own is read and written: a list or watch that is narrowed to one name counts as that name. */
const rightsToOwn = (verbs: readonly Right['verb'][], kind: KubeKind): Right[] =>
  rightsTo(verbs, kind, OWN.includes(kind) ? { name: CONFIGURATION } : {});

const toWatch = (kinds: Readonly<Record<string, KubeKind>>): Right[] =>
  Object.values(kinds).flatMap((kind) => rightsToOwn(['list', 'watch'], kind));

/** Without these it is never ready: what an answer is made from. */
export const RIGHTS: readonly Right[] = toWatch(NEEDED);

/** Without these it answers all the same, and the controller finds out. `record`: whether accepted intents are recorded. */
export const usefulRights = ({ record }: { readonly record: boolean }): Right[] => [
  ...toWatch(USEFUL),
  ...(record ? rightsToOwn(['create', 'patch'], KINDS.bindings) : []),
  ...rightsToOwn(['patch'], KINDS.webhookConfigurations),
];

/** Without these it keeps no certificate of its own. */
export const rightsToCertificate = (namespace: string, secret: string): Right[] => [
  ...rightsTo(['list', 'watch', 'update'], KINDS.secrets, { namespace, name: secret }),
  ...rightsToOwn(['list', 'watch', 'patch'], KINDS.webhookConfigurations),
  ...rightsToOwn(['list', 'watch', 'patch'], KINDS.mutatingConfigurations),
];

/** Without this the Secret has to be made by others. No right to make is narrowed to a name: a policy does that. */
export const usefulRightsToCertificate = (namespace: string): Right[] =>
  rightsTo(['create'], KINDS.secrets, { namespace });
