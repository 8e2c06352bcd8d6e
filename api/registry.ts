// All annotation descriptors in the order in which their effects apply: a later one may override what an earlier one set
// (backend-protocol sets the health check protocol that healthcheck-protocol then replaces).
import { type AnnotationName, type AnyAnnotation, descriptorsIn } from './annotation.ts';
import * as access from './annotations/access.ts';
import * as actions from './annotations/actions.ts';
import * as addons from './annotations/addons.ts';
import * as auth from './annotations/auth.ts';
import * as conditions from './annotations/conditions.ts';
import * as nlb from './annotations/frontend-nlb.ts';
import * as group from './annotations/group.ts';
import * as healthCheck from './annotations/healthcheck.ts';
import * as jwt from './annotations/jwt.ts';
import * as listener from './annotations/listener.ts';
import * as loadBalancer from './annotations/loadbalancer.ts';
import * as pools from './annotations/pools.ts';
import * as rule from './annotations/rule.ts';
import * as targetGroup from './annotations/targetgroup.ts';
import * as tls from './annotations/tls.ts';
import * as transforms from './annotations/transforms.ts';

// Files in the order of their effects, and in each file the written order: a descriptor is named nowhere but in its file.
export const REGISTRY: readonly AnyAnnotation[] = [
  group,
  loadBalancer,
  pools,
  listener,
  tls,
  access,
  addons,
  targetGroup,
  healthCheck,
  actions,
  conditions,
  transforms,
  rule,
  auth,
  jwt,
  nlb,
].flatMap(descriptorsIn);

/** The stem of a family: `actions` of `actions.*`. Its members are kept under it in settings. */
export type Stem = AnnotationName extends infer N ? (N extends `${infer S}.*` ? S : never) : never;

/** The stem of a family such as `actions.*`, or undefined for a single annotation. */
export function stemOf(name: AnnotationName): Stem | undefined {
  return isFamily(name) ? (name.slice(0, -2) as Stem) : undefined;
}

const isFamily = (name: AnnotationName): name is `${Stem}.*` => name.endsWith('.*');

export const STEMS: readonly Stem[] = REGISTRY.flatMap(({ name }) => stemOf(name) ?? []);

const SINGLE: ReadonlyMap<string, AnyAnnotation> = new Map(REGISTRY.map((one) => [one.name, one]));
const FAMILIES = REGISTRY.filter(({ name }) => isFamily(name)).map((one) => ({
  descriptor: one,
  start: one.name.slice(0, -1),
}));

/** The descriptor for an annotation's suffix (the key without the prefix), and the NAME part when it belongs to a family. */
export function descriptorOf(suffix: string): { descriptor: AnyAnnotation; member?: string } | undefined {
  const single = SINGLE.get(suffix);
  if (single !== undefined) return { descriptor: single };
  const family = FAMILIES.find(({ start }) => suffix.startsWith(start) && suffix.length > start.length);
  return family && { descriptor: family.descriptor, member: suffix.slice(family.start.length) };
}

/** Names of the annotations that keep requests away (`protects`): a law goes through all of them, whatever may be missing. */
export const PROTECTING: readonly AnnotationName[] = REGISTRY.flatMap(({ name, protects }) =>
  protects === true ? [name] : [],
);
