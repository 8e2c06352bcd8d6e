// Tests of the metrics of calls: what is counted of real answers over HTTP, under the names and labels of the LBC.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListWebACLsCommand, Scope } from '@aws-sdk/client-wafv2';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Aws, connectAws } from './client.ts';

/** What is answered next: status and body; the last one again and again. */
const answers: { status: number; body: string }[] = [];
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const { status, body } = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 500, body: '' };
    response
      .writeHead(status, { 'content-type': body.startsWith('{') ? 'application/json' : 'text/xml' })
      .end(body);
  });
});

let aws: Aws;
let registry: Registry;
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  vi.unstubAllEnvs();
  aws.close();
  server.close();
});
beforeEach(() => {
  aws?.close();
  registry = new Registry();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  aws = connectAws({
    ...{ clusterName: 'c', vpcId: 'vpc-1', region: 'us-west-2', maxAttempts: 2, version: 'test', registry },
    endpoints: { EC2: url, 'Elastic Load Balancing v2': url, WAFV2: url },
  });
});

const query = (code: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;
const ec2 = (code: string): string =>
  `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`;
const FINE = '<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>';

const send = {
  elb: () => aws.elbv2.send(new DescribeLoadBalancersCommand({ Names: ['x'] })),
  ec2: () => aws.ec2.send(new DescribeVpcsCommand({})),
  waf: () => aws.wafv2.send(new ListWebACLsCommand({ Scope: Scope.REGIONAL })),
};

/** The lines of a metric with a value other than 0. */
async function lines(name: string): Promise<string[]> {
  const text = await registry.getSingleMetricAsString(name);
  return text.split('\n').filter((line) => line.startsWith(name) && !line.endsWith(' 0'));
}

test.each([
  ['elb', 404, query('LoadBalancerNotFound'), 'Elastic Load Balancing v2', 'LoadBalancerNotFound', undefined],
  ['elb', 400, query('ValidationError'), 'Elastic Load Balancing v2', 'ValidationError', 'validation'],
  ['elb', 403, query('AccessDenied'), 'Elastic Load Balancing v2', 'AccessDenied', 'permission'],
  ['ec2', 403, ec2('UnauthorizedOperation'), 'EC2', 'UnauthorizedOperation', 'permission'],
  ['ec2', 503, ec2('RequestLimitExceeded'), 'EC2', 'RequestLimitExceeded', 'service_limit_exceeded'],
  ['ec2', 400, ec2('Throttling'), 'EC2', 'Throttling', 'throttled'],
  [
    'waf',
    400,
    '{"__type":"ThrottlingException","message":"no"}',
    'WAFV2',
    'ThrottlingException',
    'throttled',
  ],
] as const)('%s answers %i: %s', async (which, status, body, service, code, category) => {
  answers.splice(0, answers.length, { status, body });
  await expect(send[which]()).rejects.toThrow();
  const labels = new RegExp(
    `service="${service}",operation="\\w+",status_code="${status}",error_code="${code}"} 1$`,
  );
  expect(await lines('aws_api_calls_total')).toEqual([expect.stringMatching(labels)]);
  for (const one of ['permission', 'service_limit_exceeded', 'throttled', 'validation'])
    expect(await lines(`aws_api_call_${one}_errors_total`)).toEqual(
      one === category ? [expect.stringMatching(labels)] : [],
    );
});

test('an answer is counted once, with its retries and its time', async () => {
  answers.splice(0, answers.length, { status: 503, body: ec2('Unavailable') }, { status: 200, body: FINE });
  await send.ec2();
  expect(await lines('aws_api_calls_total')).toEqual([
    'aws_api_calls_total{service="EC2",operation="DescribeVpcs",status_code="200",error_code=""} 1',
  ]);
  expect(await lines('aws_api_call_retries')).toContain(
    'aws_api_call_retries_sum{service="EC2",operation="DescribeVpcs"} 1',
  );
  expect(await lines('aws_api_call_duration_seconds')).toContain(
    'aws_api_call_duration_seconds_count{service="EC2",operation="DescribeVpcs"} 1',
  );
});

test('no answer is an internal error', async () => {
  aws.close();
  registry = new Registry();
  aws = connectAws({
    ...{ clusterName: 'c', vpcId: 'vpc-1', region: 'us-west-2', maxAttempts: 1, version: 'test', registry },
    endpoints: { EC2: 'http://127.0.0.1:1' },
  });
  await expect(send.ec2()).rejects.toThrow();
  expect(await lines('aws_api_calls_total')).toEqual([
    expect.stringMatching(/status_code="0",error_code="internal"} 1$/),
  ]);
});
