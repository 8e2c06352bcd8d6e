// protection: what protects a load balancer when it takes over from another, when the web ACL that is named leads nowhere,
// and when Shield is somebody else's. Pure.

import { type Resource, WEB_ACL } from '../../api/aws.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { warning } from '../../api/problems/problem.ts';
import { type Group, saidBy, type Told } from '../group.ts';
import type { Found } from '../kinds/kind.ts';
import type { Amendment } from './amendment.ts';
import { seldomWanted } from './defer-until-active.ts';

type BalancerFound = Found<'loadBalancer'>;

const balancersOf = (found: readonly Found[]): readonly BalancerFound[] =>
  found.filter((one) => one.kind === 'loadBalancer');

/** The resources with the web ACL that is there in the place of `kept`: a successor gets what its predecessor has. */
export function withKept(wanted: readonly Resource[], found: readonly Found[]): readonly Resource[] {
  if (seldomWanted(wanted).webAcl !== WEB_ACL.kept) return wanted;
  const there = balancersOf(found).map(({ spec }) => spec.webAcl);
  const kept = there.find((acl) => acl?.startsWith('arn:'));
  return wanted.map((resource): Resource => {
    if (resource.kind !== 'loadBalancer') return resource;
    const { webAcl: _, ...spec } = resource.spec;
    return { ...resource, spec: kept === undefined ? spec : { ...spec, webAcl: kept } };
  });
}

/** Why a load balancer may not take over yet, or undefined: whoever replaces a protected one is protected before. */
export function exposed(wanted: readonly Resource[], successor: Found): string | undefined {
  if (successor.kind !== 'loadBalancer') return undefined;
  const { webAcl, shield } = seldomWanted(wanted);
  const { spec } = successor;
  if (webAcl !== undefined && spec.webAcl !== webAcl) return `the web ACL of ${spec.name} is not set yet`;
  if (shield === 'on' && spec.shield !== 'on' && spec.shield !== 'foreign')
    return `Shield does not protect ${spec.name} yet`;
  return undefined;
}

/** Told to those who say that Shield shall not protect what somebody else had it protect. */
export function foreignShield(
  { members }: Group,
  wanted: readonly Resource[],
  found: readonly Found[],
): Told[] {
  const foreign = balancersOf(found).find(({ spec }) => spec.shield === 'foreign');
  if (foreign === undefined || seldomWanted(wanted).shield !== 'off') return [];
  const name = 'shield-advanced-protection';
  return saidBy(members, name)
    .filter(({ setting }) => setting.value === false)
    .map(({ member }) => {
      const because = `the protection of ${foreign.spec.name} has a name that is not ours, so it is left as it is`;
      const problem = warning('ForeignProtection', annotationPath(name), { value: 'false', because });
      return { member: member.key, problem };
    });
}

export const keepProtection: Amendment = (draft, { found }) => {
  const resources = withKept(draft.resources, found);
  if (resources === draft.protecting) return draft;
  return { ...draft, resources, protecting: resources };
};
