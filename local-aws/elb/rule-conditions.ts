// Conditions and transforms of rules: what AWS refuses (aws-limits 3, 3.1, 3.2) and how it keeps them.
import { isIP } from 'node:net';
import type { RuleCondition, RuleTransform } from '@aws-sdk/client-elastic-load-balancing-v2';
import { invalid } from './refusal.ts';
import { checkRegex } from './regex.ts';
import type { Limits } from './state.ts';

/** In AWS's order. */
const CONFIGS = {
  'http-header': 'HttpHeaderConfig',
  'http-request-method': 'HttpRequestMethodConfig',
  'host-header': 'HostHeaderConfig',
  'query-string': 'QueryStringConfig',
  'path-pattern': 'PathPatternConfig',
  'source-ip': 'SourceIpConfig',
} as const;
type ConditionField = keyof typeof CONFIGS;
const REGEX_FIELDS: readonly string[] = ['host-header', 'path-pattern', 'http-header'];
const SINGLETONS: readonly string[] = ['host-header', 'path-pattern', 'http-request-method', 'source-ip'];
const VALUE_MAX = 128;
/** Of names of headers and methods. */
const NAME_MAX = 40;

const tooLong = (field: ConditionField, most: number): never =>
  invalid(`Condition value for '${field}' cannot contain more than ${most} characters`);

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** One condition's values, from whichever member of the request has them. */
interface ConditionValues {
  values: string[];
  regex: string[];
  pairs: { Key?: string | undefined; Value?: string | undefined }[];
}

/**
 * Conditions as AWS keeps them: host and path values both in `Values` and in the config (moto-coverage 4).
 * Refuses by aws-limits R3 to R9 and 3.1.
 */
export function normalConditions(asked: readonly RuleCondition[], limits: Limits): RuleCondition[] {
  if (asked.length === 0) invalid('A condition must be specified'); // R3
  const fields = asked.map((condition) => fieldOf(condition));
  for (const field of SINGLETONS)
    if (fields.filter((other) => other === field).length > 1)
      invalid(`A rule can only have one '${field}' condition`); // R7
  const said = asked.map((condition, at) => saidBy(condition, fields[at] ?? 'host-header'));
  const total = said.reduce(
    (sum, { values, regex, pairs }) => sum + values.length + regex.length + pairs.length,
    0,
  );
  const most = limits['condition-values-per-alb-rule'];
  if (total > most) invalid(`A rule can only have '${most}' condition values and regex values`); // R4
  const wildcards = said.reduce((sum, one) => sum + wildcardsIn(one), 0);
  const cards = limits['condition-wildcards-per-alb-rule'];
  if (wildcards > cards) invalid(`A rule can only have '${cards}' wildcards in its condition values`); // R6
  return asked.map((condition, at) => {
    const field = fields[at] ?? 'host-header';
    const one = said[at] ?? { values: [], regex: [], pairs: [] };
    checkValues(field, condition, one);
    return kept(field, condition, one);
  });
}

/** aws-limits R9: a known field, with the config of that field only. */
function fieldOf(condition: RuleCondition): ConditionField {
  const field = condition.Field ?? '';
  if (!(field in CONFIGS))
    invalid(`Condition field '${field}' must be one of '${Object.keys(CONFIGS).join(',')}'`);
  const known = field as ConditionField;
  if ((condition.Values ?? condition.RegexValues ?? condition[CONFIGS[known]]) === undefined)
    invalid(`For conditions of type '${field}', you must specify the following fields: '${fieldsOf(known)}'`);
  for (const [other, config] of Object.entries(CONFIGS))
    if (other !== field && condition[config] !== undefined)
      invalid(`${config} cannot be specified for a condition with the field '${field}'`);
  return known;
}

/** The members of a condition that may hold its values. */
const fieldsOf = (field: ConditionField): string =>
  field === 'host-header' || field === 'path-pattern'
    ? `Values or RegexValues or ${CONFIGS[field]}`
    : CONFIGS[field];

/** aws-limits R8: values or regex values, in one place, not empty; regex only where it is allowed. */
function saidBy(condition: RuleCondition, field: ConditionField): ConditionValues {
  const config: { Values?: unknown; RegexValues?: string[] | undefined } | undefined =
    condition[CONFIGS[field]];
  const legacy = condition.Values ?? [];
  if (legacy.length > 0 && field !== 'host-header' && field !== 'path-pattern')
    invalid(`Values of a condition with the field '${field}' belong into ${CONFIGS[field]}`);
  if (legacy.length > 0 && config !== undefined)
    invalid(`You cannot provide both Values and '${CONFIGS[field]}' for a condition of type '${field}'`);
  const pairs = field === 'query-string' ? (condition.QueryStringConfig?.Values ?? []) : [];
  const inConfig = field === 'query-string' ? [] : ((config?.Values ?? []) as string[]);
  const values = legacy.length > 0 ? legacy : inConfig;
  const regex = [...(condition.RegexValues ?? []), ...(config?.RegexValues ?? [])];
  if (regex.length > 0 && !REGEX_FIELDS.includes(field))
    invalid(`'RegexValues' is not supported for a condition of type '${field}'`);
  const given = [values.length, regex.length, pairs.length].filter((length) => length > 0).length;
  if (given !== 1)
    invalid(
      `You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type '${CONFIGS[field]}'`,
    );
  return { values, regex, pairs };
}

function wildcardsIn({ values, pairs }: ConditionValues): number {
  const texts = [...values, ...pairs.flatMap((pair) => [pair.Key ?? '', pair.Value ?? ''])];
  // An escaped wildcard is a plain character (aws-limits R6).
  return (
    texts
      .join('\n')
      .replace(/\\[*?]/g, '')
      .match(/[*?]/g)?.length ?? 0
  );
}

function checkValues(field: ConditionField, condition: RuleCondition, said: ConditionValues): void {
  for (const regex of said.regex) checkRegex(regex, VALUE_MAX);
  if (condition.SourceIpConfig?.IpAddressType !== undefined)
    invalid('IpAddressType of a source-ip condition is only for Network Load Balancers'); // 3.1 source-ip
  if (field === 'http-header') checkHeaderName(condition.HttpHeaderConfig?.HttpHeaderName ?? '');
  for (const value of said.values) {
    if (value === '') invalid('A condition value cannot be empty');
    if (field !== 'source-ip' && field !== 'http-request-method' && value.length > VALUE_MAX)
      tooLong(field, VALUE_MAX);
    checkValue(field, value);
  }
  for (const { Key: key = '', Value: value = '' } of said.pairs) {
    if (value === '') invalid('The value of a query string condition must be specified');
    if (key.length > VALUE_MAX || value.length > VALUE_MAX) tooLong(field, VALUE_MAX);
  }
}

function checkHeaderName(name: string): void {
  if (name === '') invalid('An HTTP header name must be specified');
  if (name.length > NAME_MAX) tooLong('http-header', NAME_MAX);
  if (!TOKEN.test(name)) invalid(`HTTP header name '${name}' contains a character that is not valid`);
  if (name.toLowerCase() === 'host') invalid("You cannot specify 'host' as an HTTP header name");
}

/** aws-limits 3.1, column "Value rules". */
function checkValue(field: ConditionField, value: string): void {
  const wrong = (): never => invalid(`Condition value '${value}' contains a character that is not valid`);
  switch (field) {
    case 'host-header': {
      const label = value.slice(value.lastIndexOf('.') + 1);
      if (!/^[A-Za-z0-9_.*?-]+$/.test(value) || !value.includes('.') || !/^[A-Za-z0-9*?-]*$/.test(label))
        wrong();
      return;
    }
    case 'path-pattern':
      // `%` is not in AWS's list, but unproven (aws-limits 3.1): let through.
      if (!/^[A-Za-z0-9_.$/~"'@:+&*?%-]+$/.test(value)) wrong();
      return;
    case 'http-header':
      if (!/^[\x20-\x7e]+$/.test(value)) wrong();
      return;
    case 'http-request-method':
      if (value.length > NAME_MAX) tooLong(field, NAME_MAX);
      if (!/^[A-Z_-]+$/.test(value)) wrong();
      return;
    case 'source-ip':
      if (!isCidr(value) || value === '255.255.255.255/32')
        invalid(`The specified value '${value}' is not a valid CIDR block`);
      return;
    case 'query-string':
      return;
  }
}

function isCidr(value: string): boolean {
  const [, address = '', prefix = ''] = /^([^/]+)\/(\d{1,3})$/.exec(value) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(prefix) <= (family === 4 ? 32 : 128);
}

function kept(
  field: ConditionField,
  condition: RuleCondition,
  { values, regex }: ConditionValues,
): RuleCondition {
  const lists = regex.length > 0 ? { RegexValues: regex } : { Values: values };
  switch (field) {
    case 'host-header':
      return { Field: field, ...lists, HostHeaderConfig: lists };
    case 'path-pattern':
      return { Field: field, ...lists, PathPatternConfig: lists };
    case 'http-header':
      return {
        Field: field,
        HttpHeaderConfig: { HttpHeaderName: condition.HttpHeaderConfig?.HttpHeaderName, ...lists },
      };
    default:
      return condition;
  }
}

const REWRITE_MAX = 1024;

/** aws-limits T1 to T4: one of each type, with its own config and at least one rewrite. */
export function checkTransforms(transforms: readonly RuleTransform[]): void {
  const types = transforms.map((transform) => transform.Type);
  if (new Set(types).size < types.length) invalid('A rule can only have one transform of each type'); // T2
  for (const { Type: type, HostHeaderRewriteConfig: host, UrlRewriteConfig: url } of transforms) {
    const [own, other] = type === 'url-rewrite' ? [url, host] : [host, url];
    if (own === undefined || other !== undefined)
      invalid(`A transform of type '${type}' needs its own config, and no other`); // T1
    const rewrites = own.Rewrites ?? [];
    // More than one is not ruled out by AWS's documents.
    if (rewrites.length === 0) invalid(`A transform of type '${type}' must have a rewrite`); // T3
    for (const { Regex: regex = '', Replace: replace = '' } of rewrites) {
      checkRegex(regex, REWRITE_MAX); // T4
      if (replace.length > REWRITE_MAX)
        invalid(`Replacement '${replace}' cannot be longer than '${REWRITE_MAX}' characters`);
    }
  }
}
