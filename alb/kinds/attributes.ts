// Attributes of load balancers, listeners and target groups: only wanted keys are compared and sent (aws-model 3.5).
import type { Attributes } from '../../api/aws.ts';
import type { FieldEntry } from './kind.ts';
import { type Tag, tagList } from './tags.ts';

/** The wanted attributes that are absent or different in `found`, sorted by key, in the wire form of tags. Pure. */
export const attributeChange = (wanted: Attributes, found: Attributes): Tag[] =>
  tagList(wanted).filter(({ Key, Value }) => found[Key] !== Value);

/** A key that is not wanted is left as it is. */
export const sameAttributes = (wanted: Attributes, found: Attributes): boolean =>
  attributeChange(wanted, found).length === 0;

/** Entries of a map that `found` lacks or has with another value. */
export const mapEntries = (wanted: Attributes, found: Attributes = {}): FieldEntry[] =>
  Object.entries(wanted).flatMap(([entry, value]) => (found[entry] === value ? [] : [{ entry, value }]));
