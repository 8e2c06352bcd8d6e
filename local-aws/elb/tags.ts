// Tags of load balancers, target groups, listeners, rules and trust stores: AddTags, RemoveTags, DescribeTags.
import type {
  AddTagsInput,
  DescribeTagsInput,
  DescribeTagsOutput,
  RemoveTagsInput,
  Tag,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { invalid, refuse } from './refusal.ts';
import type { ElbState } from './state.ts';

/** aws-limits TA4. */
const TAGS_MAX = 50;
/** aws-limits TA8: of DescribeTags; no limit is known of the others. */
const ARNS_MAX = 20;

/**
 * The tags of a create call. Refuses reserved keys (aws-limits TA3), repeated keys (TA5) and more than 50 (TA4).
 */
export function newTags(tags: readonly Tag[] | undefined): Record<string, string> {
  return merged({}, tags ?? []);
}

function merged(into: Record<string, string>, tags: readonly Tag[]): Record<string, string> {
  const seen = new Set<string>();
  const out = { ...into };
  for (const { Key: key = '', Value: value = '' } of tags) {
    if (/^aws:/i.test(key))
      invalid(`Tag key '${key}' is not valid: keys that start with 'aws:' are reserved for system use`);
    if (seen.has(key)) refuse('DuplicateTagKeys', `The tag key '${key}' was specified more than once`);
    seen.add(key);
    out[key] = value;
  }
  if (Object.keys(out).length > TAGS_MAX)
    refuse('TooManyTags', `The maximum number of tags for a resource is ${TAGS_MAX}`);
  return out;
}

/** Everything that can have tags, by ARN. */
export function* taggedResources(
  state: ElbState,
): Generator<[arn: string, { tags: Record<string, string> }]> {
  yield* state.loadBalancers;
  yield* state.targetGroups;
  yield* state.listeners;
  yield* state.rules;
  yield* state.trustStores;
}

/** The tags of a resource by ARN; refuses what does not exist (moto-coverage 1, trap 12). */
function taggedBy(state: ElbState, arn: string): { tags: Record<string, string> } {
  const found =
    state.loadBalancers.get(arn) ??
    state.targetGroups.get(arn) ??
    state.listeners.get(arn) ??
    state.rules.get(arn) ??
    state.trustStores.get(arn);
  if (found !== undefined) return found;
  if (arn.includes(':loadbalancer/')) refuse('LoadBalancerNotFound', `Load balancers '${arn}' not found`);
  if (arn.includes(':targetgroup/')) refuse('TargetGroupNotFound', `Target groups '${arn}' not found`);
  if (arn.includes(':listener/')) refuse('ListenerNotFound', `Listeners '${arn}' not found`);
  if (arn.includes(':listener-rule/')) refuse('RuleNotFound', `Rules '${arn}' not found`);
  if (arn.includes(':truststore/')) refuse('TrustStoreNotFound', `Trust stores '${arn}' not found`);
  return invalid(`'${arn}' is not a valid resource ARN`);
}

function checkArns(arns: readonly string[]): void {
  if (arns.length === 0) invalid('At least one resource ARN must be specified');
}

export function addTags(state: ElbState, input: AddTagsInput): Record<never, never> {
  const arns = input.ResourceArns ?? [];
  checkArns(arns);
  // All or nothing: every resource is judged before one is changed.
  const changes = arns.map((arn) => {
    const resource = taggedBy(state, arn);
    return { resource, tags: merged(resource.tags, input.Tags ?? []) };
  });
  for (const { resource, tags } of changes) resource.tags = tags;
  return {};
}

export function removeTags(state: ElbState, input: RemoveTagsInput): Record<never, never> {
  const arns = input.ResourceArns ?? [];
  checkArns(arns);
  for (const resource of arns.map((arn) => taggedBy(state, arn)))
    for (const key of input.TagKeys ?? []) delete resource.tags[key];
  return {};
}

export function describeTags(state: ElbState, input: DescribeTagsInput): DescribeTagsOutput {
  const arns = input.ResourceArns ?? [];
  checkArns(arns);
  if (arns.length > ARNS_MAX) invalid(`Up to ${ARNS_MAX} resource ARNs can be specified`);
  return {
    TagDescriptions: arns.map((arn) => ({ ResourceArn: arn, Tags: tagList(taggedBy(state, arn).tags) })),
  };
}

export function tagList(tags: Record<string, string>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
