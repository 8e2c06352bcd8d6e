// How the text of a flag becomes a value; what cannot be read is refused with the words of commander.
import { InvalidArgumentError } from 'commander';
import type { Tags } from '../../api/aws.ts';
import { isStrictCheck, STRICT_CHECKS, type StrictCheck } from '../../api/validate/strict.ts';
import { type ServiceLimits, throttleIn } from '../../controller/aws/throttle.ts';
import type { LeaseName } from '../../controller/handover/lease.ts';

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

/** `--flag`, `--flag=true` or `--flag=false`, and the other spellings that Go takes (strconv.ParseBool). */
export function trueOrFalse(text: string): boolean {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw new InvalidArgumentError('Neither true nor false.');
}

const SECONDS_OF: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
};

/** A time as Go writes it (time.ParseDuration): `10h`, `1h30m`, `1.5h`, `500ms`. Gives seconds. */
export function seconds(text: string): number {
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|ns)/g)];
  const value = parts.reduce(
    (sum, [, number, unit = '']) => sum + Number(number) * (SECONDS_OF[unit] ?? 0),
    0,
  );
  if (parts.map(([part]) => part).join('') !== text || value === 0)
    throw new InvalidArgumentError('Not a time such as 10h, 1h30m or 45s.');
  return value;
}

/** What is not empty. */
export function named(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty: name one, or leave the flag out.');
  return text;
}

/** Where a port is opened: on one address, or on all of them. */
export interface BindAddress {
  readonly host?: string;
  readonly port: number;
}

/** `:8080`, `127.0.0.1:8080` or `[::1]:8080`; `0` for none (controller-runtime, Options of the metrics server). */
export function bindAddress(text: string): BindAddress | 'none' {
  if (text === '0') return 'none';
  const [, host = '', number] = /^(.*):(\d+)$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('Neither ADDRESS:PORT, :PORT nor 0 for none.');
  const address = host.replace(/^\[(.*)\]$/, '$1');
  return address === '' ? { port: port(number) } : { host: address, port: port(number) };
}

/** `serviceID:regex=rate:burst,…`, as the LBC takes it. */
export function throttles(text: string): ServiceLimits {
  const read = throttleIn(text);
  if ('mistake' in read) throw new InvalidArgumentError(read.mistake);
  return read.limits;
}

/** `serviceID=URL,…`, as the LBC takes it. */
export function endpoints(text: string): Readonly<Record<string, string>> {
  const said = pairs(text);
  for (const [service, url] of Object.entries(said))
    if (!(URL.canParse(url) && /^https?:/.test(url)))
      throw new InvalidArgumentError(`"${url}" of ${service} is not a URL such as https://ec2.example.com.`);
  return said;
}

/** One label, `key=value`. */
export function label(text: string): { readonly key: string; readonly value: string } | undefined {
  const [said, ...more] = Object.entries(pairs(text));
  if (more.length > 0) throw new InvalidArgumentError('More than one label: one key=value is taken.');
  return said === undefined ? undefined : { key: said[0], value: said[1] };
}

/** The name of a Lease, `namespace/name`, or `none`. */
export function lease(text: string): LeaseName | 'none' {
  if (text === 'none') return text;
  const [namespace, name, ...more] = text.split('/');
  if (namespace === undefined || name === undefined || namespace === '' || name === '' || more.length > 0)
    throw new InvalidArgumentError('Neither NAMESPACE/NAME nor none.');
  return { namespace, name };
}

/** The name of a Secret; without a namespace it is in that of the process. */
export interface SecretName {
  readonly namespace?: string;
  readonly name: string;
}

/** `name` or `namespace/name`. */
export function secretName(text: string): SecretName {
  const [, namespace, name] = /^(?:([a-z0-9-]+)\/)?([a-z0-9][a-z0-9.-]*)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('Neither NAME nor NAMESPACE/NAME.');
  return { name, ...(namespace === undefined ? {} : { namespace }) };
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
