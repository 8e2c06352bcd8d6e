// Rows of CreateListener in short: the step, and what comes of it.
import type { ContractCase, ContractStep } from './row.ts';
import { aLoadBalancer } from './steps.ts';

/** What most listeners need. */
export const onBalancer: readonly ContractStep[] = [aLoadBalancer()];

/** A listener that is accepted, and what the answer says of it. */
export const made = (
  proves: string[],
  name: string,
  step: ContractStep,
  view: object,
  first: readonly ContractStep[] = onBalancer,
): ContractCase => ({
  proves,
  name,
  before: first,
  call: step.call,
  input: step.input,
  expect: { answer: { Listeners: [view] } },
});

/** A listener that is refused. */
export const refused = (
  proves: string[],
  name: string,
  step: ContractStep,
  error: string,
  says: string[],
  first: readonly ContractStep[] = onBalancer,
): ContractCase => ({
  proves,
  name,
  before: first,
  call: step.call,
  input: step.input,
  expect: { error, says },
});
