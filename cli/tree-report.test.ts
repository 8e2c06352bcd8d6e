// Tests of trees on paper, and of rules in words.
import { describe, expect, test } from 'vitest';
import type { Action, Condition } from '../api/aws.ts';
import type { GroupTree, RuleNode, TargetGroupNode } from '../controller/inspection/tree.ts';
import { plain } from './paint.ts';
import { actionWords, conditionWords } from './rule-words.ts';
import { treeData, treeText } from './tree-report.ts';

const web: TargetGroupNode = {
  arn: 'arn:web',
  name: 'k8s-web',
  targets: [
    { id: '10.0.0.1', port: 8080, state: 'healthy' },
    {
      id: '10.0.0.2',
      port: 8080,
      state: 'unhealthy',
      reason: 'Target.Timeout',
      description: 'Request timed out',
    },
  ],
};
const rule = (priority: number | 'default', more: Partial<RuleNode>): RuleNode => ({
  priority,
  arn: `arn:${priority}`,
  foreign: false,
  conditions: [],
  actions: [],
  transforms: [],
  targetGroups: [],
  ...more,
});
const forward: Action = { type: 'forward', targets: [{ targetGroup: 'arn:web' }] };
const TREE: GroupTree = {
  group: 'edge',
  loadBalancers: [
    {
      arn: 'arn:lb',
      state: 'active',
      dnsName: 'lb.example',
      spec: {
        name: 'k8s-edge',
        scheme: 'internal',
        ipAddressType: 'ipv4',
        subnets: [],
        securityGroups: [],
        attributes: {},
        tags: {},
      },
      listeners: [
        {
          arn: 'arn:443',
          spec: {
            loadBalancer: { ref: 'arn:lb' },
            port: 443,
            protocol: 'HTTPS',
            defaultActions: [],
            certificates: ['a', 'b'],
            sslPolicy: 'P',
            attributes: {},
            tags: {},
          },
          rules: [
            rule(1, {
              conditions: [{ field: 'path-pattern', values: ['/a'] }],
              actions: [forward],
              targetGroups: [web],
            }),
            rule(7, { foreign: true, actions: [forward], targetGroups: [web] }),
            rule('default', { actions: [{ type: 'fixed-response', statusCode: '404' }] }),
          ],
        },
      ],
    },
  ],
  unused: [{ arn: 'arn:idle', name: 'k8s-idle', targets: [] }],
};

test('a tree: targets are listed where their target group comes first', () => {
  expect(treeText([TREE, { group: 'shop/web', loadBalancers: [], unused: [] }], plain)).toBe(
    [
      'group edge',
      '├─ load balancer k8s-edge internal active lb.example',
      '│  └─ listener HTTPS 443, P, 2 certificates',
      '│     ├─ rule 1: path /a → forward to k8s-web',
      '│     │  └─ target group k8s-web (not of this group) 1/2 healthy',
      '│     │     ├─ 10.0.0.1:8080 healthy',
      '│     │     └─ 10.0.0.2:8080 unhealthy (Target.Timeout: Request timed out)',
      '│     ├─ rule 7 (not ours): everything → forward to k8s-web',
      '│     │  └─ target group k8s-web (not of this group) 1/2 healthy, as above',
      '│     └─ otherwise → answer 404',
      '└─ not used by any listener',
      '   └─ target group k8s-idle (not of this group) 0/0 healthy',
      '',
      'Ingress shop/web: nothing in AWS',
    ].join('\n'),
  );
  expect(treeText([], plain)).toBe('nothing in AWS');
});

test('as data', () => {
  expect(treeData([TREE])).toMatchObject({
    groups: [
      {
        group: 'edge',
        loadBalancers: [
          {
            name: 'k8s-edge',
            state: 'active',
            listeners: [
              { port: 443, rules: [{ when: 'path /a', does: 'forward to k8s-web', priority: 1 }, {}, {}] },
            ],
          },
        ],
        unused: [{ name: 'k8s-idle', targets: [] }],
      },
    ],
  });
});

describe('words', () => {
  test.each<[Condition, string]>([
    [{ field: 'host-header', values: ['a.b', '*.c'] }, 'host a.b or *.c'],
    [{ field: 'path-pattern', values: [], regexValues: ['^/v[0-9]'] }, 'path /^/v[0-9]/'],
    [{ field: 'http-header', name: 'X-A', values: ['1'] }, 'header X-A: 1'],
    [{ field: 'http-request-method', values: ['GET', 'HEAD'] }, 'method GET or HEAD'],
    [{ field: 'query-string', values: [{ key: 'a', value: 'b' }, { value: 'c' }] }, 'query a=b or c'],
    [{ field: 'source-ip', values: ['10.0.0.0/8'] }, 'from 10.0.0.0/8'],
  ])('%j', (condition, words) => {
    expect(conditionWords([condition])).toBe(words);
  });

  test('all conditions of a rule', () => {
    const host = { field: 'host-header', values: ['a'] } as const;
    expect(
      conditionWords([
        { ...host, values: ['a'] },
        { field: 'path-pattern', values: ['/b'] },
      ]),
    ).toBe('host a and path /b');
  });

  const target = (targetGroup: string, weight: number) => ({ targetGroup, weight });
  test.each<[Action, string]>([
    [{ type: 'forward', targets: [target('a', 3), target('b', 1)] }, 'forward to A 75 %, B 25 %'],
    [{ type: 'forward', targets: [target('a', 0), target('b', 0)] }, 'forward to A 0 %, B 0 %'],
    [
      { type: 'forward', targets: [{ targetGroup: { ref: 'a' } }], stickinessSeconds: 9 },
      'forward to A, sticky for 9 s',
    ],
    [
      { type: 'redirect', statusCode: 'HTTP_301', protocol: 'HTTPS', port: '443' },
      'redirect 301 to https://#{host}:443/#{path}?#{query}',
    ],
    [{ type: 'fixed-response', statusCode: '503' }, 'answer 503'],
    [
      { type: 'jwt-validation', jwksEndpoint: 'https://k', issuer: 'https://i' },
      'validate token of https://i',
    ],
    [
      {
        type: 'authenticate-cognito',
        userPoolArn: '',
        clientId: '',
        domain: '',
        onUnauthenticatedRequest: 'authenticate',
        scope: 'openid',
        sessionCookie: 'c',
        sessionSeconds: 1,
      },
      'log in with cognito',
    ],
  ])('%j', (action, words) => {
    expect(actionWords([action], [], (arn) => arn.toUpperCase())).toBe(words);
  });

  test('transforms come first', () => {
    const rewrites = [{ regex: '^/a', replace: '/' }];
    const answer: Action = { type: 'fixed-response', statusCode: '200' };
    expect(actionWords([answer], [{ type: 'url-rewrite', rewrites }], String)).toBe(
      'rewrite URL /^/a/ → /, then answer 200',
    );
  });
});
