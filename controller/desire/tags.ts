// Tags of desired resources (aws-model 2.1, 2.2): tracking tags always win, then the operator's defaults, then the users'.
import { CLUSTER_TAG, RESOURCE_TAG, SHARED_TAG, STACK_TAG, type Tags } from '../../api/aws.ts';
import type { ClusterSettings } from './facts.ts';

/** Value of the resource tag of the security group that all load balancers of a cluster share. */
export const BACKEND_SECURITY_GROUP = 'backend-sg';

/** Where the inventory keeps what belongs to no group. */
export const SHARED_STACK = '';

export function tagsOf(cluster: ClusterSettings, groupId: string, resource: string, user: Tags): Tags {
  return {
    ...user,
    ...cluster.defaultTags,
    [CLUSTER_TAG]: cluster.name,
    [STACK_TAG]: groupId,
    [RESOURCE_TAG]: resource,
  };
}

/** The shared group belongs to no stack and carries no user tags. */
export function sharedTagsOf(cluster: ClusterSettings): Tags {
  return { ...cluster.defaultTags, [CLUSTER_TAG]: cluster.name, [SHARED_TAG]: BACKEND_SECURITY_GROUP };
}
