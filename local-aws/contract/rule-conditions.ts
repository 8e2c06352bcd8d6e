// Rows for conditions of rules: how many, of which fields, in which form (aws-limits 3; moto-coverage 4).
import { type ContractCase, type ContractRow, from } from './row.ts';
import {
  header,
  host,
  method,
  onMoto,
  path,
  pathRegex,
  query,
  refused,
  source,
  taken,
  tryRule,
} from './try-rule.ts';

const TOO_MANY = "A rule can only have '5' condition values and regex values";

const counts: readonly ContractCase[] = [
  tryRule('R3, moto 4.5', 'no condition', { Conditions: [] }, refused('condition')),
  tryRule(
    'R4, moto 4.5',
    'six values over two conditions',
    { Conditions: [path('/1', '/2', '/3'), host('a.b', 'c.d', 'e.f')] },
    refused(TOO_MANY),
  ),
  tryRule(
    'R4',
    'values and regex values are counted together',
    {
      Conditions: [
        pathRegex('^/a', '^/b', '^/c'),
        { Field: 'host-header', HostHeaderConfig: { Values: ['a.b', 'c.d', 'e.f'] } },
      ],
    },
    refused(TOO_MANY),
  ),
  tryRule(
    'R4, 3.1 query-string',
    'six query pairs',
    { Conditions: [query(...['1', '2', '3', '4', '5', '6'].map((Value) => ({ Value })))] },
    refused(TOO_MANY),
  ),
  tryRule(
    'R4, 3.1 query-string',
    'a query pair counts one',
    { Conditions: [query(...['1', '2', '3', '4', '5'].map((Value) => ({ Key: 'k', Value })))] },
    taken,
  ),
  tryRule(
    'R4',
    'five values of all kinds',
    { Conditions: [pathRegex('^/a', '^/b'), host('a.b'), method('GET'), source('10.0.0.0/8')] },
    taken,
  ),
  tryRule(
    'R5, R4',
    'five values in one condition',
    { Conditions: [path('/1', '/2', '/3', '/4', '/5')] },
    taken,
  ),
  tryRule(
    'R6, moto 4.5',
    'seven wildcards over three conditions',
    { Conditions: [path('/*/*/*'), host('*.?.b'), header('X-A', '?*')] },
    refused('wildcards'),
  ),
  tryRule(
    'R6',
    'six wildcards, the most that any account has',
    { Conditions: [path('/*/*'), host('*.?.b'), query({ Key: 'a*', Value: '?' })] },
    taken,
  ),
  tryRule(
    'R6, 3.1 query-string',
    'escaped wildcards are plain characters',
    { Conditions: [query({ Key: 'a', Value: '\\*\\*\\*\\?\\?\\?\\?' })] },
    taken,
  ),
  ...(
    [
      ['host-header', [host('a.b'), host('c.d')]],
      ['path-pattern', [path('/a'), path('/b')]],
      ['http-request-method', [method('GET'), method('PUT')]],
      ['source-ip', [source('10.0.0.0/8'), source('11.0.0.0/8')]],
    ] as const
  ).map(([field, Conditions]) =>
    tryRule(
      'R7, moto 4.5',
      `two conditions ${field}`,
      { Conditions },
      refused(`A rule can only have one '${field}' condition`),
    ),
  ),
  tryRule(
    'R7',
    'two headers and two queries',
    { Conditions: [header('A', '1'), header('A', '2'), query({ Value: '1' }), query({ Value: '2' })] },
    taken,
  ),
  tryRule(
    'R10, 3.1 query-string',
    'a value that can never match',
    { Conditions: [query({ Key: 'k', Value: 'caf\u00e9' })] },
    taken,
  ),
];

const forms: readonly ContractCase[] = [
  tryRule(
    'R8, moto 4.2',
    'values and regex values in one condition',
    { Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/a'], RegexValues: ['^/a'] } }] },
    refused("['Values' 'RegexValues']", 'PathPatternConfig'),
  ),
  tryRule(
    'R8, moto 4.2',
    'older values beside regex values',
    { Conditions: [{ Field: 'path-pattern', Values: ['/a'], RegexValues: ['^/a'] }] },
    refused("['Values' 'RegexValues']", 'PathPatternConfig'),
  ),
  onMoto(
    tryRule(
      'R8, moto 4.6',
      'a condition without values',
      { Conditions: [{ Field: 'path-pattern', Values: [] }] },
      refused('RegexValues'),
    ),
  ),
  tryRule(
    'R8',
    'an empty configuration',
    { Conditions: [{ Field: 'path-pattern', PathPatternConfig: {} }] },
    refused('RegexValues'),
  ),
  ...(
    [
      ['http-request-method', { HttpRequestMethodConfig: { Values: ['GET'] } }],
      ['source-ip', { SourceIpConfig: { Values: ['10.0.0.0/8'] } }],
      ['query-string', { QueryStringConfig: { Values: [{ Value: 'a' }] } }],
    ] as const
  ).map(([Field, config]) =>
    tryRule(
      'R8',
      `regex values for ${Field}`,
      { Conditions: [{ Field, RegexValues: ['a'], ...config }] },
      refused(Field),
    ),
  ),
  tryRule(
    'R8, moto 4.2, moto 1.3',
    'regex values in a configuration come back',
    { Conditions: [pathRegex('^/(a|b)/[0-9]+$', '^/c')] },
    {
      answer: {
        Rules: [{ Conditions: [{ PathPatternConfig: { RegexValues: ['^/(a|b)/[0-9]+$', '^/c'] } }] }],
      },
    },
  ),
  tryRule(
    'R8, moto 4.2',
    'regex values beside the field',
    { Conditions: [{ Field: 'host-header', RegexValues: ['^a[.]b$'] }] },
    { answer: { Rules: [{ Conditions: [{ HostHeaderConfig: { RegexValues: ['^a[.]b$'] } }] }] } },
  ),
  tryRule(
    'R8, 3.1 http-header',
    'regex values for a header',
    {
      Conditions: [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'A', RegexValues: ['^a'] } }],
    },
    taken,
  ),
  onMoto(
    tryRule(
      'R9, moto 4.6',
      'an unknown field',
      { Conditions: [{ Field: 'moon-phase', Values: ['full'] }] },
      refused('moon-phase'),
    ),
  ),
  onMoto(
    tryRule(
      'R9, moto 4.6',
      'the configuration of another field',
      { Conditions: [{ Field: 'path-pattern', HostHeaderConfig: { Values: ['a.b'] } }] },
      refused('path-pattern'),
    ),
  ),
  tryRule(
    'R9',
    'a second configuration',
    { Conditions: [{ ...path('/a'), HostHeaderConfig: { Values: ['a.b'] } }] },
    refused('path-pattern'),
  ),
  onMoto(
    tryRule(
      'R9, moto 4.1',
      'five of the six fields in one rule',
      { Conditions: [path('/a'), host('a.b'), header('A', 'b'), method('GET'), source('10.0.0.0/8')] },
      {
        answer: {
          Rules: [
            {
              Conditions: [
                { Field: 'path-pattern' },
                { Field: 'host-header' },
                { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'A', Values: ['b'] } },
                { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
                { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'] } },
              ],
            },
          ],
        },
      },
    ),
  ),
  tryRule(
    'moto 4.1',
    'host and path are shown in both places',
    { Conditions: [{ Field: 'host-header', Values: ['a.b'] }, path('/x')] },
    {
      answer: {
        Rules: [
          {
            Conditions: [
              { Field: 'host-header', Values: ['a.b'], HostHeaderConfig: { Values: ['a.b'] } },
              { Field: 'path-pattern', Values: ['/x'], PathPatternConfig: { Values: ['/x'] } },
            ],
          },
        ],
      },
    },
  ),
  tryRule(
    'moto 4.3',
    'two older values',
    { Conditions: [{ Field: 'path-pattern', Values: ['/a', '/b'] }] },
    { answer: { Rules: [{ Conditions: [{ Values: ['/a', '/b'] }] }] } },
  ),
];

export const ruleConditionRows: readonly ContractRow[] = [
  ...from('AWS: Application Load Balancers User Guide, Quotas for your Application Load Balancers', counts),
  ...from('AWS: Elastic Load Balancing API Reference, RuleCondition', forms),
];
