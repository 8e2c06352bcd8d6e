// Rows for the states of targets: registered, draining, unused, stopped, terminated (moto-coverage 1, 5).
import { type ContractCase, type ContractRow, type ContractStep, from } from './row.ts';
import { aLambdaGroup, aListener, aLoadBalancer, aRule, aTargetGroup, forwardTo } from './steps.ts';
import { register, type TargetInput } from './targets.ts';
import { onMoto } from './try-rule.ts';

const deregister = (...Targets: TargetInput[]): ContractStep => ({
  call: 'DeregisterTargets',
  input: { TargetGroupArn: '$tg', Targets },
});
/** Checks come so seldom that nothing changes while a row runs. */
const seldom = { HealthCheckIntervalSeconds: 300 };
const used: readonly ContractStep[] = [
  aTargetGroup(seldom),
  aLoadBalancer(),
  aListener({ DefaultActions: [forwardTo('$tg')] }),
];
const machine: ContractStep = {
  call: 'ec2 RunInstances',
  input: { ImageId: 'ami-12c6146b', MinCount: 1, MaxCount: 1, SubnetId: '$subnetA' },
  save: { machine: 'Instances.0.InstanceId' },
};
const machines: readonly ContractStep[] = [
  machine,
  aTargetGroup({ TargetType: 'instance', ...seldom }),
  aLoadBalancer(),
  aListener({ DefaultActions: [forwardTo('$tg')] }),
  register({ Id: '$machine' }),
];

const health = (
  proves: string,
  name: string,
  before: readonly ContractStep[],
  descriptions: object,
  input: object = {},
): ContractCase => ({
  proves: proves.split(', '),
  name,
  before,
  call: 'DescribeTargetHealth',
  input: { TargetGroupArn: '$tg', ...input },
  expect: { answer: { TargetHealthDescriptions: descriptions } },
});
const one = { Id: '10.0.0.10', Port: 8080 };
const two = { Id: '10.0.0.10', Port: 9090 };
const state = (State: string, Reason: string) => ({ TargetHealth: { State, Reason } });
const draining = state('draining', 'Target.DeregistrationInProgress');

const ports: readonly ContractCase[] = [
  health(
    'moto 5.18, moto 1.6',
    'two ports of one address are two targets',
    [...used, register(one, two)],
    [{ Target: one }, { Target: two }],
  ),
  health(
    'moto 5.18, moto 1.6',
    'each port goes by itself',
    [...used, register(one, two), deregister(one)],
    [
      { Target: one, ...draining },
      { Target: two, TargetHealth: { State: 'initial' } },
    ],
  ),
  health(
    'moto 5.18',
    'without a port, that of the group',
    [...used, register({ Id: '10.0.0.10' })],
    [{ Target: { Id: '10.0.0.10', Port: 80 }, HealthCheckPort: '80' }],
  ),
  health(
    'moto 5.19',
    'the health check port is the target\u2019s own',
    [...used, register(one)],
    [{ HealthCheckPort: '8080' }],
  ),
  health(
    'moto 5.19',
    'the health check port of the group',
    [
      aTargetGroup({ ...seldom, HealthCheckPort: '9000' }),
      aLoadBalancer(),
      aListener({ DefaultActions: [forwardTo('$tg')] }),
      register(one),
    ],
    [{ HealthCheckPort: '9000' }],
  ),
];

const states: readonly ContractCase[] = [
  health(
    'moto 5.19, moto 1.6',
    'initial at first',
    [...used, register(one)],
    // The reason is one of two, by whether a check has begun: InitialHealthChecking or RegistrationInProgress.
    [{ Target: one, TargetHealth: { State: 'initial' } }],
  ),
  health(
    'moto 5.19, moto 1.6',
    'unused while no rule forwards to the group',
    [aTargetGroup(), register(one)],
    [state('unused', 'Target.NotInUse')],
  ),
  health(
    'moto 5.19, moto 1.6',
    'unused in a zone that the load balancer does not have',
    [...used, register({ Id: '10.0.2.10' })],
    [state('unused', 'Target.NotInUse')],
  ),
  health(
    'moto 5.19, moto 1.6, moto 5.22',
    'draining after it was deregistered',
    [...used, register(one), deregister(one)],
    [{ Target: one, ...draining }],
  ),
  health(
    'moto 5.19, 4.2 deregistration_delay.timeout_seconds',
    'gone at once without a delay',
    [
      ...used,
      {
        call: 'ModifyTargetGroupAttributes',
        input: {
          TargetGroupArn: '$tg',
          Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '0' }],
        },
      },
      register(one),
      deregister(one),
    ],
    [],
  ),
  health(
    'moto 5.19',
    'gone at once from a group that is not in use',
    [aTargetGroup(), register(one), deregister(one)],
    [],
  ),
  health(
    'moto 5.19',
    'a draining target comes back',
    [...used, register(one), deregister(one), register(one)],
    [{ Target: one, TargetHealth: { State: 'initial' } }],
  ),
  health(
    'moto 5.19',
    'a target that was never registered',
    [...used, register(one)],
    [{ Target: two, ...state('unused', 'Target.NotRegistered') }],
    { Targets: [two] },
  ),
  health(
    'moto 5.19',
    'no override of an administrator',
    [...used, register(one)],
    [{ AdministrativeOverride: { State: 'no_override' } }],
  ),
  health(
    'moto 5.19',
    'anomalies when they are asked for',
    [...used, register(one)],
    [{ AnomalyDetection: { Result: 'normal', MitigationInEffect: 'no' } }],
    { Include: ['All'] },
  ),
  health(
    'moto 5.19',
    'no anomalies when they are not',
    [...used, register(one)],
    [{ AnomalyDetection: null }],
  ),
  health(
    'moto 5.19, HC10',
    'a function that is not checked',
    [
      aLambdaGroup({}, 'tg'),
      aLoadBalancer(),
      aListener({ DefaultActions: [forwardTo('$tg')] }),
      register({ Id: 'arn:aws:lambda:$region:$account:function:shop' }),
    ],
    [state('unavailable', 'Target.HealthCheckDisabled')],
  ),
  {
    proves: ['moto 5.22'],
    name: 'deregistering a target that is not there',
    before: used,
    call: 'DeregisterTargets',
    input: { TargetGroupArn: '$tg', Targets: [one] },
    expect: { answer: {} },
  },
  {
    proves: ['TG9', 'moto 5.19'],
    name: 'back to unused when the last rule has gone',
    before: [
      aTargetGroup(seldom),
      aLoadBalancer(),
      aListener(),
      aRule({ Actions: [forwardTo('$tg')] }),
      register(one),
      { call: 'DeleteRule', input: { RuleArn: '$rule' } },
    ],
    call: 'DescribeTargetHealth',
    input: { TargetGroupArn: '$tg' },
    expect: { answer: { TargetHealthDescriptions: [state('unused', 'Target.NotInUse')] } },
  },
];

const instances: readonly ContractCase[] = [
  onMoto(
    health(
      'moto 5.20',
      'an instance that stopped',
      [...machines, { call: 'ec2 StopInstances', input: { InstanceIds: ['$machine'] } }],
      [state('unused', 'Target.InvalidState')],
    ),
  ),
  health(
    'moto 5.21',
    'an instance that was terminated',
    [...machines, { call: 'ec2 TerminateInstances', input: { InstanceIds: ['$machine'] } }],
    [],
  ),
  {
    proves: ['moto 5.21'],
    name: 'an instance that was terminated, asked for by its id',
    before: [...machines, { call: 'ec2 TerminateInstances', input: { InstanceIds: ['$machine'] } }],
    call: 'DescribeTargetHealth',
    input: { TargetGroupArn: '$tg', Targets: [{ Id: '$machine' }] },
    expect: { answer: { TargetHealthDescriptions: [state('draining', 'Target.DeregistrationInProgress')] } },
  },
];

export const targetHealthRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, DescribeTargetHealth', ports),
  ...from('AWS: Elastic Load Balancing API Reference, TargetHealth', states),
  ...from('moto: tests/test_elbv2/test_elbv2.py::test_register_targets', instances),
];
