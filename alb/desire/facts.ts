// Facts: what was looked up before deciding, as plain data and look-ups over filled caches. Never a call.
import type { OidcClient, Scheme, Tags } from '../../api/aws.ts';
import type { ServiceSettings } from '../../api/ingress/read.ts';
import type { Service } from '../../api/kube.ts';
import type { Problem } from '../../api/problems/problem.ts';
import type { Gates } from '../feature-gates.ts';

/** What the operator set for the whole cluster. */
export interface ClusterSettings {
  readonly name: string;
  readonly defaultTags: Tags;
  /** Keys of tags that somebody else writes on what we make. */
  readonly externalManagedTags: readonly string[];
  readonly defaultScheme: Scheme;
  readonly defaultTargetType: 'instance' | 'ip';
  readonly defaultSslPolicy: string;
  /**
   * `shared`: one group for the cluster, made by us. `none`: target rules name the managed group of each load balancer.
   * Else the id of a group that the operator made (aws-model 5.1, 5.5).
   */
  readonly backendSecurityGroup: 'shared' | 'none' | `sg-${string}`;
  /** Whether targets are opened for load balancers with named groups whose members do not say it (spec annotations 7.4). */
  readonly manageBackendRules: boolean;
  readonly gates: Gates;
  /** Whether web ACLs are set, and whether Shield is asked to protect. */
  readonly wafv2: boolean;
  readonly shield: boolean;
}

/**
 * A look-up that may have failed for a reason that people can act on. With both, the value is what the load balancer has
 * and keeps: what one member names in vain stops nobody else.
 */
export type Looked<T> = { readonly value: T; readonly problem?: Problem } | { readonly problem: Problem };

export interface ServiceFact {
  readonly service: Service;
  readonly settings: ServiceSettings;
}

export interface Facts {
  readonly cluster: ClusterSettings;
  /** Subnet ids for the load balancer, in the order to send. */
  readonly subnets: Looked<string[]>;
  /** Ids of the `security-groups` annotation; absent when the group does not say it, empty when the managed one stays. */
  readonly securityGroups?: Looked<string[]>;
  /** ARN of the group's web ACL, or `none`; absent when nobody says anything about it. */
  readonly webAcl?: Looked<string>;
  /** That the account is subscribed to Shield Advanced; absent when nobody says anything about it. */
  readonly shield?: Looked<true>;
  /** Certificates found in ACM for a member that has an HTTPS port and names none. */
  certificatesFor(member: string): Looked<string[]> | undefined;
  /** ARN of a target group that somebody else manages, by name; undefined when it was not looked up. */
  targetGroupNamed(name: string): Looked<string> | undefined;
  /** ARN of a trust store, by name; undefined when there is none. */
  trustStoreNamed(name: string): string | undefined;
  service(namespace: string, name: string): ServiceFact | undefined;
  /** The client of a login that a Secret holds; undefined when it was not looked up. */
  secret(namespace: string, name: string): Looked<OidcClient> | undefined;
}
