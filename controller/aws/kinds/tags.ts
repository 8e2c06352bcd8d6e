// Tags of AWS resources: the calls that set them right, and what is not ours (aws-model 2.2–2.4).
import {
  AddTagsCommand,
  DescribeTagsCommand,
  RemoveTagsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsFailure } from '../../../alb/failures/failure.ts';
import { type LegacyTags, sameIdentity, tagChange, tagMap, tagsAfter } from '../../../alb/kinds/tags.ts';
import { CLUSTER_TAG, LEGACY_CLUSTER_TAG, resourceTagOf, STACK_TAG, type Tags } from '../../../api/aws.ts';
import { chunks } from '../chunks.ts';
import type { Aws } from '../client.ts';

/** ARNs in one DescribeTags call (Elastic Load Balancing API Reference, DescribeTags). */
const ARNS_PER_CALL = 20;

/** Tags of the given ELBv2 resources by ARN. Those that are gone meanwhile fail the call: `AwsFailure` of kind `notFound`. */
export async function readTags(aws: Aws, arns: readonly string[]): Promise<Map<string, Tags>> {
  const answers = await Promise.all(
    [...chunks(arns, ARNS_PER_CALL)].map((ResourceArns) =>
      aws.elbv2.send(new DescribeTagsCommand({ ResourceArns })),
    ),
  );
  const all = answers.flatMap(({ TagDescriptions }) => TagDescriptions ?? []);
  return new Map(all.map(({ ResourceArn, Tags }) => [ResourceArn ?? '', tagMap(Tags)]));
}

/** The same of one. */
export const readTagsOf = async (aws: Aws, arn: string): Promise<Tags> =>
  (await readTags(aws, [arn])).get(arn) ?? {};

/** Sets the tags of an ELBv2 resource right: only the changed pairs, additions first (aws-model 2.3, 11.6). Gives those it has then. */
export async function writeTags(
  aws: Aws,
  arn: string,
  wanted: Tags,
  found: Tags,
  legacy: LegacyTags,
): Promise<Tags> {
  const change = tagChange(wanted, found, legacy);
  if (change.add.length > 0)
    await aws.elbv2.send(new AddTagsCommand({ ResourceArns: [arn], Tags: change.add }));
  if (change.remove.length > 0) {
    const TagKeys = change.remove.map(({ Key }) => Key);
    await aws.elbv2.send(new RemoveTagsCommand({ ResourceArns: [arn], TagKeys }));
  }
  return tagsAfter(found, change);
}

/** Whose something is, by its tags. Pure. */
function owner(tags: Tags): string {
  const cluster = tags[CLUSTER_TAG] ?? tags[LEGACY_CLUSTER_TAG];
  if (cluster === undefined) return 'it carries no tags of a cluster';
  const stack = tags[STACK_TAG];
  return `its tags say cluster ${cluster}${stack === undefined ? '' : `, group ${stack}`}${resourceTagOf(tags) === '' ? ', without a resource tag' : ''}`;
}

/**
 * Lets a twin be adopted: something of the wanted name exists, and it is ours only if it carries our tracking tags.
 * Throws the failure of the create call again otherwise, saying whose name it is and what can be done (`way`).
 */
export function refuseStranger(
  failure: AwsFailure,
  name: string,
  wanted: Tags,
  found: Tags,
  way = 'delete that one',
): void {
  if (sameIdentity(wanted, found)) return;
  throw new AwsFailure({
    action: failure.action,
    code: failure.code,
    kind: 'duplicate',
    status: failure.status,
    message: `${name} exists already and is not ours: ${owner(found)}; ${way}`,
    cause: failure,
  });
}
