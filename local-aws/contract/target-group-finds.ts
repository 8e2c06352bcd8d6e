// Rows for finding and deleting target groups (aws-limits 4; moto-coverage 1, 5).
import { type ContractCase, type ContractRow, type ExpectedAnswer, from } from './row.ts';
import { aLambdaGroup, aListener, aLoadBalancer, aRule, aTargetGroup, forwardTo, times } from './steps.ts';
import { onMoto } from './try-rule.ts';

const found = (names: string[]): ExpectedAnswer => ({
  answer: { TargetGroups: names.map((name) => ({ TargetGroupArn: `$${name}` })) },
});
const three = times(3, (n) => aTargetGroup({}, `tg${n}`));

const reads: readonly ContractCase[] = [
  onMoto({
    proves: ['moto 5.11'],
    name: 'found by its name',
    before: three,
    call: 'DescribeTargetGroups',
    input: { Names: ['$fresh-tg2'] },
    expect: found(['tg2']),
  }),
  onMoto({
    proves: ['moto 5.11'],
    name: 'found by its ARN',
    before: three,
    call: 'DescribeTargetGroups',
    input: { TargetGroupArns: ['$tg3'] },
    expect: found(['tg3']),
  }),
  {
    proves: ['moto 5.11', 'TG9'],
    name: 'found by its load balancer, which it names once for many rules',
    before: [
      ...three,
      aLoadBalancer(),
      aListener({ DefaultActions: [forwardTo('$tg2')] }),
      aRule({ Actions: [forwardTo('$tg2')] }),
    ],
    call: 'DescribeTargetGroups',
    input: { LoadBalancerArn: '$lb' },
    expect: { answer: { TargetGroups: [{ TargetGroupArn: '$tg2', LoadBalancerArns: { length: 1 } }] } },
  },
  {
    proves: ['moto 5.11'],
    name: 'a load balancer without groups',
    before: [...three, aLoadBalancer()],
    call: 'DescribeTargetGroups',
    input: { LoadBalancerArn: '$lb' },
    expect: { answer: { TargetGroups: [] } },
  },
  {
    proves: ['TG9'],
    name: 'a group whose last rule has gone names no load balancer',
    before: [
      ...three,
      aLoadBalancer(),
      aListener(),
      aRule({ Actions: [forwardTo('$tg1')] }),
      { call: 'DeleteRule', input: { RuleArn: '$rule' } },
    ],
    call: 'DescribeTargetGroups',
    input: { TargetGroupArns: ['$tg1'] },
    expect: { answer: { TargetGroups: [{ LoadBalancerArns: [] }] } },
  },
  onMoto({
    proves: ['moto 5.11'],
    name: 'a name that is not there',
    call: 'DescribeTargetGroups',
    input: { Names: ['nobody'] },
    expect: { error: 'TargetGroupNotFound', says: ['One or more target groups not found'] },
  }),
  {
    proves: ['moto 5.11', 'moto 1.9'],
    name: 'a page of two groups has a marker',
    before: three,
    call: 'DescribeTargetGroups',
    input: { PageSize: 2 },
    expect: { answer: { TargetGroups: { length: 2 }, NextMarker: /./ } },
  },
  {
    proves: ['moto 5.11', 'moto 1.9'],
    name: 'the second page has the rest and no marker',
    before: [
      ...three,
      { call: 'DescribeTargetGroups', input: { PageSize: 2 }, save: { marker: 'NextMarker' } },
    ],
    call: 'DescribeTargetGroups',
    input: { PageSize: 2, Marker: '$marker' },
    expect: { answer: { TargetGroups: { length: 1 }, NextMarker: null } },
  },
  ...[0, 401].map(
    (PageSize): ContractCase => ({
      proves: ['moto 1.9'],
      name: `a page of ${PageSize} groups`,
      call: 'DescribeTargetGroups',
      input: { PageSize },
      expect: { error: 'ValidationError', says: [`'${PageSize}'`] },
    }),
  ),
  {
    proves: ['6 resource ARNs'],
    name: 'the ARN of a target group',
    before: [aTargetGroup()],
    call: 'DescribeTargetGroups',
    input: {},
    expect: {
      answer: {
        TargetGroups: [
          {
            TargetGroupArn:
              /^arn:aws:elasticloadbalancing:$region:$account:targetgroup\/tg-\d+\/[0-9a-f]{16}$/,
          },
        ],
      },
    },
  },
];

const deletes: readonly ContractCase[] = [
  onMoto({
    proves: ['TG10', 'moto 5.15'],
    name: 'a group of a default action',
    before: [aTargetGroup(), aLoadBalancer(), aListener({ DefaultActions: [forwardTo('$tg')] })],
    call: 'DeleteTargetGroup',
    input: { TargetGroupArn: '$tg' },
    expect: { error: 'ResourceInUse', says: ['$tg'] },
  }),
  {
    proves: ['TG10'],
    name: 'a group of a rule',
    before: [aTargetGroup(), aLoadBalancer(), aListener(), aRule({ Actions: [forwardTo('$tg')] })],
    call: 'DeleteTargetGroup',
    input: { TargetGroupArn: '$tg' },
    expect: { error: 'ResourceInUse', says: ['$tg'] },
  },
  {
    proves: ['TG10'],
    name: 'a group whose load balancer has gone',
    before: [
      aTargetGroup(),
      aLoadBalancer(),
      aListener({ DefaultActions: [forwardTo('$tg')] }),
      { call: 'DeleteLoadBalancer', input: { LoadBalancerArn: '$lb' } },
    ],
    call: 'DeleteTargetGroup',
    input: { TargetGroupArn: '$tg' },
    expect: { answer: {} },
  },
  {
    proves: ['moto 5.15'],
    name: 'a group that is not there',
    before: [aLambdaGroup(), { call: 'DeleteTargetGroup', input: { TargetGroupArn: '$lambda' } }],
    call: 'DeleteTargetGroup',
    input: { TargetGroupArn: '$lambda' },
    expect: { answer: {} },
  },
];

export const targetGroupFindRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, DescribeTargetGroups', reads),
  ...from('AWS: Elastic Load Balancing API Reference, DeleteTargetGroup', deletes),
];
