// Desiring: what every builder in this room works on: the group, the facts, and what has been wanted so far.
import type { AnnotationName } from '../../api/annotation.ts';
import type { Resource } from '../../api/aws.ts';
import type { Problem } from '../../api/problems/problem.ts';
import type { Requirement } from '../../api/validate/selector.ts';
import { type Group, saidBy, type Told } from '../group.ts';
import type { Facts, Looked } from './facts.ts';

/** What the targets program needs to know about one desired target group. */
export interface Backend {
  /** Id of the desired target group. */
  readonly id: string;
  /** `namespace/name` of the Ingress it was made for. */
  readonly member: string;
  readonly namespace: string;
  readonly service: string;
  /** The port as the backend wrote it. */
  readonly port: number | string;
  readonly targetType: 'instance' | 'ip';
  readonly ipAddressType: 'ipv4' | 'ipv6';
  /** Why nothing can be registered, as far as the Service shows it: words that follow its name. */
  readonly lacks?: string;
  /** Labels that a node must have to be registered; instance targets only. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  /** What else its labels must meet; instance targets only. */
  readonly nodeRequirements?: readonly Requirement[];
  /** Seconds for which the last requests of a deregistered target may run, where somebody says it. */
  readonly drainSeconds?: number;
  /** Other clusters register targets, too: only those that were seen here are deregistered. */
  readonly shared?: true;
  /** Ports that the load balancer must reach on the targets: numbers, or the name of a container port. */
  readonly reach: readonly (number | string)[];
}

/** Where a rule, or what a listener does by default, comes from. */
export interface Origin {
  /** Id of the desired rule, or of the listener. */
  readonly id: string;
  /** `namespace/name` of the Ingress. */
  readonly member: string;
  /** As the Ingress says it; absent for a default backend, and for what is not said. */
  readonly host?: string | undefined;
  readonly path?: string | undefined;
  readonly pathType?: string | undefined;
}

/** Members who want the clients of a port verified against a trust store that was not found. */
export interface Unfound {
  /** Id of the desired listener. */
  readonly listener: string;
  /** `namespace/name` of the Ingresses. */
  readonly members: readonly string[];
  /** One of them has the say about the port: what the others want for it would be overruled. */
  readonly leads: boolean;
}

/** A member that asks for a protection which its routes cannot have now. */
export interface Unmet {
  /** `namespace/name` of the Ingress. */
  readonly member: string;
  /** Id of the desired listener that it is about; absent when it is about all of them. */
  readonly listener?: string;
  /** What AWS answers already goes on: nothing was lost, and only what is new would be opened. */
  readonly staysOpen: boolean;
  /** What is missing, as the end of a sentence: `until …`. */
  readonly until: string;
}

export interface WantedGroup {
  readonly resources: Resource[];
  readonly backends: Backend[];
  /** In the order of the rules. A listener that answers 404, or redirects to HTTPS, has none. */
  readonly origins: Origin[];
  readonly unfound: Unfound[];
  readonly unmet: Unmet[];
  /** Ids of HTTPS listeners on which a member has no certificate now; they may be without any. */
  readonly uncertified: Set<string>;
  /** Problems met while deciding, told to the member they concern. */
  readonly problems: Told[];
}

export interface Desiring extends WantedGroup {
  readonly group: Group;
  readonly facts: Facts;
}

/** Notes a problem for one member, once: the same backend is looked at for every listener. */
export function tell(desiring: Desiring, member: string, problem: Problem): void {
  const known = desiring.problems.some(
    (told) =>
      told.member === member &&
      told.problem.code === problem.code &&
      told.problem.path === problem.path &&
      told.problem.object === problem.object &&
      told.problem.value === problem.value,
  );
  if (!known) desiring.problems.push({ member, problem });
}

/** Tells those who named what was not found; everybody, when nothing can be decided without it or nobody named it. */
export function tellUnfound(desiring: Desiring, name: AnnotationName, looked: Looked<unknown>): void {
  if (looked.problem === undefined) return;
  const { members } = desiring.group;
  const named = saidBy(members, name).map(({ member }) => member);
  for (const { key } of 'value' in looked && named.length > 0 ? named : members)
    tell(desiring, key, looked.problem);
}
