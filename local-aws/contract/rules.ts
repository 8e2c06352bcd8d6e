// Rows for rules themselves: create, describe, modify, delete, and how many there may be (aws-limits 3; moto-coverage 4).
import { type ContractCase, type ContractRow, type ContractStep, from } from './row.ts';
import {
  aListener,
  aLoadBalancer,
  anHttpsListener,
  aRule,
  aTargetGroup,
  fixed,
  forwardTo,
  theDefaultRule,
  times,
} from './steps.ts';
import { onMoto, path, taken, tryRule } from './try-rule.ts';

const missing = 'arn:aws:elasticloadbalancing:$region:$account:listener-rule/app/a/0123456789abcdef/0/0';
const numbered = (n: number, changes: object = {}): ContractStep =>
  aRule({ Priority: n, Conditions: [path(`/${n}`)], ...changes }, `rule${n}`);
const listener = [aLoadBalancer(), aListener()];

const created: readonly ContractCase[] = [
  tryRule(
    'R2, moto 4.19, moto 1.8',
    'the rule after the hundredth, over two listeners',
    { Priority: 1000 },
    { error: 'TooManyRules', says: ['100'] },
    [
      aListener({ Port: 8080 }, 'other'),
      ...times(60, (n) => numbered(n)),
      ...times(40, (n) => numbered(n + 60, { ListenerArn: '$other' })),
    ],
  ),
  tryRule('R2', 'the hundredth rule, with two default rules', { Priority: 1000 }, taken, [
    aListener({ Port: 8080 }, 'other'),
    ...times(99, (n) => numbered(n)),
  ]),
  {
    proves: ['3.3 forward', 'moto 1.8'],
    name: 'the target group after the hundredth of a load balancer',
    before: [
      ...listener,
      ...times(101, (n) => aTargetGroup({}, `tg${n}`)),
      ...times(20, (n) =>
        numbered(n, { Actions: [forwardTo(...[4, 3, 2, 1, 0].map((back) => `$tg${n * 5 - back}`))] }),
      ),
    ],
    call: 'CreateRule',
    input: {
      ListenerArn: '$listener',
      Priority: 101,
      Conditions: [path('/last')],
      Actions: [forwardTo('$tg101')],
    },
    expect: { error: 'TooManyUniqueTargetGroupsPerLoadBalancer', says: ['100'] },
  },
  {
    proves: ['R1'],
    name: 'a rule of a listener that is not there',
    call: 'CreateRule',
    input: {
      ListenerArn: 'arn:aws:elasticloadbalancing:$region:$account:listener/app/a/0123456789abcdef/0',
      Priority: 1,
      Conditions: [path('/')],
      Actions: [fixed()],
    },
    expect: { error: 'ListenerNotFound', says: ['One or more listeners not found'] },
  },
  tryRule(
    '6 resource ARNs',
    'the ARN of a rule is that of its listener and 16 hex digits',
    {},
    {
      answer: {
        Rules: [{ RuleArn: /:listener-rule\/app\/lb-\d+\/[0-9a-f]{16}\/[0-9a-f]{16}\/[0-9a-f]{16}$/ }],
      },
    },
  ),
];

const described: readonly ContractCase[] = [
  {
    proves: ['moto 4.14'],
    name: 'in the order of priorities, the default rule last',
    before: [...listener, numbered(30), numbered(10), numbered(20)],
    call: 'DescribeRules',
    input: { ListenerArn: '$listener' },
    expect: {
      answer: {
        Rules: [
          { RuleArn: '$rule10', Priority: '10', IsDefault: false },
          { RuleArn: '$rule20', Priority: '20' },
          { RuleArn: '$rule30', Priority: '30' },
          { Priority: 'default', IsDefault: true, Conditions: [] },
        ],
      },
    },
  },
  {
    proves: ['moto 1.9', 'moto 4.14'],
    name: 'a page of two has a marker',
    before: [...listener, numbered(1), numbered(2)],
    call: 'DescribeRules',
    input: { ListenerArn: '$listener', PageSize: 2 },
    expect: { answer: { Rules: { length: 2 }, NextMarker: /./ } },
  },
  {
    proves: ['moto 1.9', 'moto 4.14'],
    name: 'the second page goes on, also when a rule of the first has gone',
    before: [
      ...listener,
      ...times(4, (n) => numbered(n)),
      {
        call: 'DescribeRules',
        input: { ListenerArn: '$listener', PageSize: 2 },
        save: { marker: 'NextMarker' },
      },
      { call: 'DeleteRule', input: { RuleArn: '$rule2' } },
    ],
    call: 'DescribeRules',
    input: { ListenerArn: '$listener', PageSize: 2, Marker: '$marker' },
    expect: { answer: { Rules: [{ RuleArn: '$rule3' }, { RuleArn: '$rule4' }] } },
  },
  ...[0, 401].map(
    (PageSize): ContractCase => ({
      proves: ['moto 1.9'],
      name: `a page of ${PageSize} rules`,
      before: listener,
      call: 'DescribeRules',
      input: { ListenerArn: '$listener', PageSize },
      expect: { error: 'ValidationError', says: [`'${PageSize}'`] },
    }),
  ),
  {
    proves: ['moto 1.9'],
    name: 'a marker of rules that nobody handed out',
    before: listener,
    call: 'DescribeRules',
    input: { ListenerArn: '$listener', Marker: 'abc' },
    expect: { error: 'ValidationError', says: ['marker'] },
  },
  onMoto({
    proves: ['moto 4.15'],
    name: 'one of two ARNs is not there',
    before: [...listener, aRule()],
    call: 'DescribeRules',
    input: { RuleArns: ['$rule', missing] },
    expect: { error: 'RuleNotFound', says: ['One or more rules not found'] },
  }),
  onMoto({
    proves: ['moto 4.15'],
    name: 'found by their ARNs',
    before: [...listener, numbered(1), numbered(2)],
    call: 'DescribeRules',
    input: { RuleArns: ['$rule1', '$rule2'] },
    expect: { answer: { Rules: [{ RuleArn: '$rule1' }, { RuleArn: '$rule2' }] } },
  }),
];

const changed: readonly ContractCase[] = [
  {
    proves: ['R3'],
    name: 'conditions are replaced, actions stay',
    before: [...listener, aRule({ Actions: [fixed('404')] })],
    call: 'ModifyRule',
    input: { RuleArn: '$rule', Conditions: [path('/new')] },
    expect: {
      answer: {
        Rules: [
          {
            Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/new'] } }],
            Actions: [{ FixedResponseConfig: { StatusCode: '404' } }],
          },
        ],
      },
    },
  },
  {
    proves: ['R7'],
    name: 'a change is judged as a creation is',
    before: [...listener, aRule()],
    call: 'ModifyRule',
    input: { RuleArn: '$rule', Conditions: [path('/a'), path('/b')] },
    expect: { error: 'ValidationError', says: ["A rule can only have one 'path-pattern' condition"] },
  },
  {
    proves: ['A2', 'moto 4.9'],
    name: 'a change to no action',
    before: [...listener, aRule()],
    call: 'ModifyRule',
    input: { RuleArn: '$rule', Actions: [] },
    expect: { error: 'ValidationError', says: ['action'] },
  },
  {
    proves: ['3.3 authenticate-oidc'],
    name: 'a change that keeps the client secret',
    before: [
      aLoadBalancer(),
      anHttpsListener({}, 'listener'),
      aRule({ Actions: [oidc({ ClientSecret: 'secret' }), { ...fixed(), Order: 2 }] }),
    ],
    call: 'ModifyRule',
    input: {
      RuleArn: '$rule',
      Actions: [oidc({ UseExistingClientSecret: true }), { ...fixed(), Order: 2 }],
    },
    expect: taken,
  },
  {
    proves: ['R1', 'moto 4.17'],
    name: 'a default rule is not deleted',
    before: [...listener, theDefaultRule()],
    call: 'DeleteRule',
    input: { RuleArn: '$defaultRule' },
    expect: { error: 'OperationNotPermitted', says: ['$defaultRule'] },
  },
  {
    proves: ['moto 4.18'],
    name: 'deleting a rule that is not there',
    call: 'DeleteRule',
    input: { RuleArn: missing },
    expect: { error: 'RuleNotFound', says: ['One or more rules not found'] },
  },
  {
    proves: ['R1'],
    name: 'the priority of a deleted rule is free',
    before: [...listener, aRule(), { call: 'DeleteRule', input: { RuleArn: '$rule' } }],
    call: 'CreateRule',
    input: { ListenerArn: '$listener', Priority: 1, Conditions: [path('/')], Actions: [fixed()] },
    expect: taken,
  },
  {
    proves: ['moto 4.16'],
    name: 'the ARN of a default rule ends in hex digits',
    before: listener,
    call: 'DescribeRules',
    input: { ListenerArn: '$listener' },
    expect: {
      answer: {
        Rules: [{ RuleArn: /:listener-rule\/app\/lb-\d+\/[0-9a-f]{16}\/[0-9a-f]{16}\/[0-9a-f]{16}$/ }],
      },
    },
  },
];

function oidc(secret: object): object {
  const id = 'https://id.example.com';
  return {
    Type: 'authenticate-oidc',
    Order: 1,
    AuthenticateOidcConfig: {
      Issuer: id,
      AuthorizationEndpoint: id,
      TokenEndpoint: id,
      UserInfoEndpoint: id,
      ClientId: 'shop',
      ...secret,
    },
  };
}

export const ruleRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, CreateRule', created),
  ...from('AWS: Elastic Load Balancing API Reference, DescribeRules', described),
  ...from('AWS: Elastic Load Balancing API Reference, ModifyRule', changed),
];
