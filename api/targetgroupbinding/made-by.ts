// Who made a TargetGroupBinding: people, or the AWS Load Balancer Controller for an Ingress, a Service or a Gateway. What it made
// carries the labels of its stack (aws-model 2.1), and is left to whoever made it.
import type { ObjectMeta } from '../kube.ts';
import { OWN_PREFIX } from '../policy.ts';

/** Of the LBC: whoever serves a TargetGroupBinding holds it by this, so that nothing stays registered when it goes. */
export const SERVED_FINALIZER = 'elbv2.k8s.aws/resources';

const INGRESS_STACK = 'ingress.k8s.aws/stack';

/** The labels of a group of Ingresses: of an implicit one, `namespace/name`, they name its Ingress (aws-model 2.1). */
export function stackLabels(group: string): Readonly<Record<string, string>> {
  const [namespace = '', name] = group.split('/');
  return name === undefined
    ? { [INGRESS_STACK]: group }
    : { [`${INGRESS_STACK}-namespace`]: namespace, [`${INGRESS_STACK}-name`]: name };
}

/** The group of Ingresses that labels name; undefined where they name none. */
export function groupOfLabels({ labels = {} }: Pick<ObjectMeta, 'labels'>): string | undefined {
  const {
    [INGRESS_STACK]: group,
    [`${INGRESS_STACK}-namespace`]: namespace,
    [`${INGRESS_STACK}-name`]: name,
  } = labels;
  return group ?? (namespace === undefined || name === undefined ? undefined : `${namespace}/${name}`);
}

/** The label that names a stack: with a namespace beside it, or alone for a group of Ingresses. */
const STACK_LABEL = /^(ingress|service|gateway)\.k8s\.aws(\.[a-z]+)?\/stack(-name)?$/;

/** Marks those that we publish for target groups of our own: they are told to others, and nothing is done for them. */
export const PUBLISHED = `${OWN_PREFIX}published`;

/** Whether it is one that we publish. */
export const isPublished = ({ annotations = {} }: Pick<ObjectMeta, 'annotations'>): boolean =>
  PUBLISHED in annotations;

export type Maker = 'user' | 'ingress' | 'service' | 'gateway';

/** Whose it is, by its labels. */
export function madeBy({ labels = {} }: Pick<ObjectMeta, 'labels'>): Maker {
  for (const label of Object.keys(labels)) {
    const [, of] = STACK_LABEL.exec(label) ?? [];
    if (of === 'ingress' || of === 'service' || of === 'gateway') return of;
  }
  return 'user';
}
