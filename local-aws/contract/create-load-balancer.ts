// Rows of CreateLoadBalancer in short: what is changed, and what comes of it.
import type { ContractCase, ContractStep } from './row.ts';

const SUBNETS = ['$subnetA', '$subnetB'];

/** A create that is accepted, and what the answer says of the load balancer. */
export const made = (
  proves: string[],
  name: string,
  changes: object,
  view: object,
  before: ContractStep[] = [],
): ContractCase => ({
  proves,
  name,
  before,
  call: 'CreateLoadBalancer',
  input: { Name: '$fresh-lb', Subnets: SUBNETS, ...changes },
  expect: { answer: { LoadBalancers: [view] } },
});

/** A create that is refused. */
export const refused = (
  proves: string[],
  name: string,
  changes: object,
  error: string,
  says: string[],
  before: ContractStep[] = [],
): ContractCase => ({
  proves,
  name,
  before,
  call: 'CreateLoadBalancer',
  input: { Name: '$fresh-lb', Subnets: SUBNETS, ...changes },
  expect: { error, says },
});
