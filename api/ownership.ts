// Which Ingresses are ours (spec annotations 13.1; Kubernetes documentation: Ingress class).
import type { Ingress, IngressClass } from './kube.ts';
import { type Problem, warning } from './problems/problem.ts';

/** `spec.controller` of IngressClasses that are ours: the LBC's, so that its classes work as they are. */
export const CONTROLLER = 'ingress.k8s.aws/alb';

/** The annotation that named the class before IngressClass existed. */
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/** Marks the IngressClass of Ingresses that name none, when its value is `true`. */
export const DEFAULT_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

export type Ownership =
  | { readonly ours: true; readonly className?: string; readonly problem?: Problem }
  | { readonly ours: false };

/**
 * Whether an Ingress is ours, and through which IngressClass. `defaultClass` names the cluster's default IngressClass;
 * `ingressClassFlag` is the value of the old class annotation that is ours (flag `--ingress-class`). An Ingress whose
 * class does not exist may be ours and comes with a warning.
 */
export function ownership(
  ingress: Ingress,
  classes: (name: string) => IngressClass | undefined,
  defaultClass?: string,
  ingressClassFlag = 'alb',
): Ownership {
  const old = ingress.metadata.annotations?.[CLASS_ANNOTATION];
  if (old !== undefined) {
    const ours = old === ingressClassFlag || (ingressClassFlag === '' && old === 'alb');
    return ours ? { ours } : { ours: false };
  }
  const named = ingress.spec?.ingressClassName;
  const className = named ?? defaultClass;
  if (className === undefined) return ingressClassFlag === '' ? { ours: true } : { ours: false };
  const ingressClass = classes(className);
  if (ingressClass !== undefined) {
    return ingressClass.spec?.controller === CONTROLLER ? { ours: true, className } : { ours: false };
  }
  const because = 'no IngressClass of this name exists, so nothing is done until it does';
  const problem = warning('IngressClassNotFound', 'spec.ingressClassName', { value: className, because });
  return { ours: true, className, problem };
}

/**
 * The name of the IngressClass that the API server gives to Ingresses that name none: of several the newest, of equally
 * new ones the first by name (Kubernetes: the admission plugin DefaultIngressClass).
 */
export function defaultClassOf(classes: readonly IngressClass[]): string | undefined {
  const age = (each: IngressClass) => Date.parse(each.metadata.creationTimestamp ?? '') || 0;
  return classes
    .filter((each) => each.metadata.annotations?.[DEFAULT_CLASS_ANNOTATION] === 'true')
    .toSorted((a, b) => age(b) - age(a) || (a.metadata.name < b.metadata.name ? -1 : 1))[0]?.metadata.name;
}
