// What the administrator keeps to classes: who may choose a class by the old annotation, or a group by annotation (spec
// annotations 4.1, 13.1). What an Ingress has already it may keep. Pure.
import { PREFIX } from '../api/annotation.ts';
import type { Ingress } from '../api/kube.ts';
import { CLASS_ANNOTATION } from '../api/ownership.ts';
import { pathOfAnnotation } from '../api/problems/finding.ts';
import { type Problem, refusal } from '../api/problems/problem.ts';

/** Flags of the LBC of the same names. */
export interface Locks {
  readonly disableIngressClassAnnotation?: boolean;
  readonly disableIngressGroupNameAnnotation?: boolean;
}

const GROUP_ANNOTATION = `${PREFIX}group.name`;

/** New uses of what is locked; `isOurs` says whether an Ingress was ours. */
export function lockProblems(
  locks: Locks,
  object: Ingress,
  old: Ingress | undefined,
  isOurs: (ingress: Ingress) => boolean,
): Problem[] {
  const annotated = (ingress: Ingress | undefined, name: string) => ingress?.metadata.annotations?.[name];
  const refused = (name: string, instead: string): Problem =>
    refusal('NotAllowed', pathOfAnnotation(name), {
      value: annotated(object, name) ?? '',
      because: `the administrator has this annotation disabled: ${instead}`,
    });
  const hadClass = old !== undefined && annotated(old, CLASS_ANNOTATION) !== undefined && isOurs(old);
  const newClass = annotated(object, CLASS_ANNOTATION) !== undefined && !hadClass;
  const group = annotated(object, GROUP_ANNOTATION);
  const newGroup = group !== undefined && annotated(old, GROUP_ANNOTATION) !== group;
  return [
    ...(locks.disableIngressClassAnnotation === true && newClass
      ? [refused(CLASS_ANNOTATION, 'name the class in spec.ingressClassName')]
      : []),
    ...(locks.disableIngressGroupNameAnnotation === true && newGroup
      ? [refused(GROUP_ANNOTATION, 'the group comes from the parameters of a class')]
      : []),
  ];
}
