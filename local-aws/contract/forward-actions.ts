// Rows for forward actions: weights, stickiness, and which target groups go behind which listener (aws-limits 3.3).
import { type ContractCase, type ContractRow, type ContractStep, type ExpectedAnswer, from } from './row.ts';
import { aLambdaGroup, aListener, aLoadBalancer, aRule, aTargetGroup, forwardTo, times } from './steps.ts';
import { path, refused, taken, tryRule, trySecureRule } from './try-rule.ts';

const forward = (ForwardConfig: object) => ({ Type: 'forward', ForwardConfig });
const tuple = (TargetGroupArn: string, Weight?: number) => ({ TargetGroupArn, Weight });
const groups = (count: number): ContractStep[] => times(count, (n) => aTargetGroup({}, `tg${n}`));
const weighted = (...weights: (number | undefined)[]) => ({
  TargetGroups: weights.map((weight, at) => tuple(`$tg${at + 1}`, weight)),
});
const sticky = (TargetGroupStickinessConfig: object) => ({ ...weighted(1, 1), TargetGroupStickinessConfig });
const attempt = (name: string, config: object, expect: ExpectedAnswer, before = groups(2)): ContractCase =>
  tryRule('3.3 forward', name, { Actions: [forward(config)] }, expect, before);

/** AWS's words, though 0 is taken. */
const WEIGHT = 'The weight for the target group must be between 1 and 999, inclusive';
const NO_WEIGHT = 'The weight for each target group must be between 0 and 999, inclusive';

const weights: readonly ContractCase[] = [
  attempt('no target group', { TargetGroups: [] }, refused('target group'), []),
  attempt(
    'six target groups',
    weighted(1, 1, 1, 1, 1, 1),
    refused('You cannot specify more than 5 target groups per action'),
    groups(6),
  ),
  attempt('five target groups, one of weight 0', weighted(1, 2, 3, 4, 0), taken, groups(5)),
  attempt('a weight of 1000', weighted(1, 1000), refused(WEIGHT)),
  attempt('a weight below 0', weighted(1, -1), refused(WEIGHT)),
  attempt('one of two without a weight', weighted(1, undefined), refused(NO_WEIGHT)),
  attempt('a weight of 999', weighted(999, 1), taken),
  attempt('one group without a weight', weighted(undefined), taken, groups(1)),
  attempt('all weights 0, of which AWS says nothing', weighted(0, 0), taken),
  attempt(
    'a group twice, of which AWS says nothing',
    { TargetGroups: [tuple('$tg1', 1), tuple('$tg1', 2)] },
    taken,
    groups(1),
  ),
  tryRule(
    '3.3 forward',
    'an ARN beside a configuration that names another group',
    { Actions: [{ ...forward({ TargetGroups: [tuple('$tg2', 1)] }), TargetGroupArn: '$tg1' }] },
    refused('target group'),
    groups(2),
  ),
  tryRule(
    '3.3 forward',
    'an ARN beside a configuration that names the same group',
    { Actions: [{ ...forward({ TargetGroups: [tuple('$tg1', 1)] }), TargetGroupArn: '$tg1' }] },
    taken,
    groups(1),
  ),
  tryRule(
    '3.3 forward, moto 3.19',
    'one ARN comes back as a configuration too',
    { Actions: [forwardTo('$tg1')] },
    {
      answer: {
        Rules: [
          {
            Actions: [
              {
                TargetGroupArn: '$tg1',
                ForwardConfig: {
                  TargetGroups: [{ TargetGroupArn: '$tg1', Weight: 1 }],
                  TargetGroupStickinessConfig: { Enabled: false },
                },
              },
            ],
          },
        ],
      },
    },
    groups(1),
  ),
];

const turnOnStickiness: ContractStep = {
  call: 'ModifyTargetGroupAttributes',
  input: { TargetGroupArn: '$tg1', Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }] },
};

const stickiness: readonly ContractCase[] = [
  {
    ...attempt(
      'stickiness without a duration',
      sticky({ Enabled: true }),
      refused('You must provide a duration when enabling target group stickiness'),
    ),
    proves: ['3.3 forward', 'moto 4.9'],
  },
  attempt('a duration of 0', sticky({ Enabled: true, DurationSeconds: 0 }), refused('604800')),
  attempt('a duration of 604801', sticky({ Enabled: true, DurationSeconds: 604801 }), refused('604800')),
  attempt('a duration of 604800', sticky({ Enabled: true, DurationSeconds: 604800 }), taken),
  attempt('a duration of 1', sticky({ Enabled: true, DurationSeconds: 1 }), taken),
  attempt('stickiness off', sticky({ Enabled: false }), taken),
  attempt(
    'a sticky group among two asks for stickiness of the action',
    weighted(1, 1),
    {
      error: 'InvalidConfigurationRequest',
      says: [
        'You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups',
      ],
    },
    [...groups(2), turnOnStickiness],
  ),
  attempt(
    'a sticky group among two, and a sticky action',
    sticky({ Enabled: true, DurationSeconds: 60 }),
    taken,
    [...groups(2), turnOnStickiness],
  ),
  attempt('a sticky group alone', weighted(1), taken, [...groups(1), turnOnStickiness]),
];

const elsewhere = [
  aLoadBalancer({}, 'lb2'),
  aListener({ LoadBalancerArn: '$lb2', DefaultActions: [forwardTo('$tg1')] }, 'listener2'),
];
const unlike = (name: string, says: string[], ...before: ContractStep[]): ContractCase =>
  tryRule(
    'TG7, 3.3 forward',
    name,
    { Actions: [forwardTo('$tg1')] },
    { error: 'InvalidConfigurationRequest', says },
    before,
  );

const places: readonly ContractCase[] = [
  tryRule(
    '3.3 forward',
    'a group that is not there',
    {
      Actions: [forwardTo('arn:aws:elasticloadbalancing:$region:$account:targetgroup/none/0123456789abcdef')],
    },
    { error: 'TargetGroupNotFound', says: ['targetgroup/none/0123456789abcdef'] },
  ),
  tryRule(
    'TG9, 3.3 forward',
    'a group of another load balancer',
    { Actions: [forwardTo('$tg1')] },
    { error: 'TargetGroupAssociationLimit', says: ['$tg1'] },
    [...groups(1), ...elsewhere],
  ),
  tryRule('TG9', 'a group that another load balancer has left', { Actions: [forwardTo('$tg1')] }, taken, [
    ...groups(1),
    ...elsewhere,
    { call: 'DeleteLoadBalancer', input: { LoadBalancerArn: '$lb2' } },
  ]),
  tryRule('TG9', 'a group in a second rule of its load balancer', { Actions: [forwardTo('$tg1')] }, taken, [
    ...groups(1),
    aRule({ Priority: 2, Conditions: [path('/b')], Actions: [forwardTo('$tg1')] }),
  ]),
  unlike(
    'an IPv6 group behind an ipv4 load balancer',
    ['ipv4'],
    aTargetGroup({ IpAddressType: 'ipv6' }, 'tg1'),
  ),
  {
    ...tryRule(
      '3.3 forward, TG7',
      'groups of two address types in one action',
      { Actions: [forwardTo('$tg1', '$tg2')] },
      refused('IP address type'),
    ),
    before: [
      aLoadBalancer({ Subnets: ['$dualA', '$dualB'], IpAddressType: 'dualstack' }),
      aListener(),
      aTargetGroup({}, 'tg1'),
      aTargetGroup({ IpAddressType: 'ipv6' }, 'tg2'),
    ],
  },
  {
    ...tryRule(
      'TG7',
      'an IPv6 group behind a dualstack load balancer',
      { Actions: [forwardTo('$tg1')] },
      taken,
    ),
    before: [
      aLoadBalancer({ Subnets: ['$dualA', '$dualB'], IpAddressType: 'dualstack' }),
      aListener(),
      aTargetGroup({ IpAddressType: 'ipv6' }, 'tg1'),
    ],
  },
  ...['HTTP2', 'GRPC'].map((ProtocolVersion) =>
    tryRule(
      'N21, TG6',
      `a ${ProtocolVersion} group behind an HTTP listener`,
      { Actions: [forwardTo('$tg1')] },
      { error: 'InvalidLoadBalancerAction', says: [ProtocolVersion, 'HTTP'] },
      [aTargetGroup({ ProtocolVersion }, 'tg1')],
    ),
  ),
  ...['HTTP2', 'GRPC'].map((ProtocolVersion) =>
    trySecureRule(
      'N21, TG6',
      `a ${ProtocolVersion} group behind an HTTPS listener`,
      { Actions: [forwardTo('$tg1')] },
      taken,
      [aTargetGroup({ ProtocolVersion }, 'tg1')],
    ),
  ),
  tryRule(
    'N21',
    'a group of a Network Load Balancer',
    { Actions: [forwardTo('$tg1')] },
    { error: 'IncompatibleProtocols' },
    [aTargetGroup({ Protocol: 'TCP' }, 'tg1')],
  ),
  tryRule('N21', 'an HTTPS group behind an HTTP listener', { Actions: [forwardTo('$tg1')] }, taken, [
    aTargetGroup({ Protocol: 'HTTPS', Port: 443 }, 'tg1'),
  ]),
  tryRule('N21', 'a lambda group behind an HTTP listener', { Actions: [forwardTo('$lambda')] }, taken, [
    aLambdaGroup(),
  ]),
];

export const forwardActionRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, TargetGroupTuple', weights),
  ...from('AWS: Elastic Load Balancing API Reference, TargetGroupStickinessConfig', stickiness),
  ...from('AWS: Elastic Load Balancing API Reference, CreateRule: Errors', places),
];
