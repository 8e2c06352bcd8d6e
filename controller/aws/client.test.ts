// Tests of calls: the list agrees with the IAM policy that we publish, and nothing else can be sent.
import { readFileSync } from 'node:fs';
import { DescribeSSLPoliciesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { allPages, CALLS, connectAws } from './client.ts';

interface Policy {
  readonly Statement: readonly { readonly Action: string | readonly string[] }[];
}

test('the published IAM policy allows exactly the listed calls but the roles of others, and the service-linked role', () => {
  const file = new URL('../../config/controller/iam-policy.json', import.meta.url);
  const policy = JSON.parse(readFileSync(file, 'utf8')) as Policy;
  const allowed = new Set(policy.Statement.flatMap(({ Action }) => Action));
  const listed = [...CALLS].map(([action, { service }]) => `${service}:${action}`);
  // What AWS does in our name: the role of the service, a look at the client of a Cognito login, web ACLs set and shown.
  const onBehalf = [
    'iam:CreateServiceLinkedRole',
    'cognito-idp:DescribeUserPoolClient',
    'elasticloadbalancing:SetWebAcl',
    'wafv2:GetWebACL',
  ];
  // Whoever names a role grants it.
  const always = listed.filter((action) => action !== 'sts:AssumeRole');
  expect([...allowed].sort()).toEqual([...always, ...onBehalf].sort());
});

test('what reads is not called mutating, and the other way round', () => {
  for (const [action, { mutating }] of CALLS)
    expect(mutating, action).toBe(!/^(Describe|List|Get)/.test(action));
});

test('an action that is not listed is never sent', async () => {
  const aws = connectAws({
    clusterName: 'c',
    vpcId: 'vpc-1',
    region: 'us-west-2',
    maxAttempts: 1,
    version: 'test',
    registry: new Registry(),
  });
  await expect(aws.elbv2.send(new DescribeSSLPoliciesCommand())).rejects.toThrow(
    'DescribeSSLPolicies is missing in CALLS',
  );
  expect(aws.counts.size).toBe(0);
  aws.close();
});

test('pages are followed to the end; an empty token is the end', async () => {
  const tokens: (string | undefined)[] = [];
  const all = await allPages(async (token) => {
    tokens.push(token);
    return { items: [tokens.length], token: tokens.length < 3 ? String(tokens.length) : '' };
  });
  expect(all).toEqual([1, 2, 3]);
  expect(tokens).toEqual([undefined, '1', '2']);
});
