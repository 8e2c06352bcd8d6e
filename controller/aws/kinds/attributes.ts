// Attributes of load balancers, listeners and target groups: from the wire, and written (aws-model 3.5).
import type { Tag } from '../../../alb/kinds/tags.ts';
import type { Attributes } from '../../../api/aws.ts';
import { chunks } from '../chunks.ts';

/** AWS accepts this many attributes in one call (aws-limits: Modify…Attributes). */
const PER_CALL = 20;

/** From the wire form. */
export function attributeMap(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Attributes {
  return Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** Sends a change in as many calls as it needs; none when nothing changed. */
export async function writeAttributes(
  change: readonly Tag[],
  send: (attributes: Tag[]) => Promise<unknown>,
): Promise<void> {
  for (const part of chunks(change, PER_CALL)) await send(part);
}
