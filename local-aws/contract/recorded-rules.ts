// Rows to the letter: what AWS said of conditions of rules.
import { recordedDeployment, type Try, withMessage } from './recorded.ts';
import { type ContractRow, from } from './row.ts';
import { aListener, aLoadBalancer, fixed } from './steps.ts';

const rule = (changes: object): Try => ({
  before: [aLoadBalancer(), aListener()],
  call: 'CreateRule',
  input: {
    ListenerArn: '$listener',
    Priority: 1,
    Conditions: [{ Field: 'path-pattern', Values: ['/a'] }],
    Actions: [fixed()],
    ...changes,
  },
});
const when = (condition: object): Try => rule({ Conditions: [condition] });

/** Of the rules of cdk-preflight: rule, what it proves, what is tried, the call, AWS's sentence. */
const TABLE: readonly (readonly [rule: string, proves: string, name: string, step: Try, message: string])[] =
  [
    [
      'rule-condition-empty-values',
      'R8',
      'no values',
      when({ Field: 'host-header', HostHeaderConfig: { Values: [] } }),
      "You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type 'HostHeaderConfig'",
    ],
    [
      'rule-regex-and-values-exclusive',
      'R8',
      'values and regex values',
      when({ Field: 'path-pattern', PathPatternConfig: { Values: ['/a'], RegexValues: ['^/a'] } }),
      "You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type 'PathPatternConfig'",
    ],
    [
      'rule-condition-field-config-match',
      'R9',
      'the configuration of another field',
      when({ Field: 'path-pattern', HostHeaderConfig: { Values: ['a.example.com'] } }),
      "For conditions of type 'path-pattern', you must specify the following fields: 'Values or RegexValues or PathPatternConfig'",
    ],
    [
      'rule-condition-field-values',
      'R9',
      'a field that is none',
      when({ Field: 'header', Values: ['a'] }),
      "Condition field 'header' must be one of 'http-header,http-request-method,host-header,query-string,path-pattern,source-ip'",
    ],
    [
      'rule-http-header-name-length',
      '3.1 http-header',
      'a header name of 41',
      when({ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x'.repeat(41), Values: ['a'] } }),
      "Condition value for 'http-header' cannot contain more than 40 characters",
    ],
    [
      'rule-value-length-128',
      '3.1 host-header',
      'a host of 129',
      when({ Field: 'host-header', HostHeaderConfig: { Values: [`${'a'.repeat(125)}.com`] } }),
      "Condition value for 'host-header' cannot contain more than 128 characters",
    ],
    [
      'rule-regex-values-fields',
      'R8',
      'regex values of a query',
      when({ Field: 'query-string', RegexValues: ['a'], QueryStringConfig: { Values: [{ Value: 'a' }] } }),
      "'RegexValues' is not supported for a condition of type 'query-string'",
    ],
  ];

export const recordedRuleRows: readonly ContractRow[] = from('recorded: badmintoncryer/cdk-preflight', [
  ...TABLE.map(([name, proves, what, step, message]) =>
    withMessage(recordedDeployment(name), proves, `${what}, to the letter`, step, message),
  ),
  withMessage(
    'recorded: aws-controllers-k8s/community#2759',
    'R8',
    'values twice, to the letter',
    when({ Field: 'host-header', Values: ['a.b'], HostHeaderConfig: { Values: ['a.b'] } }),
    "You cannot provide both Values and 'HostHeaderConfig' for a condition of type 'host-header'",
  ),
]);
