// Roles of other accounts, over HTTP: who is assumed, how often, and what becomes of a role that cannot be.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sessionName } from './assumed-roles.ts';
import { type Aws, connectAws } from './client.ts';

let server: Server;
let aws: Aws;
let asked: string[];
let refuses: boolean;
let expiresInMs: number;

function answer(form: URLSearchParams, key: string): { status: number; body: string } {
  const action = form.get('Action');
  if (action !== 'AssumeRole') {
    asked.push(`${action} as ${key}`);
    return { status: 200, body: `<${action}Response><${action}Result/></${action}Response>` };
  }
  const [role, externalId] = [form.get('RoleArn'), form.get('ExternalId')];
  asked.push(`AssumeRole ${role} ${externalId} ${form.get('RoleSessionName')} as ${key}`);
  const error =
    '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';
  if (refuses) return { status: 403, body: error };
  const until = new Date(Date.now() + expiresInMs).toISOString();
  const credentials = `<AccessKeyId>${role?.split('/').at(-1)}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${until}</Expiration>`;
  return {
    status: 200,
    body: `<AssumeRoleResponse><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  };
}

beforeEach(async () => {
  [asked, refuses, expiresInMs] = [[], false, 3_600_000];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const { status, body } = answer(new URLSearchParams(text), key);
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ours');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  aws = connectAws({
    ...{ clusterName: 'prod', vpcId: 'vpc-1', region: 'us-west-2' },
    ...{ maxAttempts: 1, version: 'test', registry: new Registry() },
  });
});
afterEach(() => {
  aws.close();
  server.close();
  vi.unstubAllEnvs();
});

const ROLE = 'arn:aws:iam::210987654321:role/theirs';
const describeIn = (arn: string, externalId?: string) =>
  aws
    .assuming({ arn, ...(externalId === undefined ? {} : { externalId }) })
    .elbv2.send(new DescribeTargetGroupsCommand({}));

test('a role is assumed once for many calls, and calls without one are made as ourselves', async () => {
  await describeIn(ROLE, 'x');
  await describeIn(ROLE, 'x');
  await aws.elbv2.send(new DescribeTargetGroupsCommand({}));
  expect(asked).toEqual([
    `AssumeRole ${ROLE} x AWS-LBC-prod as ours`,
    'DescribeTargetGroups as theirs',
    'DescribeTargetGroups as theirs',
    'DescribeTargetGroups as ours',
  ]);
  expect(aws.assuming({ arn: ROLE, externalId: 'x' })).toBe(aws.assuming({ arn: ROLE, externalId: 'x' }));
  expect(aws.assuming({ arn: ROLE, externalId: 'y' })).not.toBe(aws.assuming({ arn: ROLE, externalId: 'x' }));
  expect(aws.counts.get('AssumeRole')).toBe(1);
});

test('credentials that expire soon are renewed', async () => {
  expiresInMs = 1_000;
  await describeIn(ROLE);
  await describeIn(ROLE);
  await vi.waitFor(() =>
    expect(asked.filter((one) => one.startsWith('AssumeRole')).length).toBeGreaterThan(1),
  );
});

test('a role that cannot be assumed is a failure of that call, by name, and is asked for again at the next one', async () => {
  refuses = true;
  await expect(describeIn(ROLE)).rejects.toMatchObject({
    action: 'AssumeRole',
    code: 'AccessDenied',
    kind: 'denied',
  });
  refuses = false;
  await expect(describeIn(ROLE)).resolves.toBeDefined();
});

test.each([
  ['prod', 'AWS-LBC-prod'],
  ['a b/c', 'AWS-LBC-abc'],
  ['x'.repeat(100), `AWS-LBC-${'x'.repeat(56)}`],
])('the session of cluster %s is %s', (cluster, session) => {
  expect(sessionName(cluster)).toBe(session);
});
