// Tags through the Resource Groups Tagging API: what is ours, what is passed on, what fails (moto-coverage 6).
import { expect, test } from 'vitest';
import { inMemory } from '../elb/in-memory.ts';
import { perform } from '../elb/perform.ts';
import { serveTags, type TagCall, type TagInput, type TagOutput } from './tag-changes.ts';

const bucket = 'arn:aws:s3:::logs';
const none = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/none/1';

function setUp(behind: (input: TagInput) => TagOutput = () => ({})) {
  const aws = inMemory();
  const [group] = aws.call('CreateTargetGroup', {
    Name: 'a',
    TargetType: 'lambda',
    Tags: [{ Key: 'team', Value: 'red' }],
  }).TargetGroups;
  const arn = group?.TargetGroupArn ?? '';
  const passed: TagInput[] = [];
  const serve = (action: TagCall, input: TagInput) =>
    serveTags(aws.state, action, input, {
      change: async (name, change) => perform(aws.state, name, change, aws.context),
      behind: async (rest) => {
        passed.push(rest);
        return behind(rest);
      },
    });
  return { arn, passed, serve, tags: () => aws.state.targetGroups.get(arn)?.tags };
}

test('ours are changed here, others are passed on, and each failure is told', async () => {
  const failure = { StatusCode: 400, ErrorCode: 'InvalidParameterException', ErrorMessage: 'no bucket' };
  const { arn, passed, serve, tags } = setUp(() => ({ FailedResourcesMap: { [bucket]: failure } }));
  const answer = await serve('TagResources', { ResourceARNList: [none, arn, bucket], Tags: { a: 'b' } });
  expect(tags()).toEqual({ team: 'red', a: 'b' });
  expect(passed).toEqual([{ ResourceARNList: [bucket], Tags: { a: 'b' } }]);
  expect(Object.keys(answer.FailedResourcesMap ?? {}).sort()).toEqual([none, bucket].sort());
  expect(answer.FailedResourcesMap?.[none]?.ErrorMessage).toContain('TargetGroupNotFound');
  await serve('UntagResources', { ResourceARNList: [arn], TagKeys: ['team'] });
  expect(tags()).toEqual({ a: 'b' });
});

test('keys and values of both sides, over all pages', async () => {
  const { serve } = setUp(({ PaginationToken, Key }) => ({
    [Key === undefined ? 'TagKeys' : 'TagValues']:
      PaginationToken === undefined ? ['zone'] : ['team', 'blue'],
    PaginationToken: PaginationToken === undefined ? 'more' : '',
  }));
  expect((await serve('GetTagKeys', {})).TagKeys).toEqual(['blue', 'team', 'zone']);
  expect((await serve('GetTagValues', { Key: 'team' })).TagValues).toEqual(['blue', 'red', 'team', 'zone']);
});
