// Attribute values in the spelling that AWS keeps (aws-model 14.3).
import { expect, test } from 'vitest';
import { TARGET_GROUP_ATTRIBUTES } from '../limits/limits.ts';
import { asKept } from './spelling.ts';

test.each([
  ['stickiness.enabled', 'True', 'true'],
  ['stickiness.enabled', 'FALSE', 'false'],
  ['load_balancing.cross_zone.enabled', 'True', 'true'],
  ['deregistration_delay.timeout_seconds', '060', '60'],
  ['deregistration_delay.timeout_seconds', '+60', '60'],
  ['target_group_health.dns_failover.minimum_healthy_targets.count', 'off', 'off'],
  ['load_balancing.algorithm.type', 'round_robin', 'round_robin'],
  ['stickiness.app_cookie.cookie_name', 'True', 'True'],
  ['unknown.key', '007', '007'],
])('%s=%s is sent as %s', (key, said, sent) => {
  expect(asKept({ [key]: said }, TARGET_GROUP_ATTRIBUTES)).toEqual({ [key]: sent });
});
