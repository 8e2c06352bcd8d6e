// What the webhook must be allowed to do at the API server. Pure.
import { type Right, rights } from '../api/rights.ts';

const configuration = {
  group: 'admissionregistration.k8s.io',
  resource: 'validatingwebhookconfigurations',
  name: 'albatross',
};

/** Without these it is never ready: what an answer is made from (surroundings.ts). */
export const RIGHTS: readonly Right[] = [
  ...rights(['list', 'watch'], { group: '', resource: 'services' }),
  ...rights(['list', 'watch'], { group: '', resource: 'namespaces' }),
  ...rights(['list', 'watch'], { group: 'networking.k8s.io', resource: 'ingressclasses' }),
  ...rights(['list', 'watch'], { group: 'elbv2.k8s.aws', resource: 'ingressclassparams' }),
  ...rights(['list', 'watch'], configuration),
];

/** Without these it answers all the same, and the controller finds out. `record`: whether accepted intents are recorded. */
export function usefulRights({ record }: { readonly record: boolean }): Right[] {
  const bindings = { group: 'albatross.dev', resource: 'loadbalancerbindings' };
  const verbs = record ? (['list', 'watch', 'create', 'patch'] as const) : (['list', 'watch'] as const);
  return [...rights(verbs, bindings), ...rights(['patch'], configuration)];
}
