// Attributes of load balancers, listeners and target groups: only wanted keys are compared and sent (aws-model 3.5).
import type { Attributes } from '../../api/aws.ts';
import type { FieldEntry } from './kind.ts';

/** An attribute on the wire. */
export interface Attribute {
  Key: string;
  Value: string;
}

/** The wanted attributes that are absent or different in `found`, sorted by key. Pure. */
export function attributeChange(wanted: Attributes, found: Attributes): Attribute[] {
  return Object.entries(wanted)
    .filter(([key, value]) => found[key] !== value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }));
}

/** A key that is not wanted is left as it is. */
export const sameAttributes = (wanted: Attributes, found: Attributes): boolean =>
  attributeChange(wanted, found).length === 0;

/** Entries of a map that `found` lacks or has with another value. */
export const mapEntries = (wanted: Attributes, found: Attributes = {}): FieldEntry[] =>
  Object.entries(wanted).flatMap(([entry, value]) => (found[entry] === value ? [] : [{ entry, value }]));
