// Labels of nodes (Kubernetes: Labels and Selectors, Syntax and character set).
import type { Finding } from '../../problems/finding.ts';
import { refuse } from './items.ts';

/** Longest prefix of a key, and longest name or value, in characters. */
const PREFIX_MAX = 253;
const NAME_MAX = 63;
const NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

const isName = (text: string): boolean => text.length <= NAME_MAX && NAME.test(text);

function isKey(key: string): boolean {
  const [prefix = '', name, more] = key.split('/');
  if (name === undefined) return isName(prefix);
  return more === undefined && prefix.length <= PREFIX_MAX && PREFIX.test(prefix) && isName(name);
}

/** Keys and values that no node can have. */
export function labelFindings(labels: Readonly<Record<string, string>>): Finding[] {
  return Object.entries(labels).flatMap(([key, value]): Finding[] => {
    if (!isKey(key)) return [refuse('InvalidFormat', key, { allowed: 'the key of a label' })];
    if (value === '' || isName(value)) return [];
    const allowed = `the value of a label: at most ${NAME_MAX} letters, digits, "-", "_" and "."`;
    return [refuse('InvalidFormat', value, { at: `[${key}]`, allowed })];
  });
}
