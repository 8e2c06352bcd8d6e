// What the webhook must be allowed to do at the API server, by its options. Pure.
import { type Right, rights } from '../api/rights.ts';

/** `record`: whether accepted intents are recorded as bindings. */
export function rightsOf({ record }: { readonly record: boolean }): Right[] {
  const bindings = { group: 'albatross.dev', resource: 'loadbalancerbindings' };
  const configuration = {
    group: 'admissionregistration.k8s.io',
    resource: 'validatingwebhookconfigurations',
    name: 'albatross',
  };
  return [
    ...rights(['list', 'watch'], { group: '', resource: 'services' }),
    ...rights(['list', 'watch'], { group: '', resource: 'namespaces' }),
    ...rights(['list', 'watch'], { group: 'networking.k8s.io', resource: 'ingressclasses' }),
    ...rights(['list', 'watch'], { group: 'elbv2.k8s.aws', resource: 'ingressclassparams' }),
    ...rights(['list', 'watch'], bindings),
    ...rights(record ? ['create', 'patch'] : [], bindings),
    ...rights(['list', 'watch', 'patch'], configuration),
  ];
}
