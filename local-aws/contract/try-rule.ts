// Rows that try one rule: CreateRule on a fresh listener, with what differs from a plain rule.
import type { ContractCase, ContractStep, ExpectedAnswer } from './row.ts';
import { aListener, aLoadBalancer, anHttpsListener, fixed } from './steps.ts';

export const path = (...Values: string[]) => ({ Field: 'path-pattern', PathPatternConfig: { Values } });
export const host = (...Values: string[]) => ({ Field: 'host-header', HostHeaderConfig: { Values } });
export const header = (HttpHeaderName: string, ...Values: string[]) => ({
  Field: 'http-header',
  HttpHeaderConfig: { HttpHeaderName, Values },
});
export const method = (...Values: string[]) => ({
  Field: 'http-request-method',
  HttpRequestMethodConfig: { Values },
});
export const query = (...Values: { Key?: string; Value?: string }[]) => ({
  Field: 'query-string',
  QueryStringConfig: { Values },
});
export const source = (...Values: string[]) => ({ Field: 'source-ip', SourceIpConfig: { Values } });
export const pathRegex = (...RegexValues: string[]) => ({
  Field: 'path-pattern',
  PathPatternConfig: { RegexValues },
});

/** Answers of a rule that is taken. */
export const taken: ExpectedAnswer = { answer: { Rules: { length: 1 } } };
export const refused = (...says: string[]): ExpectedAnswer => ({ error: 'ValidationError', says });

/** `proves` lists ids with a comma between; `changes` are over a rule of priority 1 for `/a` with a fixed response. */
export function tryRule(
  proves: string,
  name: string,
  changes: object,
  expect: ExpectedAnswer,
  before: readonly ContractStep[] = [],
): ContractCase {
  return {
    proves: proves.split(', '),
    name,
    before: [aLoadBalancer(), aListener(), ...before],
    call: 'CreateRule',
    input: {
      ListenerArn: '$listener',
      Priority: 1,
      Conditions: [path('/a')],
      Actions: [fixed()],
      ...changes,
    },
    expect,
  };
}

/** The same on an HTTPS listener. */
export function trySecureRule(
  proves: string,
  name: string,
  changes: object,
  expect: ExpectedAnswer,
  before: readonly ContractStep[] = [],
): ContractCase {
  const row = tryRule(proves, name, changes, expect);
  return { ...row, before: [aLoadBalancer(), anHttpsListener({}, 'listener'), ...before] };
}

/** A row that moto must pass as well. */
export const onMoto = (row: ContractCase): ContractCase => ({ ...row, onMoto: true });
