// What goes into one AWS call each, where AWS takes only so many. Pure.

/** The items in order, at most `most` at a time; nothing for none. */
export function* chunks<T>(items: readonly T[], most: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += most) yield items.slice(start, start + most);
}
