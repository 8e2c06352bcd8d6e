// The shape language of the action table, and the check of an input against it (what AWS's API model says: aws-limits "API").
import { AwsRefusal } from './refusal.ts';

export type InputShape =
  | {
      kind: 'text';
      oneOf?: readonly string[];
      pattern?: RegExp;
      min?: number;
      max?: number;
    }
  | { kind: 'integer'; min?: number; max?: number }
  | { kind: 'flag' }
  | { kind: 'map' }
  | { kind: 'list'; of: InputShape; min?: number; max?: number }
  | { kind: 'structure'; members: Readonly<Record<string, InputShape>>; required: readonly string[] };

export type Structure = Extract<InputShape, { kind: 'structure' }>;

export const text = (limits: { pattern?: RegExp; min?: number; max?: number } = {}): InputShape => ({
  kind: 'text',
  ...limits,
});
export const oneOf = (...values: string[]): InputShape => ({ kind: 'text', oneOf: values });
export const integer = (min?: number, max?: number): InputShape => ({
  kind: 'integer',
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});
export const flag: InputShape = { kind: 'flag' };
export const map: InputShape = { kind: 'map' };
export const list = (of: InputShape, limits: { min?: number; max?: number } = {}): InputShape => ({
  kind: 'list',
  of,
  ...limits,
});
/** `required` names the members that must be there. */
export const structure = (members: Record<string, InputShape>, ...required: string[]): Structure => ({
  kind: 'structure',
  members,
  required,
});

/**
 * Checks an input against its shape.
 * @throws AwsRefusal ValidationError that lists every violation, in the words of AWS's front end.
 */
export function checkShape(shape: Structure, input: unknown): void {
  const found: string[] = [];
  collect(shape, input, '', found);
  if (found.length > 0) {
    const noun = found.length === 1 ? 'validation error' : 'validation errors';
    throw new AwsRefusal('ValidationError', `${found.length} ${noun} detected: ${found.join('; ')}`);
  }
}

function collect(shape: InputShape, value: unknown, path: string, found: string[]): void {
  switch (shape.kind) {
    case 'text':
      collectText(shape, value, path, found);
      return;
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value))
        found.push(failed(value, path, 'be an integer'));
      else if (shape.min !== undefined && value < shape.min)
        found.push(failed(value, path, `have value greater than or equal to ${shape.min}`));
      else if (shape.max !== undefined && value > shape.max)
        found.push(failed(value, path, `have value less than or equal to ${shape.max}`));
      return;
    case 'flag':
      if (typeof value !== 'boolean') found.push(failed(value, path, 'be true or false'));
      return;
    case 'map':
      return;
    case 'list':
      collectList(shape, value, path, found);
      return;
    case 'structure':
      collectStructure(shape, value, path, found);
      return;
  }
}

function collectText(
  shape: Extract<InputShape, { kind: 'text' }>,
  value: unknown,
  path: string,
  found: string[],
): void {
  if (typeof value !== 'string') {
    found.push(failed(value, path, 'be a string'));
    return;
  }
  if (shape.oneOf !== undefined && !shape.oneOf.includes(value))
    found.push(failed(value, path, `satisfy enum value set: [${shape.oneOf.join(', ')}]`));
  if (shape.min !== undefined && value.length < shape.min)
    found.push(failed(value, path, `have length greater than or equal to ${shape.min}`));
  if (shape.max !== undefined && value.length > shape.max)
    found.push(failed(value, path, `have length less than or equal to ${shape.max}`));
  if (shape.pattern !== undefined && !shape.pattern.test(value))
    found.push(failed(value, path, `satisfy regular expression pattern: ${shape.pattern.source}`));
}

function collectList(
  shape: Extract<InputShape, { kind: 'list' }>,
  value: unknown,
  path: string,
  found: string[],
): void {
  if (!Array.isArray(value)) {
    found.push(failed(value, path, 'be a list'));
    return;
  }
  if (shape.min !== undefined && value.length < shape.min)
    found.push(
      failed(`[${value.length} members]`, path, `have length greater than or equal to ${shape.min}`),
    );
  if (shape.max !== undefined && value.length > shape.max)
    found.push(failed(`[${value.length} members]`, path, `have length less than or equal to ${shape.max}`));
  value.forEach((member, at) => {
    collect(shape.of, member, `${path}.${at + 1}.member`, found);
  });
}

function collectStructure(shape: Structure, value: unknown, path: string, found: string[]): void {
  if (typeof value !== 'object' || value === null) {
    found.push(failed(value, path, 'be a structure'));
    return;
  }
  const members = value as Record<string, unknown>;
  const under = (name: string) => {
    const lower = name.charAt(0).toLowerCase() + name.slice(1);
    return path === '' ? lower : `${path}.${lower}`;
  };
  for (const name of shape.required)
    if (members[name] === undefined) found.push(failed(null, under(name), 'not be null'));
  for (const [name, member] of Object.entries(members)) {
    const inner = shape.members[name];
    if (inner !== undefined && member !== undefined) collect(inner, member, under(name), found);
  }
}

function failed(value: unknown, path: string, rule: string): string {
  const said = value === null ? 'Value null' : `Value '${String(value)}'`;
  return `${said} at '${path}' failed to satisfy constraint: Member must ${rule}`;
}
