// What the rules of the API server beyond its schemas are written with: a field, its value, and why it is refused.
import { type Problem, refusal } from '../problems/problem.ts';
import { suggest } from '../problems/suggest.ts';
import type { Form } from './names.ts';

/** The field is not there and has to be. */
export const missing = (path: string, because: string): Problem => refusal('FieldMissing', path, { because });

/** The text does not have the form. */
export function formed(path: string, value: string, form: Form): Problem[] {
  const allowed = form(value);
  if (allowed === undefined) return [];
  const meant = [value.trim(), value.trim().toLowerCase(), value.trim().toLowerCase().replaceAll('_', '-')];
  const suggestion = meant.find((one) => one !== '' && one !== value && form(one) === undefined);
  return [refusal('InvalidFormat', path, { value, allowed, suggestion })];
}

/** A text that has to be there, in its form. */
export const named = (path: string, value: string | undefined, form: Form, because: string): Problem[] =>
  value === undefined || value === '' ? [missing(path, because)] : formed(path, value, form);

const PORT_MAX = 65_535;

/** A TCP port. */
export const port = (path: string, value: number): Problem[] =>
  value >= 1 && value <= PORT_MAX
    ? []
    : [refusal('OutOfRange', path, { value: String(value), allowed: `a port from 1 to ${PORT_MAX}` })];

export const contradiction = (path: string, because: string): Problem =>
  refusal('Contradiction', path, { because });

/** One of a few texts. */
export const oneOf = (path: string, value: string, known: readonly string[]): Problem =>
  refusal('NotAllowed', path, {
    value,
    allowed: `one of ${known.join(', ')}`,
    suggestion: suggest(value, known),
  });
