// The local AWS as a browser sees it: targets with real health checks, and requests through load balancers.
import { get as httpsGet } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, first, fixed, path, refusal, startFixture, until } from '../../local-aws/fixture.ts';
import { preparedMoto } from '../harness/prepared.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture(preparedMoto);
});

afterAll(async () => {
  await fixture?.close();
});

describe('targets', () => {
  test('initial, healthy by a real check, unhealthy, draining, gone', async () => {
    const id = '10.0.100.20';
    let status = 200;
    await fixture.startTarget(`${id}:8080`, (_request, response) => response.writeHead(status).end());
    const group = await fixture.targetGroup({ HealthCheckPath: '/healthz' });
    const Targets = [{ Id: id, Port: 8080 }];
    await fixture.client.send(new elb.RegisterTargetsCommand({ TargetGroupArn: group, Targets }));
    expect(await fixture.health(group)).toEqual(['unused']);
    const lb = await fixture.loadBalancer();
    await fixture.listener(lb.arn, { Type: 'forward', TargetGroupArn: group });
    await until(async () => (await fixture.health(group))[0] === 'healthy');
    status = 500;
    await until(async () => (await fixture.health(group))[0] === 'unhealthy');
    status = 200;
    await until(async () => (await fixture.health(group))[0] === 'healthy');
    await fixture.client.send(
      new elb.ModifyTargetGroupAttributesCommand({
        TargetGroupArn: group,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
      }),
    );
    await fixture.client.send(new elb.DeregisterTargetsCommand({ TargetGroupArn: group, Targets }));
    expect(await fixture.health(group)).toEqual(['draining']);
    await until(async () => (await fixture.health(group)).length === 0);
  });

  test('one address on two ports is two targets; a public address is refused (TG11)', async () => {
    const group = await fixture.targetGroup();
    const register = (...targets: elb.TargetDescription[]) => fixture.register(group, ...targets);
    await register({ Id: '10.0.100.30', Port: 1 }, { Id: '10.0.100.30', Port: 2 });
    expect(await fixture.health(group)).toHaveLength(2);
    expect(await refusal(register({ Id: '8.8.8.8', Port: 1 }))).toBe('ValidationError');
    expect(await refusal(register({ Id: '172.16.0.1', Port: 1 }))).toBe('ValidationError');
    await register({ Id: '172.16.0.1', Port: 1, AvailabilityZone: 'all' });
  });
});

describe('the data plane', () => {
  test('rules choose; redirects, rewrites, weights and errors are AWS’s', async () => {
    const lb = await fixture.loadBalancer();
    const arn = await fixture.listener(lb.arn, fixed('nothing here'));
    await fixture.startTarget('10.0.100.40:80', ({ headers, url }, response) =>
      response.end(`${headers['x-forwarded-proto']} ${headers.host} ${url}`),
    );
    const group = await fixture.targetGroup();
    await fixture.register(group, { Id: '10.0.100.40' });
    const empty = await fixture.targetGroup();
    const dead = await fixture.targetGroup();
    await fixture.register(dead, { Id: '10.0.100.41' });
    const rule = (Priority: number, value: string, action: elb.Action, Transforms?: elb.RuleTransform[]) =>
      fixture.client.send(
        new elb.CreateRuleCommand({
          ListenerArn: arn,
          Priority,
          Conditions: [path(value)],
          Actions: [action],
          ...(Transforms === undefined ? {} : { Transforms }),
        }),
      );
    const to = (TargetGroupArn: string): elb.Action => ({ Type: 'forward', TargetGroupArn });
    await rule(1, '/api/*', to(group), [
      { Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [{ Regex: '^/api/(.*)$', Replace: '/$1' }] } },
    ]);
    await rule(2, '/empty', to(empty));
    await rule(3, '/dead', to(dead));
    await rule(4, '/old', {
      Type: 'redirect',
      RedirectConfig: { StatusCode: 'HTTP_301', Protocol: 'HTTPS', Port: '443', Path: '/new' },
    });
    expect(await fixture.open(lb.dns, 80, '/')).toMatchObject({ status: 200, body: 'nothing here' });
    expect((await fixture.open(lb.dns, 80, '/api/users?a=1')).body).toBe(`http ${lb.dns} /users?a=1`);
    expect((await fixture.open(lb.dns, 80, '/empty')).status).toBe(503);
    expect((await fixture.open(lb.dns, 80, '/dead')).status).toBe(504);
    const moved = await fixture.open(lb.dns, 80, '/old?x=y');
    expect([moved.status, moved.headers.location]).toEqual([301, `https://${lb.dns}:443/new?x=y`]);
  });

  test('a stickiness cookie keeps a client on its target', async () => {
    for (const last of [50, 51])
      await fixture.startTarget(`10.0.100.${last}:80`, (_request, response) => response.end(String(last)));
    const group = await fixture.targetGroup();
    await fixture.register(group, { Id: '10.0.100.50' }, { Id: '10.0.100.51' });
    await fixture.client.send(
      new elb.ModifyTargetGroupAttributesCommand({
        TargetGroupArn: group,
        Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }],
      }),
    );
    const lb = await fixture.loadBalancer();
    await fixture.listener(lb.arn, { Type: 'forward', TargetGroupArn: group });
    await until(async () => (await fixture.health(group)).every((state) => state === 'healthy'));
    const { body, headers } = await fixture.open(lb.dns, 80, '/');
    const cookie = headers['set-cookie']?.map((each) => each.split(';')[0]).join('; ') ?? '';
    for (let i = 0; i < 4; i++) expect((await fixture.open(lb.dns, 80, '/', { cookie })).body).toBe(body);
    const others = new Set([
      (await fixture.open(lb.dns, 80, '/')).body,
      (await fixture.open(lb.dns, 80, '/')).body,
    ]);
    expect(others.size).toBe(2);
  });

  test('HTTPS with the certificate for the name', async () => {
    const lb = await fixture.loadBalancer();
    const [shop, wild] = fixture.account.certificates;
    if (shop === undefined || wild === undefined) throw new Error('the account has two certificates');
    const { Listeners } = await fixture.client.send(
      new elb.CreateListenerCommand({
        LoadBalancerArn: lb.arn,
        Port: 443,
        Protocol: 'HTTPS',
        Certificates: [{ CertificateArn: shop.arn }],
        DefaultActions: [fixed('secure')],
      }),
    );
    const ListenerArn = first(Listeners).ListenerArn;
    await fixture.client.send(
      new elb.AddListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn: wild.arn }] }),
    );
    const door = fixture.aws.listenerAddress(lb.dns, 443);
    const openSecure = (servername: string, ca: string) =>
      new Promise<string>((resolve, reject) => {
        httpsGet({ ...door, servername, ca, agent: false, headers: { host: servername } }, (response) =>
          resolve(text(response)),
        ).on('error', reject);
      });
    expect(await openSecure('shop.example.com', shop.certPem)).toBe('secure');
    expect(await openSecure('a.example.org', wild.certPem)).toBe('secure');
    expect(await refusal(openSecure('other.example.net', shop.certPem))).not.toBe('accepted');
  });

  test('an upgrade passes through to the target', async () => {
    const server = await fixture.startTarget('10.0.100.60:80', (_request, response) => response.end());
    server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
      socket.pipe(socket);
    });
    const group = await fixture.targetGroup();
    await fixture.register(group, { Id: '10.0.100.60' });
    const lb = await fixture.loadBalancer();
    await fixture.listener(lb.arn, { Type: 'forward', TargetGroupArn: group });
    const door = fixture.aws.listenerAddress(lb.dns, 80);
    const socket = connect(door?.port ?? 0, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nHost: ${lb.dns}\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
    let seen = '';
    socket.on('data', (chunk: Buffer) => {
      if (seen === '') socket.write('hello');
      seen += chunk.toString();
    });
    await until(async () => seen.includes('hello'));
    expect(seen).toContain('101 Switching Protocols');
    socket.destroy();
  });
});
