// Shield Advanced: the subscription and the protections (AWS Shield Advanced API Reference).
import { refuse } from '../elb/refusal.ts';
import { partitionOf } from '../elb/state.ts';
import { maybeText, newId, numberOf, type ProtectionInput, structureOf, textOf, textsOf } from './input.ts';
import type { Protection, ProtectionFacts, ProtectionState } from './state.ts';

const WRONG = 'InvalidParameterException';
/** A subscription is a commitment for one year (DeleteSubscription: LockedSubscriptionException). */
const YEAR_SECONDS = 365 * 24 * 60 * 60;
const YEAR_MS = YEAR_SECONDS * 1000;
/** ListProtections: MaxResults. */
const PAGE = { min: 0, max: 10_000, unset: 20 };

/** Resources that Shield Advanced can protect (CreateProtection: ResourceArn). */
const RESOURCES: readonly [type: string, arn: RegExp][] = [
  [
    'APPLICATION_LOAD_BALANCER',
    /^arn:[^:]+:elasticloadbalancing:[^:]+:\d{12}:loadbalancer\/app\/[^/]+\/[^/]+$/,
  ],
  ['CLASSIC_LOAD_BALANCER', /^arn:[^:]+:elasticloadbalancing:[^:]+:\d{12}:loadbalancer\/[^/]+$/],
  ['CLOUDFRONT_DISTRIBUTION', /^arn:[^:]+:cloudfront::\d{12}:distribution\/.+$/],
  ['GLOBAL_ACCELERATOR', /^arn:[^:]+:globalaccelerator::\d{12}:accelerator\/.+$/],
  ['ROUTE_53_HOSTED_ZONE', /^arn:[^:]+:route53:::hostedzone\/.+$/],
  ['ELASTIC_IP_ALLOCATION', /^arn:[^:]+:ec2:[^:]+:\d{12}:eip-allocation\/.+$/],
];

const typeOf = (arn: string) => RESOURCES.find(([, pattern]) => pattern.test(arn))?.[0];

const missing = (what: string): never =>
  refuse('ResourceNotFoundException', `The referenced ${what} does not exist.`);

export function getSubscriptionState(state: ProtectionState): object {
  return { SubscriptionState: state.subscribedAt === undefined ? 'INACTIVE' : 'ACTIVE' };
}

/** @throws AwsRefusal ResourceAlreadyExistsException when there is one. */
export function createSubscription(
  state: ProtectionState,
  _input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  if (state.subscribedAt !== undefined)
    refuse('ResourceAlreadyExistsException', 'The account is subscribed to Shield Advanced already.');
  state.subscribedAt = facts.now;
  return {};
}

/** @throws AwsRefusal ResourceNotFoundException when there is none. */
export function describeSubscription(
  state: ProtectionState,
  _input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  const from = subscribed(state);
  return {
    Subscription: {
      // JSON 1.1 writes times as seconds.
      StartTime: from / 1000,
      EndTime: from / 1000 + YEAR_SECONDS,
      TimeCommitmentInSeconds: YEAR_SECONDS,
      AutoRenew: 'ENABLED',
      SubscriptionArn: `arn:${partitionOf(facts.region)}:shield::${facts.account}:subscription`,
    },
  };
}

/** @throws AwsRefusal LockedSubscriptionException within the year of its commitment. */
export function deleteSubscription(
  state: ProtectionState,
  _input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  if (facts.now < subscribed(state) + YEAR_MS)
    refuse('LockedSubscriptionException', 'The subscription has a commitment for one year.');
  delete state.subscribedAt;
  return {};
}

function subscribed(state: ProtectionState): number {
  if (state.subscribedAt === undefined)
    return refuse('ResourceNotFoundException', 'The subscription does not exist.');
  return state.subscribedAt;
}

/**
 * Protects a resource. The name keeps to aws-limits 6.
 * @throws AwsRefusal ResourceNotFoundException without a subscription and for an unknown load balancer,
 * InvalidResourceException for what cannot be protected, ResourceAlreadyExistsException for what is protected.
 */
export function createProtection(
  state: ProtectionState,
  input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  const name = textOf(input, 'Name', WRONG);
  if (!/^[ a-zA-Z0-9_.-]{1,128}$/.test(name)) refuse(WRONG, `'${name}' is not a valid name of a protection`);
  const resourceArn = textOf(input, 'ResourceArn', WRONG);
  subscribed(state);
  if (typeOf(resourceArn) === undefined)
    refuse('InvalidResourceException', `'${resourceArn}' cannot be protected.`);
  if (!facts.resourceExists) missing('resource');
  if (state.protections[resourceArn] !== undefined)
    refuse('ResourceAlreadyExistsException', `The referenced protection already exists: ${resourceArn}`);
  const tags = tagsOf(input.Tags);
  const id = newId(state, 'protection');
  state.protections[resourceArn] = { id, name, resourceArn, tags };
  return { ProtectionId: id };
}

function tagsOf(value: unknown): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const one of Array.isArray(value) ? value : []) {
    const tag = structureOf(one);
    tags[textOf(tag, 'Key', WRONG)] = maybeText(tag, 'Value', WRONG) ?? '';
  }
  return tags;
}

const view = ({ id, name, resourceArn }: Protection, facts: ProtectionFacts) => ({
  Id: id,
  Name: name,
  ResourceArn: resourceArn,
  HealthCheckIds: [],
  ProtectionArn: `arn:${partitionOf(facts.region)}:shield::${facts.account}:protection/${id}`,
});

/** By `ProtectionId` or `ResourceArn`, one of the two. Needs a subscription, as every call on protections. */
export function describeProtection(
  state: ProtectionState,
  input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  subscribed(state);
  const id = maybeText(input, 'ProtectionId', WRONG);
  const arn = maybeText(input, 'ResourceArn', WRONG);
  if ((id === undefined) === (arn === undefined))
    refuse(WRONG, 'Give either ProtectionId or ResourceArn, not both.');
  const found = Object.values(state.protections).find((one) => one.id === id || one.resourceArn === arn);
  return found === undefined ? missing('protection') : { Protection: view(found, facts) };
}

/** Every protection that the filters leave, oldest first; the token is the last id that was given. */
export function listProtections(
  state: ProtectionState,
  input: ProtectionInput,
  facts: ProtectionFacts,
): object {
  subscribed(state);
  const filters = structureOf(input.InclusionFilters);
  const asked = (name: string, value: string | undefined) => {
    const values = textsOf(filters[name]);
    return values.length === 0 || (value !== undefined && values.includes(value));
  };
  const all = Object.values(state.protections).filter(
    (one) =>
      asked('ResourceArns', one.resourceArn) &&
      asked('ProtectionNames', one.name) &&
      asked('ResourceTypes', typeOf(one.resourceArn)),
  );
  const token = maybeText(input, 'NextToken', WRONG);
  const start = token === undefined ? 0 : all.findIndex((one) => one.id === token) + 1;
  if (token !== undefined && start === 0)
    refuse('InvalidPaginationTokenException', 'The token is not valid.');
  const size = numberOf(input, 'MaxResults', PAGE, WRONG) || PAGE.unset;
  const cut = all.slice(start, start + size);
  const more = start + size < all.length ? { NextToken: cut.at(-1)?.id } : {};
  return { Protections: cut.map((one) => view(one, facts)), ...more };
}

/** @throws AwsRefusal ResourceNotFoundException when there is no such protection. */
export function deleteProtection(state: ProtectionState, input: ProtectionInput): object {
  subscribed(state);
  const id = textOf(input, 'ProtectionId', WRONG);
  const found = Object.values(state.protections).find((one) => one.id === id);
  if (found === undefined) return missing('protection');
  delete state.protections[found.resourceArn];
  return {};
}

const byArn = (state: ProtectionState, input: ProtectionInput): Protection => {
  const arn = textOf(input, 'ResourceARN', WRONG);
  const id = arn.slice(arn.lastIndexOf('/') + 1);
  return Object.values(state.protections).find((one) => one.id === id) ?? missing('protection');
};

export function listTagsForResource(state: ProtectionState, input: ProtectionInput): object {
  return { Tags: Object.entries(byArn(state, input).tags).map(([Key, Value]) => ({ Key, Value })) };
}

export function tagResource(state: ProtectionState, input: ProtectionInput): object {
  Object.assign(byArn(state, input).tags, tagsOf(input.Tags));
  return {};
}

export function untagResource(state: ProtectionState, input: ProtectionInput): object {
  const { tags } = byArn(state, input);
  for (const key of textsOf(input.TagKeys)) delete tags[key];
  return {};
}
