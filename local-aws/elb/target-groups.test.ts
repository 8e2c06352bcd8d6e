// Target groups and their targets (aws-limits 4, 4.1; moto-coverage 5).
import type { CreateTargetGroupInput, TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import { codeOf, type InMemory, inMemory } from './in-memory.ts';
import { countCheck } from './targets.ts';

const HTTP = { Name: 'tg', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1' } as const;

function create(aws: InMemory, changes: Partial<CreateTargetGroupInput> = {}): string {
  return aws.call('CreateTargetGroup', { ...HTTP, ...changes }).TargetGroups[0]?.TargetGroupArn ?? '';
}

describe('CreateTargetGroup refuses', () => {
  test.each<[string, Partial<CreateTargetGroupInput>]>([
    ['TG1 33 characters', { Name: 'a'.repeat(33) }],
    ['TG1 hyphen last', { Name: 'a-' }],
    ['TG2 alb', { TargetType: 'alb' }],
    ['TG3 protocol', { Protocol: 'GENEVE' }],
    ['TG6 version of a network group', { Protocol: 'TCP', ProtocolVersion: 'HTTP1' }],
    ['TG8 control port of a network group', { Protocol: 'TCP', TargetControlPort: 1 }],
    ['HC1 protocol of a network group', { Protocol: 'UDP', HealthCheckProtocol: 'UDP' }],
    ['HC3 path over TCP', { Protocol: 'TCP', HealthCheckPath: '/' }],
    ['HC8 codes over TCP', { Protocol: 'TCP', Matcher: { HttpCode: '200' } }],
    ['TG4 port', { Port: 65536 }],
    ['TG5 unknown VPC', { VpcId: 'vpc-0' }],
    ['TG6 version', { ProtocolVersion: 'HTTP3' }],
    ['TG7 address type', { IpAddressType: 'ipv5' as 'ipv4' }],
    ['HC1 protocol', { HealthCheckProtocol: 'TCP' }],
    ['HC2 port', { HealthCheckPort: '0' }],
    ['HC2 port in words', { HealthCheckPort: 'traffic_port' }],
    ['HC3 path', { HealthCheckPath: 'healthz' }],
    ['HC3 long path', { HealthCheckPath: `/${'a'.repeat(1024)}` }],
    ['HC4 interval', { HealthCheckIntervalSeconds: 301 }],
    ['HC5 timeout', { HealthCheckTimeoutSeconds: 1 }],
    ['HC5 timeout not below the interval', { HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 10 }],
    ['HC6 threshold', { HealthyThresholdCount: 11 }],
    ['HC7 threshold', { UnhealthyThresholdCount: 1 }],
    ['HC8 code', { Matcher: { HttpCode: '500' } }],
    ['HC8 words', { Matcher: { HttpCode: '200 ok' } }],
    ['HC9 gRPC code for HTTP', { Matcher: { GrpcCode: '0' } }],
    ['HC9 code', { ProtocolVersion: 'GRPC', Matcher: { GrpcCode: '100' } }],
    ['HC10 disabled', { HealthCheckEnabled: false }],
  ])('%s', (_row, changes) => {
    expect(codeOf(() => create(inMemory(), changes))).toBe('ValidationError');
  });

  test.each<[string, CreateTargetGroupInput]>([
    ['TG3 no protocol', { Name: 'a', Port: 80, VpcId: 'vpc-1' }],
    ['TG4 no port', { Name: 'a', Protocol: 'HTTP', VpcId: 'vpc-1' }],
    ['TG5 no VPC', { Name: 'a', Protocol: 'HTTP', Port: 80 }],
    ['TG3 lambda with a protocol', { Name: 'a', TargetType: 'lambda', Protocol: 'HTTP' }],
    ['TG8 lambda with a control port', { Name: 'a', TargetType: 'lambda', TargetControlPort: 1 }],
    ['TG7 lambda with IPv6', { Name: 'a', TargetType: 'lambda', IpAddressType: 'ipv6' }],
  ])('%s', (_row, input) => {
    expect(codeOf(() => inMemory().call('CreateTargetGroup', input))).toBe('ValidationError');
  });

  test('but accepts two hyphens inside (TG1)', () => {
    expect(codeOf(() => create(inMemory(), { Name: 'a--b' }))).toBe('accepted');
  });

  test('over the quota: TooManyTargetGroups', () => {
    const aws = inMemory();
    aws.context.limits['target-groups'] = 1;
    create(aws);
    expect(codeOf(() => create(aws, { Name: 'two' }))).toBe('TooManyTargetGroups');
  });
});

describe('a target group of a Network Load Balancer', () => {
  const TCP = { protocol: 'TCP', seconds: [30, 10], path: undefined, codes: undefined };
  test.each<[Partial<CreateTargetGroupInput>, object]>([
    [{ Protocol: 'TCP' }, TCP],
    [{ Protocol: 'TLS' }, TCP],
    [{ Protocol: 'UDP' }, TCP],
    [{ Protocol: 'TCP_UDP' }, TCP],
    [
      { Protocol: 'TCP', HealthCheckProtocol: 'HTTP' },
      { protocol: 'HTTP', seconds: [30, 6], path: '/', codes: '200-399' },
    ],
    [
      { Protocol: 'TCP', HealthCheckProtocol: 'HTTPS', Matcher: { HttpCode: '200-599' } },
      { protocol: 'HTTPS', seconds: [30, 10], path: '/', codes: '200-599' },
    ],
  ])('%j is checked as AWS does by default', (changes, expected) => {
    const [group] = inMemory().call('CreateTargetGroup', { ...HTTP, ...changes }).TargetGroups;
    expect({
      protocol: group?.HealthCheckProtocol,
      seconds: [group?.HealthCheckIntervalSeconds, group?.HealthCheckTimeoutSeconds],
      path: group?.HealthCheckPath,
      codes: group?.Matcher?.HttpCode,
    }).toEqual(expected);
    expect([group?.Protocol, group?.ProtocolVersion]).toEqual([changes.Protocol, undefined]);
  });

  test('takes targets, and is served by no Application Load Balancer', () => {
    const aws = inMemory();
    const TargetGroupArn = create(aws, { Protocol: 'TCP', TargetType: 'ip' });
    aws.call('RegisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.1', Port: 80 }] });
    const { TargetHealthDescriptions = [] } = aws.call('DescribeTargetHealth', { TargetGroupArn });
    expect(TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.Reason)).toEqual([
      'Target.NotInUse',
    ]);
    expect(codeOf(() => aws.call('DescribeTargetGroupAttributes', { TargetGroupArn }))).toBe(
      'ValidationError',
    );
  });

  test('changes between checks over TCP and HTTP', () => {
    const aws = inMemory();
    const TargetGroupArn = create(aws, { Protocol: 'TCP' });
    const modify = (HealthCheckProtocol: 'HTTP' | 'TCP') =>
      aws.call('ModifyTargetGroup', { TargetGroupArn, HealthCheckProtocol }).TargetGroups[0];
    expect(modify('HTTP')).toMatchObject({ HealthCheckPath: '/', Matcher: { HttpCode: '200-399' } });
    expect(modify('TCP')).not.toHaveProperty('HealthCheckPath');
  });
});

test('an identical create is the same group, another one of the name is refused', () => {
  const aws = inMemory();
  const arn = create(aws);
  expect(create(aws)).toBe(arn);
  expect(codeOf(() => create(aws, { Port: 81 }))).toBe('DuplicateTargetGroupName');
});

test('defaults of the health check: gRPC and HTTPS differ as AWS says (moto-coverage 5)', () => {
  const aws = inMemory();
  const [grpc] = aws.call('CreateTargetGroup', { ...HTTP, ProtocolVersion: 'GRPC' }).TargetGroups;
  expect(grpc).toMatchObject({ HealthCheckPath: '/AWS.ALB/healthcheck', Matcher: { GrpcCode: '12' } });
  const [https] = aws.call('CreateTargetGroup', { ...HTTP, Name: 'b', Protocol: 'HTTPS' }).TargetGroups;
  expect(https).toMatchObject({ HealthCheckProtocol: 'HTTP', HealthCheckPort: 'traffic-port' });
});

test('ModifyTargetGroup judges the result (HC5)', () => {
  const aws = inMemory();
  const TargetGroupArn = create(aws);
  const modify = (HealthCheckTimeoutSeconds: number) =>
    codeOf(() => aws.call('ModifyTargetGroup', { TargetGroupArn, HealthCheckTimeoutSeconds }));
  expect(modify(30)).toBe('ValidationError');
  expect(modify(29)).toBe('accepted');
});

/** A group of type ip that a load balancer uses. */
function inUse(changes: Partial<CreateTargetGroupInput> = {}) {
  const aws = inMemory();
  const group = create(aws, { TargetType: 'ip', ...changes });
  const [lb] = aws.call('CreateLoadBalancer', { Name: 'a', Subnets: ['subnet-a', 'subnet-b'] }).LoadBalancers;
  const [listener] = aws.call('CreateListener', {
    LoadBalancerArn: lb?.LoadBalancerArn,
    Port: 80,
    Protocol: 'HTTP',
    DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
  }).Listeners;
  const register = (...Targets: TargetDescription[]) =>
    aws.call('RegisterTargets', { TargetGroupArn: group, Targets });
  const health = () =>
    aws
      .call('DescribeTargetHealth', { TargetGroupArn: group })
      .TargetHealthDescriptions?.map((description) => [
        `${description.Target?.Id}:${description.Target?.Port}`,
        description.TargetHealth?.State,
        description.TargetHealth?.Reason,
      ]);
  return { aws, group, listener: listener?.ListenerArn, register, health };
}

describe('targets', () => {
  test.each<[string, TargetDescription, string]>([
    ['TG11 no address', { Id: 'pod-1' }, 'ValidationError'],
    ['TG11 public address', { Id: '8.8.8.8' }, 'ValidationError'],
    ['TG11 outside the VPC without a zone', { Id: '10.1.0.1' }, 'ValidationError'],
    ['TG11 IPv6 in an IPv4 group', { Id: 'fd00::1' }, 'ValidationError'],
    ['TG11 outside the VPC with a zone', { Id: '10.1.0.1', AvailabilityZone: 'all' }, 'accepted'],
    ['TG11 in the VPC', { Id: '10.0.0.1' }, 'accepted'],
  ])('%s: %o → %s', (_row, target, expected) => {
    const { register } = inUse();
    expect(codeOf(() => register(target))).toBe(expected);
  });

  test.each([
    ['TG11 unknown instance', 'i-9', 'InvalidTarget'],
    ['TG11 stopped instance', 'i-3', 'InvalidTarget'],
    ['TG11 instance of another VPC', 'i-4', 'InvalidTarget'],
    ['TG11 no instance', '10.0.0.1', 'ValidationError'],
    ['TG11 running instance', 'i-1', 'accepted'],
  ])('%s', (_row, Id, expected) => {
    const aws = inMemory();
    const TargetGroupArn = create(aws);
    expect(codeOf(() => aws.call('RegisterTargets', { TargetGroupArn, Targets: [{ Id }] }))).toBe(expected);
  });

  test('quotas: per group and per load balancer, TooManyTargets', () => {
    const { aws, register } = inUse();
    aws.context.limits['targets-per-target-group'] = 2;
    register({ Id: '10.0.0.1' }, { Id: '10.0.0.2' });
    expect(codeOf(() => register({ Id: '10.0.0.3' }))).toBe('TooManyTargets');
    expect(codeOf(() => register({ Id: '10.0.0.2' }))).toBe('accepted');
    aws.context.limits['targets-per-target-group'] = 9;
    aws.context.limits['targets-per-application-load-balancer'] = 2;
    expect(codeOf(() => register({ Id: '10.0.0.3' }))).toBe('TooManyTargets');
  });

  test('initial → healthy after one good check; thresholds afterwards; unused when the group is', () => {
    const { aws, group, listener, register, health } = inUse();
    register({ Id: '10.0.0.1' });
    expect(health()).toEqual([['10.0.0.1:80', 'initial', 'Elb.RegistrationInProgress']]);
    const held = aws.state.targetGroups.get(group);
    const target = held?.targets['10.0.0.1:80'];
    if (held === undefined || target === undefined) throw new Error('the target is gone');
    const check = (passed: boolean) => countCheck(held, target, { passed });
    check(true);
    expect(health()).toEqual([['10.0.0.1:80', 'healthy', undefined]]);
    check(false);
    expect(health()?.[0]?.[1]).toBe('healthy');
    check(false);
    expect(health()).toEqual([['10.0.0.1:80', 'unhealthy', 'Target.FailedHealthChecks']]);
    for (const _ of [1, 2, 3, 4]) check(true);
    expect(health()?.[0]?.[1]).toBe('unhealthy');
    check(true);
    expect(health()?.[0]?.[1]).toBe('healthy');
    aws.call('DeleteListener', { ListenerArn: listener });
    expect(health()).toEqual([['10.0.0.1:80', 'unused', 'Target.NotInUse']]);
  });

  test('a target in a zone without the load balancer is unused', () => {
    const { register, health } = inUse();
    register({ Id: '10.0.2.7' });
    expect(health()).toEqual([['10.0.2.7:80', 'unused', 'Target.NotInUse']]);
  });

  test('deregistered targets drain for the delay; registered again they come back; unknown ones are ignored', () => {
    const { aws, group, register, health } = inUse();
    const deregister = (Id: string) =>
      aws.call('DeregisterTargets', { TargetGroupArn: group, Targets: [{ Id }] });
    register({ Id: '10.0.0.1' }, { Id: '10.0.0.1', Port: 81 });
    deregister('10.0.0.1');
    deregister('10.0.0.9');
    expect(health()?.map(([key, state]) => [key, state])).toEqual([
      ['10.0.0.1:80', 'draining'],
      ['10.0.0.1:81', 'initial'],
    ]);
    register({ Id: '10.0.0.1' });
    expect(health()?.[0]?.[1]).toBe('initial');
    deregister('10.0.0.1');
    aws.context.now += 300_000;
    expect(health()).toHaveLength(1);
    const asked = aws.call('DescribeTargetHealth', { TargetGroupArn: group, Targets: [{ Id: '10.0.0.1' }] });
    expect(asked.TargetHealthDescriptions?.[0]?.TargetHealth).toMatchObject({
      State: 'unused',
      Reason: 'Target.NotRegistered',
    });
  });
});
