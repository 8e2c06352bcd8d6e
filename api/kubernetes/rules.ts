// What the rules of the API server beyond its schemas are written with: a field, its value, and why it is refused.
import type { Problem } from '../problems/problem.ts';
import { suggest } from '../problems/suggest.ts';
import type { Form } from './names.ts';

/** The field is not there and has to be. */
export const missing = (path: string, because: string): Problem => ({
  code: 'FieldMissing',
  severity: 'refuse',
  path,
  because,
});

/** The text does not have the form. */
export function formed(path: string, value: string, form: Form): Problem[] {
  const allowed = form(value);
  if (allowed === undefined) return [];
  const meant = [value.trim(), value.trim().toLowerCase(), value.trim().toLowerCase().replaceAll('_', '-')];
  const suggestion = meant.find((one) => one !== '' && one !== value && form(one) === undefined);
  return [
    {
      code: 'InvalidFormat',
      severity: 'refuse',
      path,
      value,
      allowed,
      ...(suggestion === undefined ? {} : { suggestion }),
    },
  ];
}

/** A text that has to be there, in its form. */
export const named = (path: string, value: string | undefined, form: Form, because: string): Problem[] =>
  value === undefined || value === '' ? [missing(path, because)] : formed(path, value, form);

const PORT_MAX = 65_535;

/** A TCP port. */
export const port = (path: string, value: number): Problem[] =>
  value >= 1 && value <= PORT_MAX
    ? []
    : [
        {
          code: 'OutOfRange',
          severity: 'refuse',
          path,
          value: String(value),
          allowed: `a port from 1 to ${PORT_MAX}`,
        },
      ];

export const contradiction = (path: string, because: string): Problem => ({
  code: 'Contradiction',
  severity: 'refuse',
  path,
  because,
});

/** One of a few texts. */
export function oneOf(path: string, value: string, known: readonly string[]): Problem {
  const suggestion = suggest(value, known);
  return {
    code: 'NotAllowed',
    severity: 'refuse',
    path,
    value,
    allowed: `one of ${known.join(', ')}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}
