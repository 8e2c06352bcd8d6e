// What the administrator keeps to classes: who may choose a class by the old annotation, or a group by annotation (spec
// annotations 4.1, 13.1). What an Ingress has already it may keep. Pure.
import { PREFIX } from '../api/annotation.ts';
import type { Ingress } from '../api/kube.ts';
import { CLASS_ANNOTATION } from '../api/ownership.ts';
import { pathOfAnnotation } from '../api/problems/finding.ts';
import type { Problem } from '../api/problems/problem.ts';

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
  const say = (name: string, because: string): Problem => ({
    code: 'NotAllowed',
    severity: 'refuse',
    path: pathOfAnnotation(name),
    value: object.metadata.annotations?.[name] ?? '',
    because,
  });
  const annotated = (ingress: Ingress, name: string) => ingress.metadata.annotations?.[name];
  const hadClass = old !== undefined && annotated(old, CLASS_ANNOTATION) !== undefined && isOurs(old);
  const found: Problem[] = [];
  if (
    locks.disableIngressClassAnnotation === true &&
    annotated(object, CLASS_ANNOTATION) !== undefined &&
    !hadClass
  )
    found.push(
      say(
        CLASS_ANNOTATION,
        'the administrator has this annotation disabled: name the class in spec.ingressClassName',
      ),
    );
  const group = annotated(object, GROUP_ANNOTATION);
  const kept = old !== undefined && annotated(old, GROUP_ANNOTATION) === group;
  if (locks.disableIngressGroupNameAnnotation === true && group !== undefined && !kept)
    found.push(
      say(
        GROUP_ANNOTATION,
        'the administrator has this annotation disabled: the group comes from the parameters of a class',
      ),
    );
  return found;
}
