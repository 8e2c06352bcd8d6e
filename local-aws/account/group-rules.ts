// What EC2 refuses or rewrites in security groups and their rules, and moto does not (moto-coverage 7, aws-limits 6).
import { cidrOf } from '../../api/validate/cidr.ts';
import { refuse } from '../elb/refusal.ts';

/** EC2 CreateSecurityGroup, IpRange: the characters of names and descriptions, at most 255 of them. */
const TEXT = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$/;
const PORT_MAX = 65_535;

const wrong = (message: string): never => refuse('InvalidParameterValue', message);

/** @throws AwsRefusal InvalidParameterValue or InvalidGroup.Reserved for a name or description that EC2 does not take. */
export function checkNewGroup(form: URLSearchParams): void {
  const name = form.get('GroupName') ?? '';
  const description = form.get('GroupDescription') ?? '';
  if (name === '' || !TEXT.test(name))
    wrong(
      `Value (${name}) for parameter GroupName is invalid. It must be 1 to 255 characters of a-zA-Z0-9 ._-:/()#,@[]+=&;{}!$*`,
    );
  if (name.startsWith('sg-'))
    wrong(`Value (${name}) for parameter GroupName is invalid. Group names may not be in the format sg-*`);
  if (name === 'default') refuse('InvalidGroup.Reserved', 'Cannot use reserved security group name: default');
  if (description === '')
    refuse('MissingParameter', 'The request must contain the parameter GroupDescription');
  if (!TEXT.test(description))
    wrong(
      `Value (${description}) for parameter GroupDescription is invalid. Invalid security group description`,
    );
}

/** The address with the bits behind the prefix cleared, as EC2 keeps it; undefined when the text is no CIDR. */
export function canonicalCidr(text: string): string | undefined {
  const cidr = cidrOf(text);
  if (cidr === undefined) return undefined;
  const [address = '', length = ''] = text.split('/');
  const [parts, width] = cidr.family === 4 ? [address.split('.').map(Number), 8] : [groupsOf(address), 16];
  const prefix = Number(length);
  const masked = parts.map((part, at) => {
    const host = Math.min(Math.max((at + 1) * width - prefix, 0), width);
    return part - (part % 2 ** host);
  });
  return cidr.family === 4 ? `${masked.join('.')}/${prefix}` : `${compressed(masked)}/${prefix}`;
}

/** An IPv6 address in its shortest form; the URL standard writes addresses as RFC 5952 says. */
const shortest = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1);
const compressed = (groups: readonly number[]) =>
  shortest(groups.map((group) => group.toString(16)).join(':'));

function groupsOf(address: string): number[] {
  const [front = '', back] = shortest(address).split('::');
  const read = (half: string) =>
    half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [read(front), read(back ?? '')];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** The same call with every network as EC2 keeps it; texts that are no networks are left for EC2 to refuse. */
export function withCanonicalNetworks(form: URLSearchParams): URLSearchParams {
  const entries = [...form].map(([name, value]): [string, string] =>
    /(^|\.)Cidr(Ip|Ipv4|Ipv6)$/.test(name) ? [name, canonicalCidr(value) ?? value] : [name, value],
  );
  return new URLSearchParams(entries);
}

/**
 * Checks rules that are to be added; `form` has canonical networks.
 * @throws AwsRefusal InvalidParameterValue for ports, descriptions, or a rule that is there twice.
 */
export function checkNewRules(form: URLSearchParams): void {
  const seen = new Set<string>();
  for (const prefix of permissionPrefixes(form)) {
    const protocol = form.get(`${prefix}IpProtocol`) ?? '-1';
    const ports = [form.get(`${prefix}FromPort`), form.get(`${prefix}ToPort`)];
    if (/^(tcp|udp|6|17)$/i.test(protocol)) checkPorts(ports);
    for (const source of sourcesOf(form, prefix)) {
      const rule = [protocol, ...ports, source].join(' ');
      if (seen.has(rule)) wrong('The same permission must not appear multiple times');
      seen.add(rule);
    }
  }
  for (const [name, value] of form)
    if (name.startsWith('IpPermissions.') && name.endsWith('.Description') && !TEXT.test(value))
      wrong(`Invalid rule description: ${value}`);
}

function permissionPrefixes(form: URLSearchParams): string[] {
  const numbered = [...form.keys()].flatMap((key) => /^IpPermissions\.\d+\./.exec(key)?.[0] ?? []);
  return [...new Set(numbered), ...(form.has('IpProtocol') ? [''] : [])];
}

function sourcesOf(form: URLSearchParams, prefix: string): string[] {
  const single = form.get(`${prefix}CidrIp`);
  if (prefix === '') return single === null ? [] : [single];
  const member =
    /^(IpRanges\.\d+\.CidrIp|Ipv6Ranges\.\d+\.CidrIpv6|Groups\.\d+\.Group(Id|Name)|PrefixListIds\.\d+\.PrefixListId)$/;
  return [...form].flatMap(([name, value]) =>
    name.startsWith(prefix) && member.test(name.slice(prefix.length)) ? [value] : [],
  );
}

function checkPorts(ports: readonly (string | null)[]): void {
  const [from = '', to = ''] = ports.map((port) => port ?? '');
  if (from === '' || to === '') wrong('Must specify both from and to ports with TCP/UDP.');
  for (const port of [from, to])
    if (!/^\d+$/.test(port) || Number(port) > PORT_MAX) wrong(`TCP/UDP port (${port}) out of range`);
  if (Number(from) > Number(to)) wrong(`Invalid TCP/UDP port range (${from}:${to})`);
}
