// EC2's own dialect of the Query protocol: lists and filters in a form, pages, and results to XML (Smithy: "AWS EC2 query protocol").
import { AwsRefusal, refuse } from '../elb/refusal.ts';
import { escapeXml } from './query.ts';

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** Members whose XML name is not their own with a small letter. */
const XML_NAMES: Record<string, string> = {
  NetworkInterfaces: 'networkInterfaceSet',
  Groups: 'groupSet',
  Ipv6Addresses: 'ipv6AddressesSet',
  PrivateIpAddresses: 'privateIpAddressesSet',
  Ipv4Prefixes: 'ipv4PrefixSet',
  Ipv6Prefixes: 'ipv6PrefixSet',
  AssociatedSubnets: 'associatedSubnetSet',
  Tags: 'tagSet',
  IpamPools: 'ipamPoolSet',
  AllocationResourceTags: 'allocationResourceTagSet',
  CoipPools: 'coipPoolSet',
  PoolCidrs: 'poolCidrSet',
  SecurityGroupForVpcs: 'securityGroupForVpcSet',
};

const xmlName = (name: string) => XML_NAMES[name] ?? name.charAt(0).toLowerCase() + name.slice(1);

/** The XML document that answers `action`; `output` has the shape of the AWS SDK. */
export function ec2Xml(action: string, output: object, requestId: string): string {
  return (
    `<${action}Response xmlns="${NAMESPACE}"><requestId>${requestId}</requestId>` +
    `${members(output)}</${action}Response>`
  );
}

function members(value: object): string {
  let out = '';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || member === null) continue;
    out += `<${xmlName(name)}>${content(member)}</${xmlName(name)}>`;
  }
  return out;
}

function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((member) => `<item>${content(member)}</item>`).join('');
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) return members(value);
  return escapeXml(String(value));
}

/** The values of `name.1`, `name.2`, … in their order. */
export function ec2List(form: URLSearchParams, name: string): string[] {
  return [...form]
    .filter(([key]) => key.startsWith(`${name}.`) && /^\d+$/.test(key.slice(name.length + 1)))
    .sort(([a], [b]) => Number(a.slice(name.length + 1)) - Number(b.slice(name.length + 1)))
    .map(([, value]) => value);
}

export interface Ec2Filter {
  name: string;
  values: string[];
}

/** `Filter.1.Name`, `Filter.1.Value.1`, … */
export function ec2Filters(form: URLSearchParams): Ec2Filter[] {
  return [...form.keys()]
    .filter((key) => /^Filter\.\d+\.Name$/.test(key))
    .map((key) => ({
      name: form.get(key) ?? '',
      values: ec2List(form, key.replace(/Name$/, 'Value')),
    }));
}

/** Whether a value meets a filter's text: `*` is any text, `?` any character, `\` takes their meaning from them. */
export function meets(text: string, value: string): boolean {
  const pattern = text.replace(/\\([\s\S])|[*?]|[^\w\s]/g, (part, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped.replace(/\W/, '\\$&');
    if (part === '*') return '[\\s\\S]*';
    return part === '?' ? '[\\s\\S]' : `\\${part}`;
  });
  return new RegExp(`^${pattern}$`).test(value);
}

/** Filters that are known, and for each the values that an item has. */
export type FilterTable<T> = Readonly<Record<string, (item: T) => readonly (string | undefined)[]>>;

/**
 * What all filters leave; one filter is met by any of its values. `tag:KEY` is known when `tag-key` is.
 * @throws AwsRefusal InvalidParameterValue for a filter that is not in the table.
 */
export function filtered<T extends object>(
  items: readonly T[],
  filters: readonly Ec2Filter[],
  table: FilterTable<T>,
  tagsOf: (item: T) => readonly { Key?: string | undefined; Value?: string | undefined }[] = () => [],
): T[] {
  const valuesOf = ({ name }: Ec2Filter): ((item: T) => readonly (string | undefined)[]) => {
    if (name === 'tag-key') return (item) => tagsOf(item).map((tag) => tag.Key);
    const key = name.startsWith('tag:') ? name.slice('tag:'.length) : undefined;
    if (key !== undefined)
      return (item) => tagsOf(item).flatMap((tag) => (tag.Key === key ? [tag.Value ?? ''] : []));
    const known = Object.hasOwn(table, name) ? table[name] : undefined;
    return known ?? refuse('InvalidParameterValue', `The filter '${name}' is invalid`);
  };
  const tests = filters.map((filter) => ({ wanted: filter.values, valuesOf: valuesOf(filter) }));
  return items.filter((item) =>
    tests.every(({ wanted, valuesOf: values }) =>
      values(item).some((value) => value !== undefined && wanted.some((text) => meets(text, value))),
    ),
  );
}

/**
 * One page, in the order of the ids; the token is the last id given, so that pages stay right when items come and go.
 * @throws AwsRefusal InvalidParameterValue for a MaxResults outside 5 to 1000 or a foreign token.
 */
export function ec2Page<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  form: URLSearchParams,
): { items: T[]; NextToken?: string } {
  const asked = form.get('MaxResults');
  const size = asked === null ? Number.POSITIVE_INFINITY : Number(asked);
  if (asked !== null && !(Number.isInteger(size) && size >= 5 && size <= 1000))
    refuse(
      'InvalidParameterValue',
      `Value ( ${asked} ) for parameter maxResults is invalid. Expecting 5 to 1000`,
    );
  const token = form.get('NextToken');
  const after = token === null ? '' : Buffer.from(token, 'base64url').toString();
  if (token !== null && !after.startsWith('after ')) refuse('InvalidNextToken', 'The token is not valid');
  const rest = items
    .map((item) => ({ item, id: idOf(item) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .filter(({ id }) => `after ${id}` > after);
  const cut = rest.slice(0, size);
  const last = cut.at(-1);
  const page = { items: cut.map(({ item }) => item) };
  if (last === undefined || rest.length <= size) return page;
  return { ...page, NextToken: Buffer.from(`after ${last.id}`).toString('base64url') };
}

/** @throws AwsRefusal DryRunOperation when the caller only asks whether it may. */
export function checkDryRun(form: URLSearchParams): void {
  if (form.get('DryRun') === 'true')
    throw new AwsRefusal('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
}
