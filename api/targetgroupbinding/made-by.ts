// Who made a TargetGroupBinding: people, or the AWS Load Balancer Controller for an Ingress, a Service or a Gateway. What it made
// carries the labels of its stack (aws-model 2.1), and is left to whoever made it.
import type { ObjectMeta } from '../kube.ts';

/** Of the LBC: whoever serves a TargetGroupBinding holds it by this, so that nothing stays registered when it goes. */
export const SERVED_FINALIZER = 'elbv2.k8s.aws/resources';

/** The label that names a stack: with a namespace beside it, or alone for a group of Ingresses. */
const STACK_LABEL = /^(ingress|service|gateway)\.k8s\.aws(\.[a-z]+)?\/stack(-name)?$/;

export type Maker = 'user' | 'ingress' | 'service' | 'gateway';

/** Whose it is, by its labels. */
export function madeBy({ labels = {} }: Pick<ObjectMeta, 'labels'>): Maker {
  for (const label of Object.keys(labels)) {
    const [, of] = STACK_LABEL.exec(label) ?? [];
    if (of === 'ingress' || of === 'service' || of === 'gateway') return of;
  }
  return 'user';
}
