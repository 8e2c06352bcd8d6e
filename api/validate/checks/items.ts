// Findings about the items of lists: repetitions, malformed ids (aws-limits 6).
import { type Finding, refuse } from '../../problems/finding.ts';

/** Items that occur more than once, each once. */
export function repeated<T>(items: readonly T[]): T[] {
  const seen = new Set<T>();
  const again = new Set<T>();
  for (const item of items) (seen.has(item) ? again : seen).add(item);
  return [...again];
}

/** Malformed and repeated ids in a list that may also hold Name tags; names are never refused (aws-limits 6). */
export function idFindings(items: readonly string[], prefix: string): Finding[] {
  const id = new RegExp(`^${prefix}-[0-9a-f]+$`);
  const malformed = items
    .filter((item) => item.startsWith(`${prefix}-`) && !id.test(item))
    .map((item) =>
      refuse('InvalidFormat', { value: item, allowed: `an id: ${prefix}- and hexadecimal digits` }),
    );
  return [
    ...malformed,
    ...repeated(items.filter((item) => id.test(item))).map((item) =>
      refuse('Contradiction', { value: item, because: 'it is named twice' }),
    ),
  ];
}
