// Tags of our resources through the Resource Groups Tagging API: TagResources, UntagResources, GetTagKeys, GetTagValues.
import type { ActionName } from '../elb/model.ts';
import { AwsRefusal } from '../elb/refusal.ts';
import type { ElbState } from '../elb/state.ts';
import { taggedResources } from '../elb/tags.ts';

/** aws-limits TA8 and the API reference of TagResources. */
const ARNS_MAX = 20;
const TAGS_MAX = 50;

const CALLS = ['TagResources', 'UntagResources', 'GetTagKeys', 'GetTagValues'] as const;
export type TagCall = (typeof CALLS)[number];

export function isTagCall(action: string): action is TagCall {
  return CALLS.some((call) => call === action);
}

export interface TagInput {
  ResourceARNList?: string[];
  Tags?: Record<string, string>;
  TagKeys?: string[];
  /** Of GetTagValues. */
  Key?: string;
  PaginationToken?: string;
}

export interface TagOutput {
  PaginationToken?: string;
  TagKeys?: string[];
  TagValues?: string[];
  FailedResourcesMap?: Record<string, TaggingFailure>;
}

/** Why a resource was left as it was (API reference: FailureInfo). */
export interface TaggingFailure {
  StatusCode: number;
  ErrorCode: string;
  ErrorMessage: string;
}

const wrong = (message: string): never => {
  throw new AwsRefusal('InvalidParameterException', message);
};

/** Refuses a call that is wrong whatever its resources are. */
function checkTagCall(action: TagCall, input: TagInput): void {
  if (action === 'GetTagKeys') return;
  if (action === 'GetTagValues') {
    if (!input.Key) wrong('Key must be specified');
    return;
  }
  const arns = input.ResourceARNList ?? [];
  if (arns.length < 1 || arns.length > ARNS_MAX)
    wrong(`ResourceARNList must have 1 to ${ARNS_MAX} members, but has ${arns.length}`);
  const what = action === 'TagResources' ? 'Tags' : 'TagKeys';
  const keys = action === 'TagResources' ? Object.keys(input.Tags ?? {}) : (input.TagKeys ?? []);
  if (keys.length < 1 || keys.length > TAGS_MAX)
    wrong(`${what} must have 1 to ${TAGS_MAX} members, but has ${keys.length}`);
  for (const key of keys) if (/^aws:/i.test(key)) wrong(`The tag key '${key}' is reserved for system use`); // aws-limits TA3
}

/** Whether an ARN is one of ours. */
const isOurs = (arn: string): boolean => arn.split(':')[2] === 'elasticloadbalancing';

/** The call of Elastic Load Balancing that does for one resource what was asked for many. */
function changeOf(
  action: TagCall,
  arn: string,
  input: TagInput,
): { action: 'AddTags' | 'RemoveTags'; input: object } {
  const ResourceArns = [arn];
  if (action === 'UntagResources')
    return { action: 'RemoveTags', input: { ResourceArns, TagKeys: input.TagKeys } };
  const Tags = Object.entries(input.Tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  return { action: 'AddTags', input: { ResourceArns, Tags } };
}

/** What the API says of a resource that refused. */
function failureOf(refusal: AwsRefusal): TaggingFailure {
  return {
    StatusCode: refusal.status,
    ErrorCode: 'InvalidParameterException',
    ErrorMessage: `${refusal.code}: ${refusal.message}`,
  };
}

/**
 * Does a call: on our resources through `change`, on all others through `behind`, which answers as the API does.
 * @throws AwsRefusal InvalidParameterException.
 */
export async function serveTags(
  state: ElbState,
  action: TagCall,
  input: TagInput,
  ways: {
    change(action: ActionName, input: object): Promise<object>;
    behind(input: TagInput): Promise<TagOutput>;
  },
): Promise<TagOutput> {
  checkTagCall(action, input);
  if (action === 'GetTagKeys' || action === 'GetTagValues') {
    const name = action === 'GetTagKeys' ? 'TagKeys' : 'TagValues';
    const others: string[] = [];
    let token: string | undefined;
    do {
      const page = await ways.behind({ ...input, ...(token ? { PaginationToken: token } : {}) });
      others.push(...(page[name] ?? []));
      token = page.PaginationToken;
    } while (token);
    return { [name]: wordsOf(state, input.Key, others), PaginationToken: '' };
  }
  const arns = input.ResourceARNList ?? [];
  const others = arns.filter((arn) => !isOurs(arn));
  const failed = {
    ...(others.length === 0
      ? {}
      : (await ways.behind({ ...input, ResourceARNList: others })).FailedResourcesMap),
  };
  for (const arn of arns.filter(isOurs)) {
    const change = changeOf(action, arn, input);
    try {
      await ways.change(change.action, change.input);
    } catch (error) {
      // One refused resource does not stop the others; the answer says why.
      if (!(error instanceof AwsRefusal)) throw error;
      failed[arn] = failureOf(error);
    }
  }
  return { FailedResourcesMap: failed };
}

/** Keys, or values of one key, of our resources and of others, sorted and each once. */
function wordsOf(state: ElbState, key: string | undefined, others: readonly string[]): string[] {
  const words = new Set(others);
  for (const [, { tags }] of taggedResources(state))
    for (const [name, value] of Object.entries(tags))
      if (key === undefined) words.add(name);
      else if (name === key) words.add(value);
  return [...words].sort();
}
