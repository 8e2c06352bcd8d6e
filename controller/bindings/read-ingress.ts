// reading: what an Ingress says, if it is ours, by the flags of the controller, and what it answers for. Pure.
import { PREFIX } from '../../api/annotation.ts';
import { heldGroups } from '../../api/binding/finalizers.ts';
import { type Reading, readIngress, type Surroundings } from '../../api/ingress/read.ts';
import { type Ingress, type IngressClass, keyOf, type Namespace } from '../../api/kube.ts';
import { defaultClassOf, type Ownership, ownership } from '../../api/ownership.ts';
import { mayWrite, type Policy, policyOfIngress } from '../../api/policy.ts';
import type { ControllerOptions } from '../options.ts';
import type { SeenIngress } from './entries.ts';
import { holdingsOf } from './lbc-finalizers.ts';

/** What is looked at beside the Ingress. */
export interface ReadingAround extends Required<Omit<Surroundings, 'options' | 'defaultClass'>> {
  readonly classes: readonly IngressClass[];
  /** Whether an Ingress of this key has a binding. */
  bound(key: string): boolean;
  readonly options: Pick<
    ControllerOptions,
    'defaultTargetType' | 'defaultLoadBalancerScheme' | 'ingressClass' | 'warnOnly'
  >;
}

/** Whether it is ours, and through which class. */
export const whoseIs = (
  ingress: Ingress,
  { classes, ingressClass, options }: Pick<ReadingAround, 'classes' | 'ingressClass' | 'options'>,
): Ownership => ownership(ingress, ingressClass, defaultClassOf(classes), options.ingressClass);

/** Undefined when it is not ours. With its class gone what was accepted last stays, and nothing new is accepted. */
export function readingOf(ingress: Ingress, around: ReadingAround): Reading | undefined {
  const { options } = around;
  const whose = whoseIs(ingress, around);
  if (!whose.ours) return undefined;
  const reading = readIngress(ingress, {
    ...around,
    defaultClass: () => defaultClassOf(around.classes),
    options: {
      defaultTargetType: options.defaultTargetType,
      defaultScheme: options.defaultLoadBalancerScheme,
      ...(options.warnOnly === undefined ? {} : { warnOnly: options.warnOnly }),
    },
  });
  if (whose.problem === undefined) return reading;
  const meant = Object.keys(ingress.metadata.annotations ?? {}).some((name) => name.startsWith(PREFIX));
  if (!meant && !around.bound(keyOf(ingress)) && heldGroups(ingress).length === 0) return undefined;
  return { ...reading, problems: [{ ...whose.problem, severity: 'refuse' }, ...reading.problems] };
}

/** Whether nothing new can be made in a namespace any more: everything in it is about to be deleted. */
export const isTerminating = (namespace: Namespace | undefined): boolean =>
  namespace?.metadata.deletionTimestamp !== undefined;

/**
 * An Ingress as the book notes it. One that is being deleted wants nothing, and so does one in a namespace that is being
 * terminated: a binding of it that is deleted there could not be made anew.
 */
export function seenIngress(
  ingress: Ingress,
  around: {
    readonly reading: Reading | undefined;
    readonly namespace: Namespace | undefined;
    /** The controller's own policy. */
    readonly ceiling: Policy;
  },
): SeenIngress {
  const { reading, namespace, ceiling } = around;
  const lbc =
    reading !== undefined && mayWrite('ingressFinalizers', policyOfIngress(ingress.metadata, ceiling));
  return {
    ingress,
    ...(reading === undefined ? {} : { reading }),
    leaving: ingress.metadata.deletionTimestamp !== undefined || isTerminating(namespace),
    held: holdingsOf(ingress, { lbc }),
  };
}
