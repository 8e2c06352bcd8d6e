// What AWS asks of the conditions of one annotation beyond their schema (aws-limits 3.1; spec annotations 15.5).
import { CONFIG_OF_FIELD, type ConditionValue } from '../../annotations/conditions.ts';
import { type Finding, refuse, step, warn } from '../../problems/finding.ts';
import { cidrOf } from '../cidr.ts';
import { regexFindings } from './regex.ts';

/** What is wrong or doubtful with a list of conditions. */
export function conditionFindings(conditions: readonly ConditionValue[]): Finding[] {
  return [
    ...conditions.flatMap((condition, index) => findingsOf(condition, step(index))),
    ...repeated(conditions, 'http-request-method'),
    ...repeated(conditions, 'source-ip'),
  ];
}

/** Hosts and paths are merged, headers and queries may repeat; the other fields may stand once (aws-limits R7). */
function repeated(conditions: readonly ConditionValue[], field: ConditionValue['field']): Finding[] {
  const places = conditions.flatMap((condition, index) => (condition.field === field ? [index] : []));
  return places.slice(1).map((index) =>
    refuse('Contradiction', {
      at: `${step(index)}.field`,
      value: field,
      because: 'a rule can have one condition of this field only: write all values into one',
    }),
  );
}

function findingsOf(condition: ConditionValue, place: string): Finding[] {
  const { field } = condition;
  const member = CONFIG_OF_FIELD[field];
  const at = `${place}.${member}`;
  if (condition[member] === undefined) {
    return [refuse('Malformed', { at, because: `the member is missing: field ${field} needs it` })];
  }
  switch (field) {
    case 'host-header':
      return textFindings(condition.hostHeaderConfig ?? {}, at, hostFinding);
    case 'path-pattern':
      return textFindings(condition.pathPatternConfig ?? {}, at, pathFinding);
    case 'http-header':
      return [
        ...headerNameFindings(condition.httpHeaderConfig?.httpHeaderName ?? '', at),
        ...textFindings(condition.httpHeaderConfig ?? {}, at, headerFinding),
      ];
    case 'http-request-method':
      return [];
    case 'query-string':
      return queryFindings(condition.queryStringConfig?.values ?? [], at);
    case 'source-ip':
      return addressFindings(condition.sourceIPConfig?.values ?? [], at);
  }
}

interface ValuesOrRegex {
  readonly values?: readonly string[];
  readonly regexValues?: readonly string[];
}

function textFindings(
  { values = [], regexValues = [] }: ValuesOrRegex,
  at: string,
  ofValue: (value: string, at: string) => Finding | undefined,
): Finding[] {
  if ((values.length === 0) === (regexValues.length === 0)) {
    const because = values.length === 0 ? 'both lists are empty or missing' : 'both lists have items';
    return [refuse('Malformed', { at, because: `it needs either values or regexValues: ${because}` })];
  }
  return [
    ...values.flatMap((value, index) => ofValue(value, `${at}.values${step(index)}`) ?? []),
    ...regexValues.flatMap((regex, index) => regexFindings(regex, `${at}.regexValues${step(index)}`)),
  ];
}

/** A host of a rule or condition: refused with what AWS says is not valid (aws-limits 3.1, host-header). */
export function hostFinding(value: string, at: string): Finding | undefined {
  const about = { at, value, allowed: 'a host name of letters, digits, "-", "." and the wildcards * and ?' };
  if (!/^[A-Za-z0-9_.*?-]*$/.test(value)) return refuse('InvalidFormat', about);
  if (!value.includes('.')) return dotless(value, at);
  const last = value.slice(value.lastIndexOf('.') + 1);
  if (last.includes('_')) return refuse('InvalidFormat', about);
  return /^[A-Za-z]+$/.test(last)
    ? undefined
    : warn('InvalidFormat', { at, value, because: 'AWS documents only letters after the last "."' });
}

/**
 * AWS documents a dot in every host (HostHeaderConditionConfig). That it refuses one without is known where there is a hyphen,
 * which it takes after the last dot only as a character that is not valid; nobody has shown it for letters alone.
 */
function dotless(value: string, at: string): Finding {
  if (/[-_]/.test(value)) {
    const because = 'AWS refuses "-" and "_" behind the last dot, and in a host without any';
    return refuse('InvalidFormat', { at, value, allowed: 'a host name with at least one "."', because });
  }
  const because =
    'AWS documents hosts with at least one "."; it may refuse the rule, and then the path is not served';
  return warn('InvalidFormat', { at, value, because });
}

/** A path of a rule or condition (aws-limits 3.1, path-pattern). */
export function pathFinding(value: string, at: string): Finding | undefined {
  if (!/^[A-Za-z0-9_.$/~"'@:+&*?%-]*$/.test(value)) {
    const allowed = 'made of letters, digits and _ - . $ / ~ " \' @ : + &';
    return refuse('UnsupportedPath', { at, value, allowed });
  }
  return value.includes('%')
    ? warn('UnsupportedPath', { at, value, because: 'AWS does not document "%" in paths' })
    : undefined;
}

function headerNameFindings(name: string, at: string): Finding[] {
  if (name.toLowerCase() !== 'host') return [];
  const because = 'the host is matched by field host-header';
  return [refuse('NotAllowed', { at: `${at}.httpHeaderName`, value: name, because })];
}

function headerFinding(value: string, at: string): Finding | undefined {
  if (!/^[\x20-\x7e]*$/.test(value)) {
    return refuse('InvalidFormat', { at, value, allowed: 'made of printable ASCII characters' });
  }
  return /["$]/.test(value)
    ? warn('InvalidFormat', { at, value, because: 'AWS does not document \'"\' and "$" in header values' })
    : undefined;
}

function queryFindings(pairs: readonly { key?: string; value: string }[], at: string): Finding[] {
  const odd = /[^A-Za-z0-9_.$/~"'@:+&()!,;=*?%\\-]/;
  return pairs.flatMap(({ key = '', value }, index) => {
    const place = `${at}.values${step(index)}`;
    const because = 'AWS documents only letters, digits and URI characters in queries';
    return [
      ...(odd.test(key) ? [warn('InvalidFormat', { at: `${place}.key`, value: key, because })] : []),
      ...(odd.test(value) ? [warn('InvalidFormat', { at: `${place}.value`, value, because })] : []),
    ];
  });
}

function addressFindings(cidrs: readonly string[], at: string): Finding[] {
  return cidrs.flatMap((text, index): Finding[] => {
    const place = `${at}.values${step(index)}`;
    if (cidrOf(text) === undefined) {
      const allowed = 'a CIDR such as 192.0.2.0/24 or 2001:db8::/32';
      return [refuse('InvalidFormat', { at: place, value: text, allowed })];
    }
    const broadcast = text === '255.255.255.255/32';
    return broadcast
      ? [refuse('NotAllowed', { at: place, value: text, because: 'AWS does not take this address' })]
      : [];
  });
}
