// Rows to the letter in short: a call, and the words in which AWS refused it where others recorded it.
import type { ContractCase, ContractSource } from './row.ts';

/** The recorded deployments of the cdk-preflight project, by the name of its rule. */
export const recordedDeployment = (rule: string): ContractSource =>
  `recorded: badmintoncryer/cdk-preflight, pf-elbv2-${rule}`;

export type RecordedCase = ContractCase & { readonly source: ContractSource };

/** A row whose message is AWS's own. */
export const withMessage = (
  source: ContractSource,
  proves: string,
  name: string,
  step: Try,
  message: string,
  error = 'ValidationError',
): RecordedCase => ({ source, proves: [proves], name, ...step, expect: { error, message } });

/** A call with what must be there first. */
export type Try = Pick<ContractCase, 'call' | 'input' | 'before'>;

/** The code of most refusals of a value. */
export const WRONG = 'InvalidConfigurationRequest';
