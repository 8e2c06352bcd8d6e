// Attributes of load balancers, listeners and target groups: only wanted keys are compared and sent (aws-model 3.5).
import type { Attributes } from '../../api/aws.ts';
import { chunks } from '../../controller/chunks.ts';

/** An attribute on the wire. */
export interface Attribute {
  Key: string;
  Value: string;
}

/** AWS accepts this many attributes in one call (aws-limits: Modify…Attributes). */
const PER_CALL = 20;

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

/** From the wire form. */
export function attributeMap(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Attributes {
  return Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** Sends a change in as many calls as it needs; none when nothing changed. */
export async function writeAttributes(
  change: readonly Attribute[],
  send: (attributes: Attribute[]) => Promise<unknown>,
): Promise<void> {
  for (const part of chunks(change, PER_CALL)) await send(part);
}
