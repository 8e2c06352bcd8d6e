// Tag search over load balancers, target groups, listeners, rules and trust stores (Resource Groups Tagging API: GetResources).
import { AwsRefusal } from '../elb/refusal.ts';
import type { ElbState } from '../elb/state.ts';
import { taggedResources, tagList } from '../elb/tags.ts';

export interface GetResourcesInput {
  PaginationToken?: string;
  TagFilters?: { Key?: string; Values?: string[] }[];
  ResourcesPerPage?: number;
  ResourceTypeFilters?: string[];
  ResourceARNList?: string[];
}

export interface TagMapping {
  ResourceARN: string;
  Tags: { Key?: string | undefined; Value?: string | undefined }[];
}

const PAGE_MAX = 100;
const ARNS_MAX = 100;
const FILTERS_MAX = 50;
const VALUES_MAX = 20;

const wrong = (message: string): never => {
  throw new AwsRefusal('InvalidParameterException', message);
};

/** aws-limits TA8. */
export function checkGetResources(input: GetResourcesInput): void {
  const filters = input.TagFilters ?? [];
  const arns = input.ResourceARNList ?? [];
  if (arns.length > 0 && (filters.length > 0 || (input.ResourceTypeFilters ?? []).length > 0))
    wrong('You can specify only one of ResourceARNList and filters');
  if (arns.length > ARNS_MAX) wrong(`ResourceARNList can have at most ${ARNS_MAX} members`);
  if (filters.length > FILTERS_MAX) wrong(`TagFilters can have at most ${FILTERS_MAX} members`);
  for (const { Key: key, Values: values = [] } of filters) {
    if (key === undefined || key === '') wrong('A tag filter needs a key');
    if (values.length > VALUES_MAX) wrong(`A tag filter can have at most ${VALUES_MAX} values`);
  }
  const size = input.ResourcesPerPage ?? PAGE_MAX;
  if (!Number.isInteger(size) || size < 1 || size > PAGE_MAX)
    wrong(`ResourcesPerPage must be between 1 and ${PAGE_MAX}`);
}

/** Whether a call concerns our resources; types like `elasticloadbalancing`, `…:listener-rule`, `…:loadbalancer/app`. */
export function concernsUs(input: GetResourcesInput): boolean {
  const types = input.ResourceTypeFilters ?? [];
  return types.length === 0 || types.some((type) => type.startsWith('elasticloadbalancing'));
}

/** The same call without our types, for whoever serves the rest; undefined when nothing is left to ask. */
export function withoutOurs(input: GetResourcesInput): GetResourcesInput | undefined {
  const { PaginationToken: _token, ResourcesPerPage: _size, ...rest } = input;
  const types = input.ResourceTypeFilters ?? [];
  if (types.length === 0) return rest;
  const others = types.filter((type) => !type.startsWith('elasticloadbalancing'));
  return others.length === 0 ? undefined : { ...rest, ResourceTypeFilters: others };
}

/** Our tagged resources that a call asks for, oldest first. */
export function ourMappings(state: ElbState, input: GetResourcesInput): TagMapping[] {
  const types = (input.ResourceTypeFilters ?? []).filter((type) => type.startsWith('elasticloadbalancing'));
  const arns = input.ResourceARNList ?? [];
  const all: TagMapping[] = [];
  for (const [arn, { tags }] of taggedResources(state)) {
    if (Object.keys(tags).length === 0) continue;
    if (arns.length > 0 && !arns.includes(arn)) continue;
    if (types.length > 0 && !types.some((type) => isOfType(arn, type))) continue;
    if (!matchesTags(tags, input.TagFilters ?? [])) continue;
    all.push({ ResourceARN: arn, Tags: tagList(tags) });
  }
  return all;
}

function isOfType(arn: string, type: string): boolean {
  const [, resource] = type.split(':');
  return resource === undefined || arn.split(':').slice(5).join(':').startsWith(`${resource}/`);
}

/** Every filter must hold; one without values asks for the key alone. */
function matchesTags(
  tags: Record<string, string>,
  filters: readonly { Key?: string; Values?: string[] }[],
): boolean {
  return filters.every(({ Key: key = '', Values: values = [] }) => {
    const value = tags[key];
    return value !== undefined && (values.length === 0 || values.includes(value));
  });
}

/** One page; the token is the last ARN given, so that pages stay right when resources come and go. */
export function pageOfMappings(
  all: readonly TagMapping[],
  input: GetResourcesInput,
): { PaginationToken: string; ResourceTagMappingList: TagMapping[] } {
  const size = input.ResourcesPerPage ?? PAGE_MAX;
  const sorted = [...all].sort((a, b) => (a.ResourceARN < b.ResourceARN ? -1 : 1));
  const after = input.PaginationToken
    ? Buffer.from(input.PaginationToken, 'base64url').toString()
    : undefined;
  if (after !== undefined && !after.startsWith('arn:'))
    throw new AwsRefusal('PaginationTokenExpiredException', 'The pagination token is not valid');
  const rest = after === undefined ? sorted : sorted.filter((one) => one.ResourceARN > after);
  const cut = rest.slice(0, size);
  const last = cut.at(-1);
  const more = last !== undefined && rest.length > size;
  return {
    PaginationToken: more ? Buffer.from(last.ResourceARN).toString('base64url') : '',
    ResourceTagMappingList: cut,
  };
}
