// Tags of desired resources (aws-model 2.1, 2.2): tracking tags always win, then the operator's defaults, then the users'.

import { CLUSTER_TAG, RESOURCE_TAG, SHARED_TAG, STACK_TAG, type Tags } from '../../api/aws.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { warning } from '../../api/problems/problem.ts';
import { type Desiring, tell } from './desiring.ts';
import type { ClusterSettings } from './facts.ts';

/** Value of the resource tag of the security group that all load balancers of a cluster share. */
export const BACKEND_SECURITY_GROUP = 'backend-sg';

/** Where the inventory keeps what belongs to no group. */
export const SHARED_STACK = '';

/** Value of the resource tag of a target group; `member` is `namespace/name` of the Ingress. */
export const targetGroupTag = (member: string, service: string, port: number | string): string =>
  `${member}-${service}:${port}`;

export function tagsOf(cluster: ClusterSettings, groupId: string, resource: string, user: Tags): Tags {
  const { defaultTags, externalManagedTags, gates } = cluster;
  const own = { ...user };
  for (const key of externalManagedTags) delete own[key];
  return {
    ...(gates.EnableDefaultTagsLowPriority ? { ...defaultTags, ...own } : { ...own, ...defaultTags }),
    [CLUSTER_TAG]: cluster.name,
    [STACK_TAG]: groupId,
    [RESOURCE_TAG]: resource,
  };
}

/** Tells who asks for a tag that somebody else writes: it is left to them (aws-model 2.2). */
export function tellExternalTags(desiring: Desiring): void {
  const { externalManagedTags } = desiring.facts.cluster;
  for (const { key: member, intent } of desiring.group.members) {
    for (const key of Object.keys(intent.settings.tags?.value ?? {})) {
      if (!externalManagedTags.includes(key)) continue;
      const because =
        'the controller leaves this tag to somebody else (--external-managed-tags), so it is not written';
      tell(desiring, member, warning('NotAllowed', annotationPath('tags'), { value: key, because }));
    }
  }
}

/** The shared group belongs to no stack and carries no user tags. */
export function sharedTagsOf(cluster: ClusterSettings): Tags {
  return { ...cluster.defaultTags, [CLUSTER_TAG]: cluster.name, [SHARED_TAG]: BACKEND_SECURITY_GROUP };
}
