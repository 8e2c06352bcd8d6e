// Tests of reconcile errors: which category of the LBC a pass and a failed write count as.
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { AwsFailure } from '../../alb/failures/failure.ts';
import type { Operation, Outcome } from '../../alb/plan/operation.ts';
import { errorOfPass, reconcileErrors } from './reconcile-errors.ts';

const failure = new AwsFailure({
  ...{ action: 'DescribeSubnets', code: 'AccessDenied', message: 'no', kind: 'denied', status: 403 },
  cause: undefined,
});
const outcome = (result: Outcome['result']): Outcome => ({ operation: {} as Operation, result });

test.each<[string, Parameters<typeof errorOfPass>[0], string | undefined]>([
  ['all is done', { decided: true, outcomes: [outcome('done')] }, undefined],
  ['something waits', { decided: true, outcomes: [outcome('waiting')] }, undefined],
  [
    'something failed',
    { decided: true, outcomes: [outcome('done'), outcome('failed')] },
    'deploy_model_error',
  ],
  ['facts are missing', { decided: false, outcomes: [] }, 'build_model_error'],
  ['AWS was not to be read', { decided: true, outcomes: [], failure }, 'build_model_error'],
])('%s', (_, pass, category) => {
  expect(errorOfPass(pass)).toBe(category);
});

test('they are counted, and steps that the LBC does not have are not', async () => {
  const registry = new Registry();
  const errors = reconcileErrors(registry);
  errors.pass({ decided: false, outcomes: [] });
  errors.pass({ decided: true, outcomes: [] });
  for (const step of ['release binding', 'write address', 'write status', 'constructor']) errors.step(step);
  const text = await registry.metrics();
  expect(
    text
      .split('\n')
      .filter((line) => line.startsWith('awslbc_'))
      .sort(),
  ).toEqual([
    'awslbc_controller_reconcile_errors_total{controller="ingress",error_category="build_model_error"} 1',
    'awslbc_controller_reconcile_errors_total{controller="ingress",error_category="dns_resolve_and_update_status_error"} 1',
    'awslbc_controller_reconcile_errors_total{controller="ingress",error_category="remove_group_finalizer_error"} 1',
  ]);
});
