// Checks that refuse what the LBC runs by ignoring part of the text (spec annotations 18, R*). Each can be switched to a
// warning, and then the value is what the LBC makes of the text.
import type { AnnotationName } from '../annotation.ts';
import type { Checked } from './check.ts';
import { isObject } from './type-guards.ts';

/** What each one refuses, and what the LBC does instead. */
export const STRICT_CHECKS = {
  ListenPortTwice: '`listen-ports` names a port twice; the LBC takes the last entry.',
  ListenPortsEmpty: '`listen-ports` names no port at all; the LBC makes no listener.',
  MutualPortTwice: '`mutual-authentication` has two entries for a port; the LBC takes the last one.',
  MutualPortUnknown: '`mutual-authentication` names a port that is no HTTPS port; the LBC drops the entry.',
  ConditionFieldUnknown: 'A condition has an unknown `field`; the LBC drops it, and the rule takes more.',
  TrackingTag: '`tags` has a key that marks what the controller owns; the LBC puts its own value there.',
  CertificateSwitchUnreadable: '`create-acm-cert` is neither true nor false; the LBC reads false.',
  WebAclEmpty: '`wafv2-acl-arn` is empty; the LBC reads `none` and takes the web ACL off.',
} as const;

export type StrictCheck = keyof typeof STRICT_CHECKS;

export const isStrictCheck = (name: string): name is StrictCheck => Object.hasOwn(STRICT_CHECKS, name);

/** The check behind a finding of the schema; those of value checks say it themselves. */
export function checkOfSchema(
  name: AnnotationName,
  { at = '', value }: { readonly at?: string; readonly value?: string },
): StrictCheck | undefined {
  if (name === 'create-acm-cert') return 'CertificateSwitchUnreadable';
  if (name === 'wafv2-acl-arn' && value === '') return 'WebAclEmpty';
  return name === 'conditions.*' && /^\[[0-9]+\]\.field$/.test(at) ? 'ConditionFieldUnknown' : undefined;
}

/** What the LBC makes of a value that a strict check refuses; `fields` are the fields that conditions may have. */
export function readLoosely(name: AnnotationName, value: unknown, fields: readonly string[]): unknown {
  if (name === 'create-acm-cert') return false;
  if (name === 'wafv2-acl-arn') return value === '' ? 'none' : value;
  if (name !== 'conditions.*' || !Array.isArray(value)) return value;
  return value.filter((one) => isObject(one) && fields.includes(String(one.field)));
}

interface StrictVerdict {
  readonly severity: 'refuse' | 'warn';
  readonly check?: StrictCheck;
}

/** The problem or finding as it counts where these checks only warn. */
export const loosened = <P extends StrictVerdict>(one: P, warnOnly: ReadonlySet<StrictCheck>): P =>
  one.check !== undefined && warnOnly.has(one.check) ? { ...one, severity: 'warn' } : one;

/** What was found of a text, where these checks only warn. */
export function checkedLoosely(checked: Checked, warnOnly: ReadonlySet<StrictCheck>): Checked {
  if (warnOnly.size === 0 || checked.loose === undefined) return checked;
  const findings = checked.findings.map((finding) => loosened(finding, warnOnly));
  if (findings.some(({ severity }) => severity === 'refuse')) return checked;
  return { value: checked.loose.value, findings };
}
