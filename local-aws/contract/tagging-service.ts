// Rows for the Resource Groups Tagging API beside its search: tags added and removed, keys and values (moto-coverage 6).
import { type ContractCase, type ContractRow, type ContractStep, type ExpectedAnswer, from } from './row.ts';
import { aListener, aLoadBalancer, aRule, aTargetGroup } from './steps.ts';

const tags = (values: Record<string, string>) => ({
  Tags: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
});
/** A resource of every kind, all with `owner: $owner`; the row's own so that nothing else is found. */
const everything: readonly ContractStep[] = [
  aLoadBalancer(tags({ owner: '$fresh-owner', kind: 'lb' })),
  aListener(tags({ owner: '$fresh-owner', kind: 'listener' })),
  aRule(tags({ owner: '$fresh-owner', kind: 'rule' })),
  aTargetGroup(tags({ owner: '$fresh-owner', kind: 'tg' })),
];
const no = (...says: string[]): ExpectedAnswer => ({ error: 'InvalidParameterException', says });

const tagging = (
  name: string,
  call: string,
  before: readonly ContractStep[],
  input: object,
  expect: ExpectedAnswer,
): ContractCase => ({
  proves: ['moto 6.9'],
  name,
  before,
  call: `tagging ${call}`,
  input,
  expect,
});
const none = 'arn:aws:elasticloadbalancing:$region:$account:targetgroup/none/0123456789abcdef';
const tagRules: ContractStep = {
  call: 'tagging TagResources',
  input: { ResourceARNList: ['$rule', '$lb'], Tags: { colour: 'red', kind: 'new' } },
};

export const taggingServiceRows: readonly ContractRow[] = from(
  'AWS: Resource Groups Tagging API Reference, TagResources',
  [
    tagging(
      'tags are added',
      'TagResources',
      everything,
      { ResourceARNList: ['$lb', '$tg'], Tags: { a: 'b' } },
      {
        answer: { FailedResourcesMap: {} },
      },
    ),
    {
      proves: ['moto 6.9'],
      name: 'added tags are read back beside the others',
      before: [...everything, tagRules],
      call: 'DescribeTags',
      input: { ResourceArns: ['$rule'] },
      expect: {
        answer: {
          TagDescriptions: [
            {
              Tags: [{ Key: 'owner' }, { Key: 'kind', Value: 'new' }, { Key: 'colour', Value: 'red' }],
            },
          ],
        },
      },
    },
    {
      proves: ['moto 6.9'],
      name: 'removed tags are gone, the others stay',
      before: [
        ...everything,
        {
          call: 'tagging UntagResources',
          input: { ResourceARNList: ['$listener'], TagKeys: ['kind', 'moon'] },
        },
      ],
      call: 'DescribeTags',
      input: { ResourceArns: ['$listener'] },
      expect: { answer: { TagDescriptions: [{ Tags: { length: 1 } }] } },
    },
    ...(['TagResources', 'UntagResources'] as const).map((call) =>
      tagging(
        `${call} of one that is not there fails for that one`,
        call,
        everything,
        {
          ResourceARNList: ['$lb', none],
          ...(call === 'TagResources' ? { Tags: { a: 'b' } } : { TagKeys: ['a'] }),
        },
        {
          answer: {
            FailedResourcesMap: { [none]: { StatusCode: 400, ErrorCode: 'InvalidParameterException' } },
          },
        },
      ),
    ),
    tagging(
      'a reserved key',
      'TagResources',
      everything,
      { ResourceARNList: ['$lb'], Tags: { 'aws:a': 'b' } },
      no('aws:a'),
    ),
    tagging(
      'twenty-one resources',
      'TagResources',
      [],
      { ResourceARNList: Array.from({ length: 21 }, (_, n) => `${none}${n}`), Tags: { a: 'b' } },
      no('20'),
    ),
    tagging(
      'no resource',
      'TagResources',
      [],
      { ResourceARNList: [], Tags: { a: 'b' } },
      no('ResourceARNList'),
    ),
    tagging('no tag', 'TagResources', everything, { ResourceARNList: ['$lb'], Tags: {} }, no('Tags')),
    tagging('no key', 'UntagResources', everything, { ResourceARNList: ['$lb'], TagKeys: [] }, no('TagKeys')),
    tagging('all keys', 'GetTagKeys', everything, {}, { answer: { TagKeys: ['kind', 'owner'] } }),
    tagging(
      'all values of a key',
      'GetTagValues',
      everything,
      { Key: 'kind' },
      { answer: { TagValues: ['lb', 'listener', 'rule', 'tg'] } },
    ),
    tagging(
      'values of a key that nobody has',
      'GetTagValues',
      everything,
      { Key: 'moon' },
      { answer: { TagValues: [] } },
    ),
    tagging('values of no key', 'GetTagValues', [], {}, no('Key')),
  ],
);
