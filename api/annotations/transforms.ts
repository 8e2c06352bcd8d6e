// Descriptor of the rewrites that the rules of one backend make before they forward (spec annotations 15.6).
import { annotation, shapes } from '../annotation.ts';
import type { AnnotationValues } from '../generated/values.ts';
import { REWRITE_MAX } from '../limits/rule-limits.ts';

const config = {
  type: 'object',
  required: ['rewrites'],
  properties: {
    rewrites: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['regex'],
        properties: {
          regex: { type: 'string', minLength: 1, maxLength: REWRITE_MAX },
          replace: { type: 'string', maxLength: REWRITE_MAX },
        },
      },
    },
  },
} as const;

/** The member that holds the rewrites of each type. */
export const CONFIG_OF_TRANSFORM = {
  'url-rewrite': 'urlRewriteConfig',
  'host-header-rewrite': 'hostHeaderRewriteConfig',
} as const;

export const transforms = annotation('transforms.*', {
  on: ['Ingress'],
  schema: {
    type: 'array',
    items: {
      type: 'object',
      required: ['type'],
      properties: {
        type: { type: 'string', enum: ['url-rewrite', 'host-header-rewrite'] },
        urlRewriteConfig: config,
        hostHeaderRewriteConfig: config,
      },
    },
  },
  merge: 'each',
  effect: shapes('the rules of every path whose backend is called NAME'),
  doc: 'Rewrites of the path with its query, and of the host header, before a request goes on to a target. `$1` stands for the first group of the regular expression.',
  examples: {
    good: [
      '[{"type":"url-rewrite","urlRewriteConfig":{"rewrites":[{"regex":"^/old/(.*)$","replace":"/new/$1"}]}}]',
      '[{"type":"host-header-rewrite","hostHeaderRewriteConfig":{"rewrites":[{"regex":"^www[.](.*)$","replace":"$1"}]}}]',
    ],
    bad: [
      '',
      '[{"urlRewriteConfig":{"rewrites":[{"regex":"a","replace":"b"}]}}]',
      '[{"type":"url-rewrite"}]',
      '[{"type":"url-rewrite","urlRewriteConfig":{"rewrites":[]}}]',
      '[{"type":"url-rewrite","urlRewriteConfig":{"rewrites":[{"regex":"","replace":"/b"}]}}]',
      '[{"type":"url-rewrite","urlRewriteConfig":{"rewrites":[{"regex":"(?<=a)b","replace":"/b"}]}}]',
    ],
  },
});

export type TransformValue = AnnotationValues['transforms.*'][number];
