// CIDR texts as Go's net.ParseCIDR reads them (spec annotations 7.1): prefix length mandatory, no leading zeros in octets.

export interface Cidr {
  readonly family: 4 | 6;
  /** Bits behind the prefix are set; EC2 clears them (aws-limits 6). */
  readonly hostBits: boolean;
}

function octetsOf(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const octets = parts.map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

/** The groups of a part of an IPv6 address, as 16-bit numbers; a dotted IPv4 address at the very end counts as two. */
function groupsOf(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const octets = isLast && index === parts.length - 1 && part.includes('.') ? octetsOf(part) : undefined;
    const [a, b, c, d] = octets ?? [];
    if (a !== undefined && b !== undefined && c !== undefined && d !== undefined) {
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function ipv6Of(text: string): number[] | undefined {
  const halves = text.split('::');
  const front = groupsOf(halves[0] ?? '', halves.length === 1);
  const back = groupsOf(halves[1] ?? '', true);
  if (halves.length > 2 || front === undefined || back === undefined) return undefined;
  const missing = 8 - front.length - back.length;
  if (halves.length === 1) return front.length === 8 ? front : undefined;
  return missing < 1 ? undefined : [...front, ...Array<number>(missing).fill(0), ...back];
}

interface ParsedCidr {
  readonly family: 4 | 6;
  readonly prefix: number;
  /** All bits of the address. */
  readonly bits: string;
}

function parsed(text: string): ParsedCidr | undefined {
  const [address = '', length = '', ...more] = text.split('/');
  if (more.length > 0 || !/^[0-9]{1,3}$/.test(length)) return undefined;
  const family = address.includes(':') ? 6 : 4;
  const [parts, width] = family === 6 ? [ipv6Of(address), 16] : [octetsOf(address), 8];
  const prefix = Number(length);
  if (parts === undefined || prefix > parts.length * width) return undefined;
  return { family, prefix, bits: parts.map((part) => part.toString(2).padStart(width, '0')).join('') };
}

/** The network, or undefined when the text is no CIDR. */
export function cidrOf(text: string): Cidr | undefined {
  const of = parsed(text);
  return of === undefined
    ? undefined
    : { family: of.family, hostBits: of.bits.slice(of.prefix).includes('1') };
}

/** A text that is the same for every way to write one network: EC2 keeps its own (aws-limits 6). */
export function networkOf(text: string): string {
  const of = parsed(text);
  if (of === undefined) return text;
  const { family, prefix, bits } = of;
  const [width, base, separator] = family === 4 ? [8, 10, '.'] : [16, 16, ':'];
  const kept = bits.slice(0, prefix).padEnd(bits.length, '0');
  const parts = Array.from({ length: bits.length / width }, (_, at) =>
    Number.parseInt(kept.slice(at * width, (at + 1) * width), 2).toString(base),
  );
  return `${parts.join(separator)}/${prefix}`;
}

/** Whether every address of `inner` is one of `outer`; false where one of them is no CIDR. */
export function containsNetwork(outer: string, inner: string): boolean {
  const [a, b] = [parsed(outer), parsed(inner)];
  if (a === undefined || b === undefined || a.family !== b.family || a.prefix > b.prefix) return false;
  return a.bits.slice(0, a.prefix) === b.bits.slice(0, a.prefix);
}

/** The networks that everybody is in. */
export const EVERYBODY = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const;
