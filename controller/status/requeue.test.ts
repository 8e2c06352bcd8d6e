// When a group is looked at again.
import { expect, test } from 'vitest';
import { AwsFailure } from '../../alb/failures/failure.ts';
import type { Operation, Outcome } from '../../alb/plan/operation.ts';
import type { ProblemCode } from '../../api/problems/problem.ts';
import { next } from './requeue.ts';

type Passed = Parameters<typeof next>[0];

const CALM: Passed = {
  ...{ told: [], planned: [], outcomes: [], found: [], backends: [], became: new Map() },
  ...{ decided: true, clean: true },
};
const told = (code: ProblemCode): Passed['told'] => [
  { member: 'shop/web', problem: { code, severity: 'refuse', path: '' } },
];
const outcome = (result: Outcome['result']): Passed['outcomes'] => [{ operation: {} as Operation, result }];
const failure = new AwsFailure({ action: '', code: '', message: '', kind: 'unavailable', status: 500 });

test.each<[string, Partial<Passed>, ReturnType<typeof next>]>([
  ['nothing is left to do', {}, 'done'],
  ['an operation failed', { outcomes: outcome('failed') }, 'retry'],
  ['AWS could not be asked', { failure }, 'retry'],
  ['nothing could be decided', { decided: false, told: told('SubnetsNotFound') }, 'retry'],
  ['something waits', { outcomes: outcome('waiting'), told: told('TrustStoreNotFound') }, { afterMs: 2_000 }],
  ['a trust store may be made yet', { told: told('TrustStoreNotFound') }, { afterMs: 60_000 }],
  ['a certificate may be issued yet', { told: told('CertificateNotFound') }, { afterMs: 60_000 }],
  ['a Service is missing, which is watched', { told: told('ServiceNotFound') }, 'done'],
])('%s', (_, change, expected) => {
  expect(next({ ...CALM, ...change }, { members: [] }, 0)).toEqual(expected);
});
