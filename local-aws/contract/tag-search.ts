// Rows for the Resource Groups Tagging API over our resources: search (moto-coverage 1, 6).
import { type ContractCase, type ContractRow, type ContractStep, type ExpectedAnswer, from } from './row.ts';
import { aListener, aLoadBalancer, aRule, aTargetGroup, theDefaultRule, times } from './steps.ts';
import { onMoto } from './try-rule.ts';

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
const mine = (...more: object[]) => ({ TagFilters: [{ Key: 'owner', Values: ['$fresh-owner'] }, ...more] });
const found = (...names: string[]): ExpectedAnswer => ({
  answer: { ResourceTagMappingList: { length: names.length } },
});
const exactly = (arn: string): ExpectedAnswer => ({
  answer: { ResourceTagMappingList: [{ ResourceARN: arn }], PaginationToken: '' },
});
const no = (...says: string[]): ExpectedAnswer => ({ error: 'InvalidParameterException', says });

const search = (
  proves: string,
  name: string,
  input: object,
  expect: ExpectedAnswer,
  before: readonly ContractStep[] = everything,
): ContractCase => ({
  proves: proves.split(', '),
  name,
  before,
  call: 'tagging GetResources',
  input,
  expect,
});

const ofType = (...ResourceTypeFilters: string[]) => ({ ...mine(), ResourceTypeFilters });

const searches: readonly ContractCase[] = [
  search('moto 6.6, moto 1.11', 'by a value: four kinds', mine(), found('lb', 'listener', 'rule', 'tg')),
  ...(['lb', 'listener', 'rule', 'tg'] as const).map((kind) =>
    search(
      'moto 6.6, moto 1.11',
      `by two filters: the ${kind}`,
      mine({ Key: 'kind', Values: [kind] }),
      exactly(`$${kind}`),
    ),
  ),
  search('moto 6.6', 'by one of two values', mine({ Key: 'kind', Values: ['lb', 'tg'] }), found('lb', 'tg')),
  search('moto 6.6', 'by a key alone', mine({ Key: 'kind' }), found('lb', 'listener', 'rule', 'tg')),
  search('moto 6.6', 'by a key that nobody has', mine({ Key: 'moon' }), found()),
  search('moto 6.6', 'found with all its tags', mine({ Key: 'kind', Values: ['rule'] }), {
    answer: { ResourceTagMappingList: [{ ResourceARN: '$rule', Tags: { length: 2 } }] },
  }),
  search(
    'moto 6.6, moto 1.11',
    'a default rule by its tag',
    { TagFilters: [{ Key: 'default', Values: ['$fresh-owner'] }] },
    exactly('$defaultRule'),
    [
      aLoadBalancer(),
      aListener(),
      theDefaultRule(),
      { call: 'AddTags', input: { ResourceArns: ['$defaultRule'], ...tags({ default: '$fresh-owner' }) } },
    ],
  ),
  search(
    'moto 6.7',
    'the type of the service',
    ofType('elasticloadbalancing'),
    found('lb', 'listener', 'rule', 'tg'),
  ),
  ...(
    [
      ['loadbalancer', 'lb'],
      ['loadbalancer/app', 'lb'],
      ['listener', 'listener'],
      ['listener/app', 'listener'],
      ['listener-rule', 'rule'],
      ['listener-rule/app', 'rule'],
      ['targetgroup', 'tg'],
    ] as const
  ).map(([type, name]) =>
    search(
      'moto 6.7, moto 1.11',
      `the type ${type}`,
      ofType(`elasticloadbalancing:${type}`),
      exactly(`$${name}`),
    ),
  ),
  search(
    'moto 6.7',
    'two types',
    ofType('elasticloadbalancing:listener', 'elasticloadbalancing:targetgroup'),
    found('listener', 'tg'),
  ),
  search(
    'moto 6.7',
    'the type of Network Load Balancers',
    ofType('elasticloadbalancing:loadbalancer/net'),
    found(),
  ),
  search('moto 6.7', 'the type of another service', ofType('ec2:security-group'), found()),
  search('moto 6.6, TA8', 'by their ARNs', { ResourceARNList: ['$lb', '$rule'] }, found('lb', 'rule')),
  onMoto(
    search('moto 6.6', 'by the ARN of a target group', { ResourceARNList: ['$tg'] }, found('tg'), [
      aTargetGroup(tags({ kind: 'tg' })),
    ]),
  ),
  search('moto 6.6', 'what has no tag is not found', { ResourceARNList: ['$tg'] }, found(), [aTargetGroup()]),
  search(
    'moto 6.6, moto 1.12',
    'what is gone is not found',
    mine({ Key: 'kind', Values: ['rule'] }),
    found(),
    [...everything, { call: 'DeleteRule', input: { RuleArn: '$rule' } }],
  ),
];

const pages: readonly ContractCase[] = [
  search(
    'moto 6.6, moto 1.9',
    'a page of three and a token',
    { ...mine(), ResourcesPerPage: 3 },
    {
      answer: { ResourceTagMappingList: { length: 3 }, PaginationToken: /./ },
    },
  ),
  search(
    'moto 6.6, moto 1.9',
    'the second page has the rest',
    { ...mine(), ResourcesPerPage: 3, PaginationToken: '$token' },
    { answer: { ResourceTagMappingList: { length: 1 }, PaginationToken: '' } },
    [
      ...everything,
      {
        call: 'tagging GetResources',
        input: { ...mine(), ResourcesPerPage: 3 },
        save: { token: 'PaginationToken' },
      },
    ],
  ),
  search(
    'moto 6.6',
    'a hundred on a page when nothing is said',
    mine(),
    { answer: { ResourceTagMappingList: { length: 100 }, PaginationToken: /./ } },
    times(101, (n) => aTargetGroup(tags({ owner: '$fresh-owner' }), `tg${n}`)),
  ),
];

const wrong: readonly ContractCase[] = [
  search('moto 6.8, TA8', 'ARNs and filters', { ...mine(), ResourceARNList: ['$lb'] }, no('ResourceARNList')),
  search(
    'TA8',
    'ARNs and types',
    { ResourceARNList: ['$lb'], ResourceTypeFilters: ['elasticloadbalancing'] },
    no('ResourceARNList'),
  ),
  search(
    'TA8',
    'a hundred and one ARNs',
    {
      ResourceARNList: Array.from(
        { length: 101 },
        (_, n) => `arn:aws:elasticloadbalancing:$region:$account:targetgroup/a/${n}`,
      ),
    },
    no('100'),
    [],
  ),
  search(
    'TA8',
    'a hundred ARNs of nothing',
    {
      ResourceARNList: Array.from(
        { length: 100 },
        (_, n) => `arn:aws:elasticloadbalancing:$region:$account:targetgroup/a/${n}`,
      ),
    },
    found(),
    [],
  ),
  search(
    'TA8',
    'fifty-one filters',
    { TagFilters: Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}` })) },
    no('50'),
    [],
  ),
  search(
    'TA8',
    'twenty-one values',
    { TagFilters: [{ Key: 'a', Values: Array.from({ length: 21 }, (_, n) => `${n}`) }] },
    no('20'),
    [],
  ),
  search(
    'TA8',
    'twenty values',
    mine({ Key: 'kind', Values: Array.from({ length: 20 }, (_, n) => `${n}`) }),
    found(),
  ),
  search(
    'TA8',
    'fifty filters',
    mine(...Array.from({ length: 49 }, () => ({ Key: 'kind' }))),
    found('lb', 'listener', 'rule', 'tg'),
  ),
  search('moto 1.9', 'a page of 101 resources', { ResourcesPerPage: 101 }, no('100'), []),
  search('moto 1.9', 'a page of 0 resources', { ResourcesPerPage: 0 }, no('1'), []),
  search(
    'moto 1.9',
    'a token that nobody handed out',
    { PaginationToken: 'abc' },
    { error: 'PaginationTokenExpiredException' },
    [],
  ),
];

export const tagSearchRows: readonly ContractRow[] = [
  ...from('AWS: Resource Groups Tagging API Reference, GetResources', searches),
  ...from('AWS: Resource Groups Tagging API Reference, GetResources', pages),
  ...from('AWS: Resource Groups Tagging API Reference, GetResources', wrong),
];
