// What the webhook must be allowed to do at the API server. Pure.
import type { Right } from '../api/rights.ts';
import { KINDS, type KubeKind, rightsTo } from '../kube/kinds.ts';
import { NEEDED, USEFUL } from './watches.ts';
import { CONFIGURATION } from './webhook-configuration.ts';

/** Of webhook configurations only our own is read and written: a list or watch that is narrowed to one name counts as that name. */
const rightsToOwn = (verbs: readonly Right['verb'][], kind: KubeKind): Right[] =>
  rightsTo(verbs, kind, kind === KINDS.webhookConfigurations ? { name: CONFIGURATION } : {});

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
