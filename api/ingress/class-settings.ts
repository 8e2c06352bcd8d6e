// What the class of an Ingress adds to it: its parameters, if it has any and they can be used (spec annotations 13.2, 13.3).

import type { Ingress, IngressClass } from '../kube.ts';
import { CLASS_ANNOTATION } from '../ownership.ts';
import { CLASS_PARAMS_KIND } from '../problems/place.ts';
import { type Problem, refusal } from '../problems/problem.ts';
import { selects } from '../validate/selector.ts';
import {
  CLASS_PARAMS_GROUP,
  type ClassReading,
  type IngressClassParams,
  readClassParams,
} from './class-parameters.ts';

/** What may be looked at; what is absent is not at hand, and then not judged. */
export interface ClassSurroundings {
  readonly ingressClass?: (name: string) => IngressClass | undefined;
  /** Name of the class that Ingresses have which name none. */
  readonly defaultClass?: () => string | undefined;
  readonly classParams?: (name: string) => IngressClassParams | undefined;
  /** Undefined for a namespace that is not known. */
  readonly namespaceLabels?: (namespace: string) => Readonly<Record<string, string>> | undefined;
}

export interface OfClass {
  /** `IngressClassParams NAME`, and what it says. */
  readonly from?: string;
  readonly reading?: ClassReading;
  readonly problems: readonly Problem[];
}

const NOTHING: OfClass = { problems: [] };

/** Whoever names the class by the old annotation has no parameters; the default class counts as if it was named (13.1). */
export function ofClass(ingress: Ingress, around: ClassSurroundings): OfClass {
  if (ingress.metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return NOTHING;
  const className = ingress.spec?.ingressClassName ?? around.defaultClass?.();
  if (className === undefined) return NOTHING;
  const parameters = around.ingressClass?.(className)?.spec?.parameters;
  if (parameters === undefined || around.classParams === undefined) return NOTHING;
  const { apiGroup = '', kind, name } = parameters;
  const problem = (because: string, code: Problem['code'] = 'ClassNotUsable'): OfClass => ({
    problems: [refusal(code, 'spec.ingressClassName', { value: className, because })],
  });
  if (apiGroup !== CLASS_PARAMS_GROUP || kind !== CLASS_PARAMS_KIND)
    return problem(
      `its parameters are a ${kind} of ${apiGroup === '' ? 'the core group' : apiGroup}, not an ${CLASS_PARAMS_KIND} of ${CLASS_PARAMS_GROUP}`,
    );
  const from = `${CLASS_PARAMS_KIND} ${name}`;
  const params = around.classParams(name);
  if (params === undefined)
    return problem(
      `its parameters, ${from}, do not exist, so nothing is done until they do`,
      'ClassParametersNotFound',
    );
  const closed = closedTo(ingress.metadata.namespace ?? '', params, around);
  if (closed !== undefined) return problem(`${from} ${closed}`);
  const reading = readClassParams(params);
  return { from, reading, problems: reading.problems.map((one) => ({ ...one, object: from })) };
}

/** Why the class is not for this namespace, or undefined when it is. */
function closedTo(
  namespace: string,
  { spec }: IngressClassParams,
  around: ClassSurroundings,
): string | undefined {
  const selector = spec?.namespaceSelector;
  if (selector === undefined || around.namespaceLabels === undefined) return undefined;
  const labels = around.namespaceLabels(namespace);
  if (labels === undefined) return undefined;
  const selected = selects(selector, labels);
  if (selected === undefined) return 'has a namespaceSelector that cannot be read';
  return selected
    ? undefined
    : `does not admit namespace ${namespace}: its namespaceSelector does not select it`;
}
