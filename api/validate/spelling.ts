// Attribute values in the spelling that AWS keeps: `true` for `True`, `60` for `060`. Otherwise what was sent would differ
// from what is found for ever (aws-model 14.3).
import type { Attributes } from '../aws.ts';
import type { AttributeValue } from '../limits/limits.ts';

function spelled(value: string, rule: AttributeValue | undefined): string {
  if (rule?.kind === 'integer') return /^[+-]?[0-9]{1,12}$/.test(value) ? String(Number(value) + 0) : value;
  if (rule === undefined || rule.kind === 'text') return value;
  const lower = value.toLowerCase();
  return lower === 'true' || lower === 'false' ? lower : value;
}

/** The attributes with switches and numbers of known keys as AWS writes them; texts stay as they are. */
export const asKept = (
  attributes: Readonly<Attributes>,
  known: ReadonlyMap<string, AttributeValue>,
): Attributes =>
  Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, spelled(value, known.get(key))]));
