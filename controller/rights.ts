// What the controller must be allowed to do at the API server, by its options. What it can do without (Secrets of logins, events,
// TargetGroupBindings of others) is told where it is missed. Pure.
import { mayWrite } from '../api/policy.ts';
import type { Right } from '../api/rights.ts';
import { KINDS, rightsTo } from '../kube/kinds.ts';
import type { ControllerOptions } from './options.ts';
import { WATCHED } from './watched.ts';

type RightsOptions = Pick<
  ControllerOptions,
  | 'policy'
  | 'watchNamespace'
  | 'leaderElect'
  | 'leaderElectionId'
  | 'enableTargetGroupBindings'
  | 'publishTargetGroupBindings'
>;

/** `leases` is the namespace of the Lease. */
export function rightsOf(options: RightsOptions, leases: string): Right[] {
  const { policy, watchNamespace, leaderElect, leaderElectionId: name } = options;
  const served = options.enableTargetGroupBindings && mayWrite('targetGroupBinding', policy);
  const watched = Object.values(WATCHED).filter(
    (kind) => kind !== KINDS.targetGroupBindings || options.enableTargetGroupBindings,
  );
  const scope = watchNamespace === undefined ? {} : { namespace: watchNamespace };
  const lease = { namespace: leases };
  return [
    ...watched.flatMap((kind) => rightsTo(['list', 'watch'], kind, scope)),
    ...rightsTo(['create', 'patch', 'delete'], KINDS.bindings, scope),
    ...rightsTo(['patch'], KINDS.bindings, { ...scope, subresource: 'status' }),
    ...(mayWrite('ingressFinalizers', policy) ? rightsTo(['get', 'patch'], KINDS.ingresses, scope) : []),
    ...(mayWrite('ingressStatus', policy)
      ? rightsTo(['patch'], KINDS.ingresses, { ...scope, subresource: 'status' })
      : []),
    ...(mayWrite('podConditions', policy)
      ? rightsTo(['patch'], KINDS.pods, { ...scope, subresource: 'status' })
      : []),
    ...(served
      ? [
          ...rightsTo(['patch'], KINDS.targetGroupBindings, scope),
          ...rightsTo(['patch'], KINDS.targetGroupBindings, { ...scope, subresource: 'status' }),
          ...(options.publishTargetGroupBindings && mayWrite('publishedTargetGroupBinding', policy)
            ? rightsTo(['create', 'delete'], KINDS.targetGroupBindings, scope)
            : []),
        ]
      : []),
    ...(leaderElect
      ? [
          ...rightsTo(['create'], KINDS.leases, lease),
          ...rightsTo(['get', 'update'], KINDS.leases, { ...lease, name }),
        ]
      : []),
  ];
}
