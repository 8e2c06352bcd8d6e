// What the controller must be allowed to do at the API server, by its options. What it can do without (Secrets of logins, events,
// TargetGroupBindings of others) is told where it is missed. Pure.
import { mayWrite } from '../api/policy.ts';
import { type Right, rights } from '../api/rights.ts';
import type { ControllerOptions } from './options.ts';

type Asked = Pick<ControllerOptions, 'policy' | 'watchNamespace' | 'leaderElect' | 'leaderElectionId'>;

/** `leases` is the namespace of the Lease. */
export function rightsOf(options: Asked, leases: string): Right[] {
  const { policy, watchNamespace, leaderElect, leaderElectionId: name } = options;
  const scope = watchNamespace === undefined ? {} : { namespace: watchNamespace };
  const networking = { group: 'networking.k8s.io' };
  const bindings = { group: 'albatross.dev', resource: 'loadbalancerbindings' };
  const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace: leases };
  return [
    ...rights(['list', 'watch'], { ...networking, resource: 'ingresses', ...scope }),
    ...rights(['list', 'watch'], { ...networking, resource: 'ingressclasses' }),
    ...rights(['list', 'watch'], { group: 'elbv2.k8s.aws', resource: 'ingressclassparams' }),
    ...rights(['list', 'watch'], { group: '', resource: 'namespaces' }),
    ...rights(['list', 'watch'], { group: '', resource: 'nodes' }),
    ...rights(['list', 'watch'], { group: '', resource: 'services', ...scope }),
    ...rights(['list', 'watch'], { group: 'discovery.k8s.io', resource: 'endpointslices', ...scope }),
    ...rights(['list', 'watch', 'create', 'patch', 'delete'], { ...bindings, ...scope }),
    ...rights(['patch'], { ...bindings, resource: 'loadbalancerbindings/status', ...scope }),
    ...(mayWrite('ingressFinalizers', policy)
      ? rights(['patch'], { ...networking, resource: 'ingresses', ...scope })
      : []),
    ...(mayWrite('ingressStatus', policy)
      ? rights(['patch'], { ...networking, resource: 'ingresses/status', ...scope })
      : []),
    ...(leaderElect ? [...rights(['create'], lease), ...rights(['get', 'update'], { ...lease, name })] : []),
  ];
}
