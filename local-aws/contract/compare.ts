// What an answer must contain: a deep subset, with a few words for lists, texts and absence.

/**
 * Everything in which `actual` does not contain `wanted`, by its path.
 * A structure contains its named members. A list contains the wanted members in their order, others may be between
 * them; an empty list means empty, and `{ length: 2 }` counts. `null` means absent. A regular expression tests a text.
 */
export function differences(wanted: unknown, actual: unknown, path = 'answer'): string[] {
  const differs = [`${path} is ${show(actual)}, expected ${show(wanted)}`];
  if (wanted === null) return actual === undefined || actual === null ? [] : differs;
  if (wanted instanceof RegExp) return typeof actual === 'string' && wanted.test(actual) ? [] : differs;
  if (Array.isArray(wanted)) return Array.isArray(actual) && sequence(wanted, actual) ? [] : differs;
  if (typeof wanted !== 'object') return Object.is(wanted, actual) ? [] : differs;
  if (typeof actual !== 'object' || actual === null) return differs;
  return Object.entries(wanted).flatMap(([name, member]) =>
    differences(member, Reflect.get(actual, name), `${path}.${name}`),
  );
}

function sequence(wanted: readonly unknown[], actual: readonly unknown[]): boolean {
  if (wanted.length === 0) return actual.length === 0;
  let at = 0;
  return wanted.every((member) => {
    while (at < actual.length && differences(member, actual[at]).length > 0) at += 1;
    at += 1;
    return at <= actual.length;
  });
}

function show(value: unknown): string {
  if (value === undefined || value === null) return 'absent';
  return value instanceof RegExp ? String(value) : JSON.stringify(value);
}
