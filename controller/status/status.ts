// statusOf: what became of a group, told to each of its bindings. Pure.

import type { Found } from '../../alb/kinds/kind.ts';
import { inWords } from '../../alb/plan/operation.ts';
import { setCondition } from '../../api/binding/conditions.ts';
import { defined } from '../../api/defined.ts';
import type { BindingStatus, LoadBalancerBinding } from '../../api/generated/binding.ts';
import { keyOf } from '../../api/kube.ts';
import { addressed } from './address.ts';
import { conditionsOf, DELETING, readyBy, stateOf } from './conditions.ts';
import type { Pass } from './pass-result.ts';

function ofAws(pass: Pass, before: BindingStatus | undefined): Partial<BindingStatus> {
  const balancer = addressed(pass);
  if (balancer === undefined) return {};
  const { arn, spec, extra } = balancer;
  const beside = pass.found.filter((one) => one.kind === 'loadBalancer' && one.arn !== arn);
  const listeners = pass.found
    .filter((one): one is Found<'listener'> => one.kind === 'listener' && one.spec.loadBalancer.ref === arn)
    .map((one) => ({ port: one.spec.port, protocol: one.spec.protocol, arn: one.arn }))
    .sort((a, b) => a.port - b.port);
  return {
    scheme: spec.scheme,
    loadBalancer: defined({
      name: spec.name,
      arn,
      dnsName: (extra.dnsName ?? '').toLowerCase(),
      hostedZoneId: extra.hostedZoneId,
      state: extra.state,
      beside: beside.length === 0 ? undefined : beside.map((one) => one.arn),
    }),
    // A settled group is not looked at in detail; what was told about its listeners holds.
    listeners: listeners.length > 0 ? listeners : (before?.listeners ?? []),
  };
}

/** The status of a binding from the moment it is deleted, before anything of it is removed. */
export function deletingStatus({ status, metadata }: LoadBalancerBinding, now: string): BindingStatus {
  const seen = defined({ observedGeneration: metadata.generation });
  const deleting = { ...DELETING, message: 'Its resources in AWS are being removed.' };
  const conditions = [deleting, readyBy([deleting])].reduce(
    (before, one) => setCondition(before, { ...one, ...seen }, now),
    status?.conditions ?? [],
  );
  return { ...status, state: 'Deleting', conditions };
}

/** What the targets program writes (targets/target-status.ts) stays as it is. */
const targetFieldsOf = (before: BindingStatus = {}): BindingStatus => {
  const { targetGroups, targets, registered, cluster } = before;
  return defined({ targetGroups, targets, registered, cluster });
};

/** The status of one binding after a pass. */
export function statusOf(pass: Pass, binding: LoadBalancerBinding): BindingStatus {
  const conditions = conditionsOf(pass, binding);
  const key = keyOf(binding);
  const secrets =
    pass.clientSecrets === undefined ? binding.status?.clientSecrets : pass.clientSecrets.get(key);
  const set = pass.set?.get(key) ?? binding.status?.set ?? {};
  const plan = pass.planned.length > 0 ? pass.planned.map(inWords) : binding.status?.plan;
  return {
    observedHash: binding.spec.ingressRef.hash,
    ...defined({ observedGeneration: binding.metadata.generation }),
    conditions,
    state: stateOf(conditions, binding.metadata.deletionTimestamp !== undefined),
    ...ofAws(pass, binding.status),
    ...targetFieldsOf(binding.status),
    ...(Object.keys(set).length === 0 ? {} : { set }),
    ...defined({ clientSecrets: secrets, appliedHash: pass.appliedHash, plan: plan?.slice(0, 20) }),
  };
}
