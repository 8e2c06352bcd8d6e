// Pages of a describe call: Marker and PageSize as every Elastic Load Balancing describe takes them.
import { invalid } from './refusal.ts';

/** AWS's page when none is asked for, and the most it gives (aws-limits 7). */
const PAGE_MAX = 400;

/**
 * Cuts one page. `positionOf` must grow along `items`; the marker names the last position that was given, so that
 * pages neither repeat nor skip when items come and go in between.
 * @throws AwsRefusal ValidationError for a marker that we did not hand out.
 */
export function page<T, P extends number | string>(
  items: readonly T[],
  positionOf: (item: T, at: number) => P,
  input: { Marker?: string | undefined; PageSize?: number | undefined },
): { items: T[]; marker: { NextMarker?: string } } {
  const size = input.PageSize ?? PAGE_MAX;
  const after = input.Marker === undefined ? undefined : decode(input.Marker);
  const start = after === undefined ? 0 : items.findIndex((item, at) => positionOf(item, at) > after);
  if (start < 0) return { items: [], marker: {} };
  const cut = items.slice(start, start + size);
  const last = cut.at(-1);
  if (last === undefined || start + size >= items.length) return { items: cut, marker: {} };
  const position = positionOf(last, start + cut.length - 1);
  return {
    items: cut,
    marker: {
      NextMarker: Buffer.from(`${typeof position === 'number' ? 'p' : 't'}${position}`).toString('base64url'),
    },
  };
}

/** A number that was a position, or a text; items of one call have positions of one kind. */
function decode(marker: string): number | string {
  const plain = Buffer.from(marker, 'base64url').toString();
  const [, kind, position = ''] = /^(p|t)([A-Za-z0-9-]+)$/.exec(plain) ?? [];
  if (kind === undefined || (kind === 'p' && !/^\d+$/.test(position)))
    invalid(`The marker '${marker}' is not valid`);
  return kind === 'p' ? Number(position) : position;
}
