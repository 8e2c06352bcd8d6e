// Descriptor of how the paths of rules are read (spec annotations 15.4).
import { annotation, shapes } from '../annotation.ts';

export const useRegexPathMatch = annotation('use-regex-path-match', {
  on: ['Ingress'],
  schema: { type: 'boolean' },
  merge: 'each',
  effect: shapes(
    'the rules of ImplementationSpecific paths: what follows the leading / is a regular expression',
  ),
  doc: 'Whether paths of type ImplementationSpecific are regular expressions. Exact and Prefix paths stay what they are.',
  examples: { good: ['true', '1', 'false'], bad: ['yes', 'tRue', ''] },
});
