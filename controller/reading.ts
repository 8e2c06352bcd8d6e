// reading: what an Ingress says, if it is ours, by the flags of the controller. Pure.
import { PREFIX } from '../api/annotation.ts';
import { type Ingress, type IngressClass, keyOf } from '../api/kube.ts';
import { defaultClassOf, type Ownership, ownership } from '../api/ownership.ts';
import { type Reading, readIngress, type Surroundings } from '../api/read.ts';
import type { ControllerOptions } from './options.ts';

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
  if (!meant && !around.bound(keyOf(ingress))) return undefined;
  return { ...reading, problems: [{ ...whose.problem, severity: 'refuse' }, ...reading.problems] };
}
