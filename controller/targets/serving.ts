// serving: which target groups the targets program looks after once a group was looked at, and for which Service port.

import { MANAGED_GROUP, managesBackendRules, SHARED_GROUP } from '../../alb/desire/access.ts';
import type { Backend } from '../../alb/desire/desiring.ts';
import type { ClusterSettings } from '../../alb/desire/facts.ts';
import type { Group } from '../../alb/group.ts';
import type { Found } from '../../alb/kinds/kind.ts';
import type { Policy } from '../../alb/plan/policy.ts';
import type { HealthCheck } from '../../api/aws.ts';
import { defined } from '../../api/defined.ts';
import type { AssumedRole } from '../aws/assumed-roles.ts';
import type { Book } from '../bindings/store.ts';
import type { Pass, TargetGroupHealth } from '../status/pass-result.ts';
import type { AdmittedTraffic } from './node-rules.ts';
import { rememberedHealth, toldDown } from './target-status.ts';

/** A target group that exists, and what it is for. */
export interface Serving {
  readonly arn: string;
  readonly name: string;
  readonly group: string;
  readonly backend: Backend;
  /** Security group that the load balancer comes from; absent when the users look after the rules themselves. */
  readonly source?: string;
  /** Who else must reach its targets, as the object of a user says. */
  readonly admitted?: readonly AdmittedTraffic[];
  /** How AWS asks for the health of its targets. */
  readonly check?: HealthCheck;
  /** That its targets are spoken to in, where it is ours. */
  readonly protocol?: string;
  /** Of its group: under `observe` nothing is registered. */
  readonly policy: Policy;
  /** It was made in this pass: nothing is registered yet, and nobody needs to ask. */
  readonly made: boolean;
  /** A predecessor that serves until its successor does. */
  readonly leaving?: true;
  /** In whose name AWS is asked about it; absent: our own. */
  readonly role?: AssumedRole;
  /** VPC of its targets; absent: the cluster's. */
  readonly vpcId?: string;
  /** Its object is going: what was registered for it is deregistered, and nothing is registered any more. */
  readonly withdrawn?: true;
  /** Known by what a binding remembers alone: no pass over its group has said yet what it is. */
  readonly recalled?: true;
  /** What the binding's status says of it; only read when the target group is new to this process. */
  readonly remembered?: TargetGroupHealth;
  /** Likewise: it was told that no target is healthy. */
  readonly toldDown?: true;
}

/** Stands for the ports of the targets themselves. */
const TRAFFIC = 'traffic-port';

/** The security group that target rules name (aws-model 5.1, last column). */
function sourceOf(group: Group, pass: Pick<Pass, 'became'>, cluster: ClusterSettings): string | undefined {
  const own = pass.became.get(MANAGED_GROUP)?.arn;
  if (cluster.backendSecurityGroup === 'none') return own;
  // With security groups of the users' own, targets are opened only when they ask for it (spec annotations 7.4).
  const asked =
    (group.settings['security-groups']?.value.length ?? 0) > 0 && managesBackendRules(group, cluster);
  if (own === undefined && !asked) return undefined;
  return cluster.backendSecurityGroup === 'shared'
    ? pass.became.get(SHARED_GROUP)?.arn
    : cluster.backendSecurityGroup;
}

/** What a predecessor is for: the same Service port, through targets of its own type. */
function backendOf({ spec }: Found<'targetGroup'>, backend: Backend): Backend {
  const { targetType, ipAddressType, healthCheck } = spec;
  if (targetType === backend.targetType) return backend;
  const { nodeLabels: _, nodeRequirements: __, ...rest } = backend;
  const checked = healthCheck.port === 'traffic-port' ? [] : [Number(healthCheck.port)];
  return { ...rest, targetType, ipAddressType, reach: [TRAFFIC, ...checked] };
}

/** Every target group of a group, its predecessors too, and what each is for. */
export function servingOf(
  { book, cluster }: { readonly book: Pick<Book, 'bindingOf'>; readonly cluster: ClusterSettings },
  group: Group,
  pass: Omit<Pass, 'health' | 'now'>,
): Serving[] {
  const source = sourceOf(group, pass, cluster);
  const created = new Set(
    pass.outcomes.flatMap(({ operation, result }) =>
      operation.verb === 'create' && result === 'done' ? [operation.id] : [],
    ),
  );
  const taken = new Set([...pass.became.values()].map(({ arn }) => arn));
  return pass.backends.flatMap((backend) => {
    const wanted = pass.became.get(backend.id);
    if (wanted === undefined) return [];
    // A predecessor serves on until it is deleted, and its targets are looked after as well.
    const all = pass.found.filter(
      (one): one is Found<'targetGroup'> =>
        one.kind === 'targetGroup' &&
        (one.arn === wanted.arn || (one.resourceTag === wanted.resourceTag && !taken.has(one.arn))),
    );
    const made = created.has(backend.id);
    const status = book.bindingOf(backend.member)?.status;
    return all.map((one) => {
      const { arn } = one;
      const leaving = arn !== wanted.arn;
      return {
        arn,
        name: one.spec.name,
        group: group.id,
        backend: leaving ? backendOf(one, backend) : backend,
        check: one.spec.healthCheck,
        protocol: one.spec.protocol,
        made: made && !leaving,
        policy: pass.policy ?? 'observe',
        ...(leaving ? { leaving } : {}),
        ...defined({ source, remembered: rememberedHealth(status, arn), toldDown: toldDown(status, arn) }),
      };
    });
  });
}
