// Rows for reading target group attributes: defaults by type, and what a change answers (aws-limits 4.2; moto-coverage 5).
import { type ContractCase, type ContractRow, from } from './row.ts';
import { aLambdaGroup, aTargetGroup } from './steps.ts';

const DEFAULTS: Readonly<Record<string, string>> = {
  'deregistration_delay.timeout_seconds': '300',
  'slow_start.duration_seconds': '0',
  'load_balancing.algorithm.type': 'round_robin',
  'load_balancing.algorithm.anomaly_mitigation': 'off',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  'stickiness.enabled': 'false',
  'stickiness.type': 'lb_cookie',
  'stickiness.app_cookie.duration_seconds': '86400',
  'stickiness.lb_cookie.duration_seconds': '86400',
  'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
};

export const targetGroupAttributeReadRows: readonly ContractRow[] = from(
  'AWS: Elastic Load Balancing API Reference, DescribeTargetGroupAttributes',
  [
    ...Object.entries(DEFAULTS).map(
      ([Key, Value]): ContractCase => ({
        proves: [`4.2 ${Key}`, 'moto 5.12'],
        name: `${Value} when nothing was set`,
        before: [aTargetGroup()],
        call: 'DescribeTargetGroupAttributes',
        input: { TargetGroupArn: '$tg' },
        expect: { answer: { Attributes: [{ Key, Value }] } },
      }),
    ),
    {
      proves: ['moto 5.12'],
      name: 'fourteen keys of a group of addresses',
      before: [aTargetGroup()],
      call: 'DescribeTargetGroupAttributes',
      input: { TargetGroupArn: '$tg' },
      expect: { answer: { Attributes: { length: 14 } } },
    },
    {
      proves: ['moto 5.12', '4.2 lambda.multi_value_headers.enabled'],
      name: 'a function has its own',
      before: [aLambdaGroup({}, 'tg')],
      call: 'DescribeTargetGroupAttributes',
      input: { TargetGroupArn: '$tg' },
      expect: { answer: { Attributes: [{ Key: 'lambda.multi_value_headers.enabled', Value: 'false' }] } },
    },
    {
      proves: ['moto 5.14'],
      name: 'a change answers every attribute',
      before: [aTargetGroup()],
      call: 'ModifyTargetGroupAttributes',
      input: { TargetGroupArn: '$tg', Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }] },
      expect: { answer: { Attributes: { length: 14 } } },
    },
  ],
);
