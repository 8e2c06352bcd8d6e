// Descriptor of the conditions that the rules of one backend have beside host and path (spec annotations 15.5).
import { annotation, type Schema, shapes } from '../annotation.ts';
import type { AnnotationValues } from '../generated/values.ts';
import { CONDITION_VALUE_MAX, HEADER_NAME, METHOD } from '../limits/rule-limits.ts';

const value = { type: 'string', minLength: 1, maxLength: CONDITION_VALUE_MAX } as const;
const values = { type: 'array', items: value } as const;
const valuesOrRegex = { type: 'object', properties: { values, regexValues: values } } as const;

const httpHeaderConfig = {
  type: 'object',
  required: ['httpHeaderName'],
  properties: {
    httpHeaderName: {
      type: 'string',
      maxLength: 40,
      pattern: HEADER_NAME,
      description: 'the name of a header: 1 to 40 characters, no wildcards',
    },
    values,
    regexValues: values,
  },
} as const;

/** At least one value of this form. */
const someOf = <const S extends Schema>(items: S) =>
  ({
    type: 'object',
    required: ['values'],
    properties: { values: { type: 'array', minItems: 1, items } },
  }) as const;

const httpRequestMethodConfig = someOf({
  type: 'string',
  maxLength: 40,
  pattern: METHOD,
  description: 'a request method: 1 to 40 upper-case letters, "-" and "_", no wildcards',
});

const queryStringConfig = someOf({
  type: 'object',
  required: ['value'],
  properties: { key: { type: 'string', maxLength: CONDITION_VALUE_MAX }, value },
});

const sourceIPConfig = someOf({
  type: 'string',
  maxLength: 49,
  pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$',
  description: 'a CIDR such as 192.0.2.0/24 or 2001:db8::/32',
});

/** The member that holds the values of each field. */
export const CONFIG_OF_FIELD = {
  'host-header': 'hostHeaderConfig',
  'path-pattern': 'pathPatternConfig',
  'http-header': 'httpHeaderConfig',
  'http-request-method': 'httpRequestMethodConfig',
  'query-string': 'queryStringConfig',
  'source-ip': 'sourceIPConfig',
} as const;

const MOBILE =
  '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"User-Agent","values":["*Mobile*","*Android*"]}}]';
const BETA =
  '[{"field":"query-string","queryStringConfig":{"values":[{"key":"version","value":"beta"}]}},{"field":"http-request-method","httpRequestMethodConfig":{"values":["GET"]}}]';
const OFFICE = '[{"field":"source-ip","sourceIPConfig":{"values":["192.0.2.0/24"]}}]';
const HOSTS = '[{"field":"host-header","hostHeaderConfig":{"values":["shop.example.com"]}}]';

export const conditions = annotation('conditions.*', {
  on: ['Ingress'],
  schema: {
    type: 'array',
    items: {
      type: 'object',
      required: ['field'],
      properties: {
        field: { type: 'string', enum: Object.keys(CONFIG_OF_FIELD) },
        hostHeaderConfig: valuesOrRegex,
        pathPatternConfig: valuesOrRegex,
        httpHeaderConfig,
        httpRequestMethodConfig,
        queryStringConfig,
        sourceIPConfig,
      },
    },
  },
  merge: 'each',
  effect: shapes('the rules of every path whose backend is called NAME'),
  protects: true,
  doc: 'What a request must meet beside host and path of a rule. Hosts and paths said here are further choices beside those of the rule.',
  examples: {
    good: [MOBILE, BETA, OFFICE, HOSTS],
    bad: [
      '',
      '{"field":"source-ip"}',
      '[{"field":"source-ip"}]',
      '[{"field":"source_ip","sourceIPConfig":{"values":["192.0.2.0/24"]}}]',
      '[{"field":"source-ip","sourceIPConfig":{"values":["192.0.2.0/33"]}}]',
      '[{"field":"path-pattern","pathPatternConfig":{"values":["/a"],"regexValues":["^/a"]}}]',
      '[{"field":"http-request-method","httpRequestMethodConfig":{"values":["get"]}}]',
      '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"Host","values":["a"]}}]',
      '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"X-A","regexValues":["a(?=b)"]}}]',
    ],
  },
});

export type ConditionValue = AnnotationValues['conditions.*'][number];
