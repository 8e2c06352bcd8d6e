// Rows for transforms of rules (aws-limits 3.2; moto-coverage 4).
import { type ContractCase, type ContractRow, from } from './row.ts';
import { aListener, aLoadBalancer, aRule, theDefaultRule } from './steps.ts';
import { refused, taken, tryRule } from './try-rule.ts';

interface Rewrite {
  Regex?: string;
  Replace?: string;
}
const url = (...Rewrites: Rewrite[]) => ({ Type: 'url-rewrite', UrlRewriteConfig: { Rewrites } });
const hostTo = (...Rewrites: Rewrite[]) => ({
  Type: 'host-header-rewrite',
  HostHeaderRewriteConfig: { Rewrites },
});
const plain = { Regex: '^/a/(.*)$', Replace: '/b/$1' };
const asIs = [url(plain)];

const made: readonly ContractCase[] = [
  tryRule(
    'T1',
    'the configuration of the other type',
    { Transforms: [{ Type: 'host-header-rewrite', UrlRewriteConfig: { Rewrites: [plain] } }] },
    refused('host-header-rewrite'),
  ),
  tryRule('T1', 'no configuration', { Transforms: [{ Type: 'url-rewrite' }] }, refused('url-rewrite')),
  tryRule(
    'T1',
    'an unknown type',
    { Transforms: [{ ...url(plain), Type: 'body-rewrite' }] },
    refused('body-rewrite'),
  ),
  tryRule('T2', 'two of one type', { Transforms: [url(plain), url(plain)] }, refused('transform')),
  tryRule(
    'T2, T6, moto 4.7, moto 1.3',
    'one of each type, and they come back',
    { Transforms: [hostTo({ Regex: '^a[.](.*)$', Replace: '$1' }), url(plain)] },
    {
      answer: {
        Rules: [
          {
            Transforms: [
              hostTo({ Regex: '^a[.](.*)$', Replace: '$1' }),
              { Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [plain] } },
            ],
          },
        ],
      },
    },
  ),
  tryRule('T3', 'no rewrite', { Transforms: [url()] }, refused('url-rewrite')),
  tryRule(
    'T3',
    'two rewrites, which AWS does not rule out',
    { Transforms: [url(plain, { Regex: '^/c', Replace: '/d' })] },
    taken,
  ),
  tryRule('T4', 'no regex', { Transforms: [url({ Replace: '/b' })] }, refused('regex')),
  tryRule('T4', 'no replacement', { Transforms: [url({ Regex: '^/a' })] }, refused('replace')),
  tryRule('T4', 'an empty regex', { Transforms: [url({ Regex: '', Replace: '/b' })] }, refused('empty')),
  tryRule(
    'T4',
    'a regex of 1025',
    { Transforms: [url({ Regex: 'a'.repeat(1025), Replace: '/b' })] },
    refused('1024'),
  ),
  tryRule(
    'T4',
    'a replacement of 1025',
    { Transforms: [url({ Regex: '^/a', Replace: 'a'.repeat(1025) })] },
    refused('1024'),
  ),
  tryRule(
    'T4',
    'regex and replacement of 1024',
    { Transforms: [url({ Regex: 'a'.repeat(1024), Replace: 'b'.repeat(1024) })] },
    taken,
  ),
  tryRule(
    '3.1 regex values',
    'look-ahead in a transform',
    { Transforms: [url({ Regex: '^/(?=a)', Replace: '/b' })] },
    refused('^/(?=a)'),
  ),
  tryRule('T5', 'a group that is not there', { Transforms: [url({ Regex: '^/a', Replace: '/$7' })] }, taken),
];

const changed: readonly ContractCase[] = [
  {
    proves: ['T7'],
    name: 'new transforms and a reset at once',
    before: [aLoadBalancer(), aListener(), aRule({ Transforms: asIs })],
    call: 'ModifyRule',
    input: { RuleArn: '$rule', Transforms: asIs, ResetTransforms: true },
    expect: refused('Transforms', 'ResetTransforms'),
  },
  {
    proves: ['T7', 'moto 4.8'],
    name: 'transforms alone are changed',
    before: [aLoadBalancer(), aListener(), aRule()],
    call: 'ModifyRule',
    input: { RuleArn: '$rule', Transforms: asIs },
    expect: {
      answer: {
        Rules: [{ Transforms: [{ Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [plain] } }] }],
      },
    },
  },
  {
    proves: ['T7', 'moto 4.8'],
    name: 'a reset alone takes them away',
    before: [aLoadBalancer(), aListener(), aRule({ Transforms: asIs })],
    call: 'ModifyRule',
    input: { RuleArn: '$rule', ResetTransforms: true },
    expect: { answer: { Rules: [{ RuleArn: '$rule', Transforms: null }] } },
  },
  {
    proves: ['T7'],
    name: 'no reset and new transforms',
    before: [aLoadBalancer(), aListener(), aRule()],
    call: 'ModifyRule',
    input: { RuleArn: '$rule', ResetTransforms: false, Transforms: asIs },
    expect: { answer: { Rules: [{ Transforms: { length: 1 } }] } },
  },
  {
    proves: ['T2', 'R1'],
    name: 'a default rule takes none',
    before: [aLoadBalancer(), aListener(), theDefaultRule()],
    call: 'ModifyRule',
    input: { RuleArn: '$defaultRule', Transforms: asIs },
    expect: { error: 'OperationNotPermitted', says: ['$defaultRule'] },
  },
];

export const transformRows: readonly ContractRow[] = [
  ...from('AWS: Elastic Load Balancing API Reference, RuleTransform', made),
  ...from('AWS: Elastic Load Balancing API Reference, ModifyRule: Transforms', changed),
];
