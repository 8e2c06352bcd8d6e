// How the text of a flag becomes a value; what cannot be read is refused with the words of commander.
import { InvalidArgumentError } from 'commander';
import type { Tags } from '../api/aws.ts';
import { isStrictCheck, STRICT_CHECKS, type StrictCheck } from '../api/validate/strict.ts';
import type { LeaseName } from '../controller/handover/lease.ts';

function whole(text: string, from: number, to: number, otherwise: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < from || value > to)
    throw new InvalidArgumentError(otherwise);
  return value;
}

/** A TCP port. */
export const port = (text: string): number => whole(text, 1, 65_535, 'Not a port from 1 to 65535.');

/** A whole number from 1. */
export const count = (text: string): number =>
  whole(text, 1, Number.POSITIVE_INFINITY, 'Not a whole number from 1.');

/** A whole number; 0 stands for no limit. */
export const limit = (text: string): number =>
  whole(text, 0, Number.POSITIVE_INFINITY, 'Not a whole number from 0.');

/** A whole number from 0 to 100. */
export const percent = (text: string): number => whole(text, 0, 100, 'Not a whole number from 0 to 100.');

/** `--flag`, `--flag=true` or `--flag=false`. */
export function trueOrFalse(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new InvalidArgumentError('Neither true nor false.');
  return text === 'true';
}

/** A time as Go writes it: `10h`, `1h30m`, `45s`. Gives seconds. */
export function seconds(text: string): number {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  const [hours = 0, minutes = 0, rest = 0] = (parts ?? []).slice(1).map((part) => Number(part ?? 0));
  const value = hours * 3600 + minutes * 60 + rest;
  if (parts === null || value === 0) throw new InvalidArgumentError('Not a time such as 10h, 1h30m or 45s.');
  return value;
}

/** The name of a Lease, `namespace/name`, or `none`. */
export function lease(text: string): LeaseName | 'none' {
  if (text === 'none') return text;
  const [namespace, name, ...more] = text.split('/');
  if (namespace === undefined || name === undefined || namespace === '' || name === '' || more.length > 0)
    throw new InvalidArgumentError('Neither NAMESPACE/NAME nor none.');
  return { namespace, name };
}

/** Names separated by commas. */
export function names(text: string): string[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}

/** `Name=true,Name=false`, as the LBC takes its feature gates. */
export function gates(text: string): Record<string, boolean> {
  const said = Object.entries(pairs(text));
  return Object.fromEntries(said.map(([name, value]) => [name, trueOrFalse(value)]));
}

/** Checks that only warn, by name. */
export function strictChecks(text: string): ReadonlySet<StrictCheck> {
  return new Set(
    names(text).map((name) => {
      if (isStrictCheck(name)) return name;
      throw new InvalidArgumentError(`"${name}" is none of ${Object.keys(STRICT_CHECKS).join(', ')}.`);
    }),
  );
}

/** `key=value` pairs separated by commas; the value may hold further equals signs. */
export function pairs(text: string): Tags {
  return Object.fromEntries(
    names(text).map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw new InvalidArgumentError(`"${pair}" is not of the form key=value.`);
      return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
    }),
  );
}
