// Rows for tags: AddTags, RemoveTags, DescribeTags, and tags at creation (aws-limits 5; moto-coverage 1, 6).
import { type ContractCase, type ContractRow, type ContractStep, type ExpectedAnswer, from } from './row.ts';
import { aListener, aLoadBalancer, aRule, aTargetGroup, theDefaultRule, times } from './steps.ts';
import { onMoto } from './try-rule.ts';

const tag = (Key: string, Value = '') => ({ Key, Value });
const tags = (count: number, from = 0) => Array.from({ length: count }, (_, n) => tag(`k${from + n}`));
const no = (...says: string[]): ExpectedAnswer => ({ error: 'ValidationError', says });
const done: ExpectedAnswer = { answer: {} };
const addTo = (resource: string, ...Tags: object[]): ContractStep => ({
  call: 'AddTags',
  input: { ResourceArns: [resource], Tags },
});
const add = (
  proves: string,
  name: string,
  Tags: readonly object[],
  expect: ExpectedAnswer,
  ...more: ContractStep[]
): ContractCase => ({
  proves: proves.split(', '),
  name,
  before: [aTargetGroup(), ...more],
  call: 'AddTags',
  input: { ResourceArns: ['$tg'], Tags },
  expect,
});
const read = (
  proves: string,
  name: string,
  before: readonly ContractStep[],
  ResourceArns: string[],
  Tags: object,
): ContractCase => ({
  proves: proves.split(', '),
  name,
  before,
  call: 'DescribeTags',
  input: { ResourceArns },
  expect: { answer: { TagDescriptions: ResourceArns.map((ResourceArn) => ({ ResourceArn, Tags })) } },
});

const forms: readonly ContractCase[] = [
  add('TA1', 'an empty key', [tag('')], no('key')),
  add('TA1', 'a key of 129', [tag('a'.repeat(129))], no('128')),
  add('TA1', 'a key of 128', [tag('a'.repeat(128))], done),
  add('TA1, moto 6.5', 'a value of 257', [tag('a', 'b'.repeat(257))], no('256')),
  add('TA1', 'a value of 256', [tag('a', 'b'.repeat(256))], done),
  add('TA1', 'a key alone', [{ Key: 'a' }], done),
  ...['a*b', 'a;b', 'a"b', 'a#b', 'a\tb'].map((text) =>
    add('TA2, moto 6.5', `the key ${JSON.stringify(text)}`, [tag(text)], no(text)),
  ),
  add('TA2', 'a value with a bracket', [tag('a', '<b>')], no('<b>')),
  add(
    'TA2',
    'letters of any language and every other character',
    [tag('Größe 名 _.:/=+-@', 'été 10:/=+-@_.')],
    done,
  ),
  ...['aws:shop', 'AWS:shop', 'aWs:'].map((key) =>
    add('TA3, moto 6.5', `the key ${key}`, [tag(key)], no(key)),
  ),
  add('TA3', 'a key that only begins like a reserved one', [tag('aws'), tag('awsome')], done),
  add('TA3', 'a value that looks reserved', [tag('a', 'aws:b')], done),
  add('TA5', 'a key twice', [tag('a', '1'), tag('a', '2')], { error: 'DuplicateTagKeys', says: ["'a'"] }),
  add('TA5', 'keys that differ in letter case', [tag('a'), tag('A')], done),
  add('TA6', 'spaces at the ends', [tag(' a ', ' b ')], done),
  add('TA1, moto 6.5', 'no tag', [], no('tags')),
];

const limits: readonly ContractCase[] = [
  add('TA4, moto 6.4', 'fifty tags', tags(50), done),
  add('TA4, moto 6.4', 'fifty-one tags', tags(51), { error: 'TooManyTags', says: ['50'] }),
  add(
    'TA4, moto 6.4',
    'the fifty-first',
    tags(1, 50),
    { error: 'TooManyTags', says: ['50'] },
    addTo('$tg', ...tags(50)),
  ),
  add('TA4, moto 6.4', 'another value beside fifty', [tag('k7', 'new')], done, addTo('$tg', ...tags(50))),
  add('TA4, moto 6.4', 'the eleventh to the fiftieth', tags(40, 10), done, addTo('$tg', ...tags(10))),
  {
    proves: ['TA4', 'moto 6.4'],
    name: 'fifty-one tags at creation',
    call: 'CreateTargetGroup',
    input: { Name: '$fresh-tg', TargetType: 'lambda', Tags: tags(51) },
    expect: { error: 'TooManyTags', says: ['50'] },
  },
  {
    proves: ['TA5', 'moto 6.5'],
    name: 'a key twice at creation',
    call: 'CreateTargetGroup',
    input: { Name: '$fresh-tg', TargetType: 'lambda', Tags: [tag('a'), tag('a')] },
    expect: { error: 'DuplicateTagKeys', says: ["'a'"] },
  },
  {
    proves: ['TA3', 'moto 6.5'],
    name: 'a reserved key at the creation of a rule',
    before: [aLoadBalancer(), aListener()],
    call: 'CreateRule',
    input: {
      ListenerArn: '$listener',
      Priority: 1,
      Conditions: [{ Field: 'path-pattern', Values: ['/'] }],
      Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } }],
      Tags: [tag('aws:rule')],
    },
    expect: no('aws:rule'),
  },
];

const kinds: readonly (readonly [
  what: string,
  arn: string,
  steps: readonly ContractStep[],
  created: readonly ContractStep[],
])[] = [
  ['a load balancer', '$lb', [aLoadBalancer()], [aLoadBalancer({ Tags: [tag('a', 'b')] })]],
  ['a target group', '$tg', [aTargetGroup()], [aTargetGroup({ Tags: [tag('a', 'b')] })]],
  [
    'a listener',
    '$listener',
    [aLoadBalancer(), aListener()],
    [aLoadBalancer(), aListener({ Tags: [tag('a', 'b')] })],
  ],
  [
    'a rule',
    '$rule',
    [aLoadBalancer(), aListener(), aRule()],
    [aLoadBalancer(), aListener(), aRule({ Tags: [tag('a', 'b')] })],
  ],
];

const reads: readonly ContractCase[] = [
  ...kinds.flatMap(([what, arn, steps, created]) => [
    onMoto(
      read('moto 6.1', `added to ${what}`, [...steps, addTo(arn, tag('a', 'b'))], [arn], [tag('a', 'b')]),
    ),
    onMoto(read('moto 6.1', `given at the creation of ${what}`, created, [arn], [tag('a', 'b')])),
    onMoto(
      read(
        'moto 6.1',
        `removed from ${what}`,
        [...created, { call: 'RemoveTags', input: { ResourceArns: [arn], TagKeys: ['a', 'never-there'] } }],
        [arn],
        [],
      ),
    ),
  ]),
  read(
    'moto 4.16',
    'the default rule has tags too',
    [aLoadBalancer(), aListener(), theDefaultRule(), addTo('$defaultRule', tag('a', 'b'))],
    ['$defaultRule'],
    [tag('a', 'b')],
  ),
  read(
    'moto 4.16, TA5',
    'a value is replaced',
    [aTargetGroup({ Tags: [tag('a', 'b'), tag('c', 'd')] }), addTo('$tg', tag('a', 'new'))],
    ['$tg'],
    { length: 2 },
  ),
  onMoto(
    read(
      'moto 6.2, TA8',
      'of twenty resources in the order asked',
      times(20, (n) => aTargetGroup({}, `tg${n}`)),
      Array.from({ length: 20 }, (_, n) => `$tg${20 - n}`),
      [],
    ),
  ),
  {
    proves: ['moto 6.3', 'TA8'],
    name: 'of twenty-one resources',
    before: times(21, (n) => aTargetGroup({}, `tg${n}`)),
    call: 'DescribeTags',
    input: { ResourceArns: Array.from({ length: 21 }, (_, n) => `$tg${n + 1}`) },
    expect: no('20'),
  },
  {
    proves: ['TA8'],
    name: 'added to twenty-one resources, for which no limit is known',
    before: times(21, (n) => aTargetGroup({}, `tg${n}`)),
    call: 'AddTags',
    input: { ResourceArns: Array.from({ length: 21 }, (_, n) => `$tg${n + 1}`), Tags: [tag('a')] },
    expect: done,
  },
];

const missing: readonly ContractCase[] = (
  [
    ['loadbalancer/app/none/0123456789abcdef', 'LoadBalancerNotFound'],
    ['targetgroup/none/0123456789abcdef', 'TargetGroupNotFound'],
    ['listener/app/none/0123456789abcdef/0', 'ListenerNotFound'],
    ['listener-rule/app/none/0123456789abcdef/0/0', 'RuleNotFound'],
    ['truststore/none/0123456789abcdef', 'TrustStoreNotFound'],
    ['moon/none', 'ValidationError'],
  ] as const
).flatMap(([resource, error]) => {
  const ResourceArns = ['$tg', `arn:aws:elasticloadbalancing:$region:$account:${resource}`];
  const row = {
    proves: ['moto 6.3', 'moto 1.12'],
    before: [aTargetGroup()],
    expect: { error, says: [resource] },
  };
  return [
    { ...row, name: `read from ${resource}`, call: 'DescribeTags', input: { ResourceArns } },
    { ...row, name: `added to ${resource}`, call: 'AddTags', input: { ResourceArns, Tags: [tag('a')] } },
    { ...row, name: `removed from ${resource}`, call: 'RemoveTags', input: { ResourceArns, TagKeys: ['a'] } },
  ];
});

const gone: readonly ContractCase[] = [
  {
    proves: ['moto 1.12'],
    name: 'tags end with their target group',
    before: [
      aTargetGroup({ Tags: [tag('a', 'b')] }),
      { call: 'DeleteTargetGroup', input: { TargetGroupArn: '$tg' } },
    ],
    call: 'DescribeTags',
    input: { ResourceArns: ['$tg'] },
    expect: { error: 'TargetGroupNotFound', says: ['$tg'] },
  },
];

export const tagRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, Tag', forms),
  ...from('AWS: Application Load Balancers User Guide, Tag an Application Load Balancer', limits),
  ...from('AWS: Elastic Load Balancing API Reference, DescribeTags', reads),
  ...from('AWS: Elastic Load Balancing API Reference, AddTags: Errors', missing),
  ...from('AWS: Elastic Load Balancing API Reference, DeleteLoadBalancer', gone),
];
