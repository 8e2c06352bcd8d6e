// What protects load balancers, as plain data: the Shield subscription and protections, and the web ACLs associated with them.

/** A Shield Advanced protection of one resource. */
export interface Protection {
  id: string;
  name: string;
  resourceArn: string;
  tags: Record<string, string>;
}

/** A web ACL of WAF Classic. Those of WAFv2 are kept by moto. */
export interface ClassicWebAcl {
  id: string;
  name: string;
  metricName: string;
  defaultAction: string;
}

/** Plain objects and arrays only, so that it can be saved and read back as JSON. */
export interface ProtectionState {
  /** Grows with every id that is given away. */
  serial: number;
  /** When the Shield Advanced subscription began, in milliseconds since the epoch; absent without one. */
  subscribedAt?: number;
  /** By the ARN of the resource, oldest first. */
  protections: Record<string, Protection>;
  /** The ARN of the WAFv2 web ACL by the load balancer's. */
  webAcls: Record<string, string>;
  /** WAF Classic: web ACLs by their id, and the id of the associated one by the load balancer's ARN. */
  classicWebAcls: Record<string, ClassicWebAcl>;
  classicAssociations: Record<string, string>;
}

export function emptyProtections(): ProtectionState {
  return { serial: 0, protections: {}, webAcls: {}, classicWebAcls: {}, classicAssociations: {} };
}

/** What a call must know besides state and input; plain data, so that a call can be repeated with the facts it had. */
export interface ProtectionFacts {
  /** Milliseconds since the epoch. */
  now: number;
  region: string;
  account: string;
  /** Whether the resource that the call names is there. */
  resourceExists: boolean;
  /** Whether the WAFv2 web ACL that the call names is there. */
  webAclExists: boolean;
  /** Load balancers of the state that have been deleted since: their associations went with them. */
  gone: string[];
}

/** Load balancers with an association that are there no more. */
export function goneOf(state: ProtectionState, loadBalancers: { has(arn: string): boolean }): string[] {
  const associated = [...Object.keys(state.webAcls), ...Object.keys(state.classicAssociations)];
  return [...new Set(associated)].filter((arn) => !loadBalancers.has(arn));
}
