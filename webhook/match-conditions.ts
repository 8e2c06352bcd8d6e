// Which Ingresses the API server asks us about, as one CEL expression: pure, the same text for the same classes.
import type { IngressClass } from '../api/kube.ts';
import { CLASS_ANNOTATION, CONTROLLER, defaultClassOf } from '../api/ownership.ts';

/** What the expression depends on. */
export interface OurClasses {
  /** Names of the IngressClasses that are ours, sorted. */
  readonly names: readonly string[];
  /** Whether an Ingress that names no class is ours. */
  readonly unnamed: boolean;
}

/** Picks ours out of all IngressClasses of the cluster (spec annotations 13.1). */
export function ourClasses(classes: readonly IngressClass[], legacyClass: string): OurClasses {
  const ours = classes.filter((each) => each.spec?.controller === CONTROLLER);
  const names = ours.map((each) => each.metadata.name).sort();
  const defaultClass = defaultClassOf(classes);
  return { names, unnamed: defaultClass === undefined ? legacyClass === '' : names.includes(defaultClass) };
}

/**
 * The expression for `matchConditions` (Kubernetes: Dynamic Admission Control, "Matching requests: matchConditions").
 * It never fails to evaluate: a failing one would refuse Ingresses that are none of our business.
 * `legacyClass` is the value of the annotation kubernetes.io/ingress.class that is ours; '' means `alb` or empty.
 */
export function matchExpression({ names, unnamed }: OurClasses, legacyClass: string): string {
  const annotations = 'object.metadata.annotations';
  const legacy = legacyClass === '' ? ['', 'alb'] : [legacyClass];
  return [
    `has(${annotations}) && ${text(CLASS_ANNOTATION)} in ${annotations}`,
    `? ${annotations}[${text(CLASS_ANNOTATION)}] in ${list(legacy)}`,
    ': has(object.spec) && has(object.spec.ingressClassName)',
    `? object.spec.ingressClassName in ${list(names)}`,
    `: ${unnamed}`,
  ].join(' ');
}

function list(values: readonly string[]): string {
  return `[${values.map(text).join(', ')}]`;
}

/** A CEL string literal. */
function text(value: string): string {
  return `'${value.replace(/[\\']/g, (c) => `\\${c}`)}'`;
}
