// Reading calls, counting them, and faults.
import { describe, expect, test } from 'vitest';
import { needsOf } from './account/needs.ts';
import { AwsApi } from './aws-api.ts';
import { CallLog, FaultPlan } from './call-log.ts';
import { inMemory } from './elb/in-memory.ts';
import { emptyProtections } from './protections/state.ts';
import { readCall, subjectOf } from './protocol/call.ts';

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKID/20260101/us-west-2/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

describe('readCall', () => {
  test.each<[string, Parameters<typeof readCall>, object]>([
    [
      'a Query call',
      [
        'POST',
        '/',
        { ...signed('elasticloadbalancing'), ...form },
        Buffer.from('Action=DeleteRule&RuleArn=a'),
      ],
      { service: 'elasticloadbalancing', action: 'DeleteRule', protocol: 'query' },
    ],
    [
      'an EC2 call',
      ['POST', '/', { ...signed('ec2'), ...form }, Buffer.from('Action=DescribeVpcs')],
      { service: 'ec2', action: 'DescribeVpcs', protocol: 'ec2' },
    ],
    [
      'a JSON call',
      [
        'POST',
        '/',
        { ...signed('tagging'), 'x-amz-target': 'ResourceGroupsTaggingAPI_20170126.GetResources' },
        Buffer.from('{"ResourcesPerPage":5}'),
      ],
      { service: 'tagging', action: 'GetResources', protocol: 'json', json: { ResourcesPerPage: 5 } },
    ],
    [
      'a JSON call with a broken body',
      [
        'POST',
        '/',
        { ...signed('acm'), 'x-amz-target': 'CertificateManager.ListCertificates' },
        Buffer.from('{'),
      ],
      { service: 'acm', action: 'ListCertificates', json: {} },
    ],
    [
      'a REST call',
      ['GET', '/things?x=1', signed('route53'), Buffer.alloc(0)],
      { service: 'route53', action: 'GET /things' },
    ],
    [
      'an unsigned call of our API version',
      ['GET', '/?Action=DescribeRules&Version=2015-12-01', {}, Buffer.alloc(0)],
      { service: 'elasticloadbalancing', action: 'DescribeRules' },
    ],
  ])('%s', (_row, args, expected) => {
    expect(readCall(...args)).toMatchObject(expected);
  });

  test.each([
    ['Action=CreateRule&Priority=1&ListenerArn=arn:l', 'arn:l'],
    ['Action=AddTags&ResourceArns.member.1=arn:x', 'arn:x'],
    ['Action=DescribeAccountLimits', ''],
  ])('the subject of %s is %s', (body, expected) => {
    expect(subjectOf(readCall('POST', '/', { ...signed('x'), ...form }, Buffer.from(body)))).toBe(expected);
  });
});

test('counts by service and action, and a log', () => {
  const callLog = new CallLog();
  expect([
    callLog.count('ec2', 'DescribeVpcs'),
    callLog.count('ec2', 'DescribeVpcs'),
    callLog.count('ec2', 'CreateVpc'),
  ]).toEqual([1, 2, 3]);
  callLog.log(0, 'ec2', 'CreateVpc', 'a');
  expect(callLog.calls()).toEqual([
    { service: 'ec2', action: 'DescribeVpcs', mutating: false, count: 2 },
    { service: 'ec2', action: 'CreateVpc', mutating: true, count: 1 },
  ]);
  expect(callLog.mutations()).toEqual([
    { time: '1970-01-01T00:00:00.000Z', service: 'ec2', action: 'CreateVpc', subject: 'a' },
  ]);
  callLog.reset();
  expect([callLog.calls(), callLog.mutations(), callLog.count('a', 'b')]).toEqual([[], [], 1]);
});

test('faults are used up, one call each, in the order they were planned', () => {
  const plan = new FaultPlan(0);
  plan.throttle('CreateRule', 1);
  plan.fail('CreateRule', 'InternalFailure', 'lost', 'before', 2);
  plan.fail('CreateRule', 'ServiceUnavailable', 'later', 'after', 1);
  const next = () => plan.due('CreateRule', 'before')?.code;
  expect([next(), next(), next(), next()]).toEqual([
    'Throttling',
    'InternalFailure',
    'InternalFailure',
    undefined,
  ]);
  expect(plan.due('DeleteRule', 'before')).toBeUndefined();
  expect(plan.due('CreateRule', 'after')).toMatchObject({ code: 'ServiceUnavailable', status: 500 });
});

test('what a call must be told about the account', () => {
  const { state } = inMemory();
  expect(
    needsOf('CreateLoadBalancer', { Subnets: ['a'], SubnetMappings: [{ SubnetId: 'b' }] }, state),
  ).toMatchObject({ subnets: ['a', 'b'], defaultGroup: true });
  expect(needsOf('CreateListener', { Certificates: [{ CertificateArn: 'c' }] }, state).certificates).toEqual([
    'c',
  ]);
  expect(needsOf('DescribeRules', { ListenerArn: 'x' }, state).certificates).toEqual([]);
});

test.each([
  ['elasticloadbalancing', 'Action=CreateTargetGroup&Name=web&Protocol=HTTP&Port=80&VpcId=vpc-1'],
  ['ec2', 'Action=DescribeVpcs'],
])('when moto has gone, a call of %s that needs it is refused in words', async (service, body) => {
  const memory = inMemory();
  const api = new AwsApi({
    ...memory.context,
    // Nobody listens on this port.
    motoUrl: 'http://127.0.0.1:1',
    latencyMs: 0,
    pools: { ipam: [], coip: [] },
    start: { state: memory.state, protections: emptyProtections() },
    changed: async () => undefined,
    certificateImported: () => undefined,
  });
  const answer = await api.handle({
    method: 'POST',
    path: '/',
    headers: { ...signed(service), ...form },
    body: Buffer.from(body),
  });
  expect(answer.status).toBe(503);
  expect(String(answer.body)).toContain('moto at http://127.0.0.1:1 does not answer (ECONNREFUSED)');
});
