// Members of a JSON input, read with the refusal of the service that got it.
import { createHash } from 'node:crypto';
import { refuse } from '../elb/refusal.ts';
import type { ProtectionState } from './state.ts';

export type ProtectionInput = Readonly<Record<string, unknown>>;

/**
 * A text that may be absent.
 * @throws AwsRefusal `code` when it is something else.
 */
export function maybeText(input: ProtectionInput, name: string, code: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : refuse(code, `${name} must be a string`);
}

/**
 * A text that must be there.
 * @throws AwsRefusal `code` when it is absent, empty or something else.
 */
export function textOf(input: ProtectionInput, name: string, code: string): string {
  return maybeText(input, name, code) || refuse(code, `${name} is required`);
}

/** A whole number within bounds, or `unset` when there is none. */
export function numberOf(
  input: ProtectionInput,
  name: string,
  bounds: { min: number; max: number; unset: number },
  code: string,
): number {
  const value = input[name] ?? bounds.unset;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < bounds.min || value > bounds.max)
    return refuse(code, `${name} must be a number from ${bounds.min} to ${bounds.max}`);
  return value;
}

/** A structure; empty when absent or something else. */
export function structureOf(value: unknown): ProtectionInput {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The texts of a list; empty when absent. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** The UUID that belongs to a text: the same for the same text, so that a repeated history gives the same ids. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

/** A new id. */
export function newId(state: ProtectionState, kind: string): string {
  state.serial += 1;
  return uuidOf(`${kind} ${state.serial}`);
}
