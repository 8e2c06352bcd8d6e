// Rows of CreateListener in short: the step, and what comes of it.
import type { Case, Step } from './row.ts';
import { aLoadBalancer } from './steps.ts';

/** What most listeners need. */
export const onBalancer: readonly Step[] = [aLoadBalancer()];

/** A listener that is accepted, and what the answer says of it. */
export const made = (
  proves: string[],
  name: string,
  step: Step,
  view: object,
  first: readonly Step[] = onBalancer,
): Case => ({
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
  step: Step,
  error: string,
  says: string[],
  first: readonly Step[] = onBalancer,
): Case => ({ proves, name, before: first, call: step.call, input: step.input, expect: { error, says } });
