// Labels of nodes (Kubernetes: Labels and Selectors, Syntax and character set).
import { LABEL_MAX, labelValue, qualifiedName } from '../../kubernetes/names.ts';
import { type Finding, refuse } from '../../problems/finding.ts';

/** Keys and values that no node can have. */
export function labelFindings(labels: Readonly<Record<string, string>>): Finding[] {
  return Object.entries(labels).flatMap(([key, value]): Finding[] => {
    if (qualifiedName(key) !== undefined)
      return [refuse('InvalidFormat', { value: key, allowed: 'the key of a label' })];
    if (labelValue(value) === undefined) return [];
    const allowed = `the value of a label: at most ${LABEL_MAX} letters, digits, "-", "_" and "."`;
    return [refuse('InvalidFormat', { value, at: `[${key}]`, allowed })];
  });
}
