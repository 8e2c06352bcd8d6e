// Tests of news: which events a change of conditions gives.
import { expect, test } from 'vitest';
import type { ConditionReason, ConditionType } from '../../api/binding/conditions.ts';
import type { BindingCondition } from '../../api/generated/binding.ts';
import { newsOf } from './news.ts';

const condition = (
  type: ConditionType,
  status: 'True' | 'False',
  reason: ConditionReason,
  message: string,
): BindingCondition => ({ type, status, reason, message, lastTransitionTime: '2026-11-30T00:00:00Z' });

const accepted = condition('Accepted', 'True', 'Accepted', 'The Ingress is valid.');
const resolved = condition('ResolvedRefs', 'True', 'ResolvedRefs', 'Everything was found.');
const programmed = condition('Programmed', 'True', 'Programmed', 'The load balancer does what it says.');
const pending = condition('Programmed', 'False', 'Pending', 'AWS is provisioning the load balancer.');
const served = [accepted, resolved, programmed];

const X = 'certificate-arn: there is no certificate a.';
const Y = 'certificate-arn: there is no certificate b.';
const missing = (message: string) => condition('ResolvedRefs', 'False', 'CertificateNotFound', message);
const left = (message: string) => condition('Programmed', 'False', 'CertificateNotFound', message);
const refused = condition('Programmed', 'False', 'AwsRefused', 'create rule 1: no');

/** Reasons and words, in order. */
const told = (before: readonly BindingCondition[], after: readonly BindingCondition[]): string[] =>
  newsOf(before, after).map(({ type, reason, note }) => `${type} ${reason}: ${note}`);

const BUILD =
  'Warning FailedBuildModel: Not planned as it says: the event CertificateNotFound and the binding say why.';
const DONE = 'Normal SuccessfullyReconciled: Reconciled.';

test('nothing new, and work under way, are no news', () => {
  expect(told(served, served)).toEqual([]);
  expect(told([], [accepted, resolved, pending])).toEqual([]);
});

test('success is told under our reason and under that of the LBC', () => {
  const ours = 'Normal Programmed: The load balancer does what it says.';
  expect(told([accepted, resolved, pending], served)).toEqual([ours, DONE]);
  expect(told([accepted, resolved, refused], served)).toEqual([ours, DONE]);
});

test.each<[string, BindingCondition[], string[]]>([
  [
    'the one that says what comes of it',
    [accepted, missing(X), left(`AWS is left as it is: ${X}`)],
    [`Warning CertificateNotFound: AWS is left as it is: ${X}`, BUILD],
  ],
  [
    'the one that has all that is wrong',
    [accepted, missing(`${X} ${Y}`), left(`AWS is left as it is: ${X}`)],
    [`Warning CertificateNotFound: ${X} ${Y}`, BUILD],
  ],
  [
    'the first of the same words',
    [accepted, missing(X), left(X)],
    [`Warning CertificateNotFound: ${X}`, BUILD],
  ],
  [
    'alone where the rest is served',
    [accepted, missing(X), programmed],
    [`Warning CertificateNotFound: ${X}`, BUILD],
  ],
])('one mistake is one event of ours: %s', (_, after, events) => {
  expect(told(served, after)).toEqual(events);
});

test('what AWS refuses failed to deploy, not to build', () => {
  expect(told(served, [accepted, resolved, refused])).toEqual([
    'Warning AwsRefused: create rule 1: no',
    'Warning FailedDeployModel: Not carried out: the event AwsRefused and the binding say why.',
  ]);
});

test('what the LBC tolerates is told by us alone', () => {
  const gone = condition('ResolvedRefs', 'False', 'ServiceNotFound', 'rules: there is no Service web.');
  expect(told(served, [accepted, gone, programmed])).toEqual([
    'Warning ServiceNotFound: rules: there is no Service web.',
  ]);
});

test('two mistakes are two events', () => {
  const intent = condition('Accepted', 'False', 'NotAllowed', 'scheme: not public.');
  expect(told(served, [intent, missing(X), programmed])).toEqual([
    'Warning NotAllowed: scheme: not public.',
    `Warning CertificateNotFound: ${X}`,
    'Warning FailedBuildModel: Not planned as it says: the event NotAllowed and the binding say why.',
  ]);
});

test('no two events of one change have the same words', () => {
  const notes = newsOf([], [accepted, missing(X), left(X)]).map(({ note }) => note);
  expect(new Set(notes).size).toBe(notes.length);
});

test('that it failed is not told again while it fails in the same way', () => {
  expect(told([accepted, missing(X), programmed], [accepted, missing(Y), programmed])).toEqual([
    `Warning CertificateNotFound: ${Y}`,
  ]);
});
