// What a load balancer of the local AWS answers when something is wrong (Troubleshoot your Application Load Balancers), and
// how it spreads requests over targets.
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type DataPlaneFixture,
  listen,
  raw,
  startDataPlane,
  to,
} from '../../local-aws/data-plane/fixture.ts';
import { fixed, path, until } from '../../local-aws/fixture.ts';

let fixture: DataPlaneFixture;
const ends: (() => void)[] = [];

beforeAll(async () => {
  fixture = await startDataPlane(0.01);
});

afterAll(async () => {
  for (const end of ends) end();
  await fixture.close();
});

/** Starts a target that does this with each connection. */
async function playRaw(target: string, act: Parameters<typeof createServer>[1]): Promise<void> {
  const server = createServer({}, act);
  fixture.mapTarget(target, await listen(server));
  ends.push(() => server.close());
}

describe('of the client', () => {
  beforeAll(async () => {
    await fixture.http(80, fixed('well'));
  });

  const head = (more: string) => `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${more}`;
  test.each<[string, string, number]>([
    ['all right', head('\r\n'), 200],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['a header of more than 16 K', head(`A: ${'x'.repeat(17_000)}\r\n\r\n`), 400],
    ['headers of more than 64 K', head(`${`A: ${'x'.repeat(10_000)}\r\n`.repeat(7)}\r\n`), 400],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 405],
    [
      'a URL of more than 16 K',
      `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      414,
    ],
    ['31 forwarders', head(`X-Forwarded-For: ${Array(31).fill('1.1.1.1').join(', ')}\r\n\r\n`), 463],
    ['an unknown transfer coding', head('Transfer-Encoding: strange\r\n\r\n'), 501],
    ['another version', 'GET / HTTP/3.5\r\nHost: a\r\n\r\n', 505],
    ['headers that do not end', 'GET / HTTP/1.1\r\nHost: a\r\n', 408],
  ])('%s', async (_what, bytes, status) => {
    expect(await raw(fixture.addressOf(80), bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  test('a body that does not go on', async () => {
    await fixture.serve('10.0.0.1:80', (request, response) =>
      request.resume().on('end', () => response.end()),
    );
    await fixture.http(81, to(await fixture.group(['10.0.0.1'])));
    const bytes = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhalf';
    expect(await raw(fixture.addressOf(81), bytes)).toMatch(/^HTTP\/1.1 408 /);
  });

  test('the client that goes away takes its request with it', async () => {
    let gone = false;
    await fixture.serve('10.0.0.2:80', (request) => {
      request.on('close', () => {
        gone = true;
      });
    });
    await fixture.http(82, to(await fixture.group(['10.0.0.2'])));
    const asked = fetch(`http://127.0.0.1:${fixture.addressOf(82).port}/`, {
      signal: AbortSignal.timeout(100),
    });
    await expect(asked).rejects.toThrow();
    await until(async () => gone);
  });
});

describe('of the target', () => {
  test.each<[string, Parameters<typeof createServer>[1], number]>([
    ['resets the connection', (socket) => socket.once('data', () => socket.resetAndDestroy()), 502],
    ['closes it', (socket) => socket.once('data', () => socket.end()), 502],
    ['does not answer with HTTP', (socket) => socket.once('data', () => socket.end('hello\r\n\r\n')), 502],
    ['says nothing', () => undefined, 504],
  ])('that %s', async (what, act, status) => {
    const last = 20 + what.length;
    await playRaw(`10.0.0.${last}:80`, act);
    await fixture.http(1000 + last, to(await fixture.group([`10.0.0.${last}`])));
    expect((await fixture.ask(1000 + last, '/')).status).toBe(status);
  });

  test('that listens nowhere, cannot be reached, or is not there', async () => {
    fixture.mapTarget('10.0.0.3:80', { host: '127.0.0.1', port: 1 });
    await fixture.http(83, to(await fixture.group(['10.0.0.3'])));
    expect((await fixture.ask(83, '/')).status).toBe(502);
    await fixture.http(84, to(await fixture.group(['10.0.0.4'])));
    expect((await fixture.ask(84, '/')).status).toBe(504);
    await fixture.http(85, to(await fixture.group([])));
    expect((await fixture.ask(85, '/')).status).toBe(503);
  });

  test('whose path no longer is one after a rewrite', async () => {
    const ListenerArn = await fixture.http(87, fixed('well'));
    const rewrite = { Regex: '^/lost.*$', Replace: 'nowhere' };
    await fixture.call('CreateRule', {
      ListenerArn,
      Priority: 1,
      Conditions: [path('/lost*')],
      Actions: [to(await fixture.group(['10.0.0.3']))],
      Transforms: [{ Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [rewrite] } }],
    });
    expect((await fixture.ask(87, '/lost')).status).toBe(500);
    const spaced = { Regex: '^/lost.*$', Replace: '/a b' };
    await fixture.call('ModifyRule', {
      RuleArn: [...fixture.aws.state.rules.values()].find(({ transforms }) => transforms.length > 0)?.arn,
      Transforms: [{ Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [spaced] } }],
    });
    expect((await fixture.ask(87, '/lost')).status).toBe(500);
  });

  test('that is a function: not played here, which is said', async () => {
    const { TargetGroups: groups } = await fixture.call('CreateTargetGroup', {
      Name: 'function',
      TargetType: 'lambda',
    });
    const TargetGroupArn = groups?.[0]?.TargetGroupArn ?? '';
    const Id = 'arn:aws:lambda:us-west-2:123456789012:function:f';
    await fixture.call('RegisterTargets', { TargetGroupArn, Targets: [{ Id }] });
    await fixture.http(86, to(TargetGroupArn));
    expect(await fixture.ask(86, '/')).toMatchObject({
      status: 502,
      body: expect.stringContaining('Lambda functions are not played'),
    });
  });
});

describe('among targets', () => {
  const answering = async (port: number, times: number, headers = {}) => {
    const bodies: string[] = [];
    for (let n = 0; n < times; n++) bodies.push((await fixture.ask(port, '/', headers)).body);
    return bodies;
  };
  const states = async (TargetGroupArn: string) =>
    (await fixture.call('DescribeTargetHealth', { TargetGroupArn })).TargetHealthDescriptions?.map(
      ({ TargetHealth: health }) => health?.State,
    );
  /** Two targets that answer with their number; the second waits as long as told. */
  const two = async (first: number, wait = { ms: 0 }) => {
    for (const last of [first, first + 1])
      await fixture.serve(`10.0.0.${last}:80`, async ({ url }, response) => {
        if (last !== first && url !== '/check') await sleep(wait.ms);
        response.end(String(last));
      });
    const group = await fixture.group([`10.0.0.${first}`, `10.0.0.${first + 1}`], {
      HealthCheckPath: '/check',
    });
    return group;
  };

  test('turns go round; a draining target gets nothing new, whatever the cookie says', async () => {
    const group = await two(100);
    await fixture.attributes(group, { 'stickiness.enabled': 'true' });
    await fixture.http(90, to(group));
    await until(async () => (await states(group))?.every((state) => state === 'healthy') === true);
    expect(new Set(await answering(90, 4))).toEqual(new Set(['100', '101']));
    let cookie = '';
    await until(async () => {
      const page = await fixture.ask(90, '/');
      cookie = page.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
      return page.body === '100';
    });
    // Across origins a browser sends the twin.
    const twin = cookie.replace('AWSALB=', 'AWSALBCORS=');
    expect(new Set(await answering(90, 4, { cookie }))).toEqual(new Set(['100']));
    expect(new Set(await answering(90, 4, { cookie: twin }))).toEqual(new Set(['100']));
    await fixture.call('DeregisterTargets', { TargetGroupArn: group, Targets: [{ Id: '10.0.0.100' }] });
    expect(new Set(await answering(90, 4, { cookie }))).toEqual(new Set(['101']));
  });

  test('an application’s cookie keeps a client when the application sets it', async () => {
    for (const last of [110, 111])
      await fixture.serve(`10.0.0.${last}:80`, ({ url }, response) => {
        if (url === '/in') response.setHeader('set-cookie', 'session=1');
        response.end(String(last));
      });
    const group = await fixture.group(['10.0.0.110', '10.0.0.111']);
    await fixture.attributes(group, {
      'stickiness.enabled': 'true',
      'stickiness.type': 'app_cookie',
      'stickiness.app_cookie.cookie_name': 'session',
    });
    await fixture.http(91, to(group));
    expect((await fixture.ask(91, '/')).headers).not.toHaveProperty('set-cookie');
    const { body, headers } = await fixture.ask(91, '/in');
    const cookies = headers['set-cookie']?.map((one) => one.split(';')[0] ?? '') ?? [];
    expect(cookies.map((one) => one.split('=')[0])).toEqual(['session', 'AWSALBAPP-0']);
    expect(new Set(await answering(91, 4, { cookie: cookies.join('; ') }))).toEqual(new Set([body]));
  });

  test('the fewest requests under way', async () => {
    const wait = { ms: 0 };
    const group = await two(120, wait);
    await fixture.attributes(group, { 'load_balancing.algorithm.type': 'least_outstanding_requests' });
    await fixture.http(92, to(group));
    await until(async () => (await states(group))?.every((state) => state === 'healthy') === true);
    wait.ms = 1_000;
    // One of the two is held by the slow target, whichever comes first.
    const held = [fixture.ask(92, '/'), fixture.ask(92, '/')];
    await sleep(50);
    expect(await answering(92, 4)).toEqual(['120', '120', '120', '120']);
    expect((await Promise.all(held)).map(({ body }) => body).sort()).toEqual(['120', '121']);
  });

  test('all of them when none is healthy', async () => {
    const group = await two(130);
    await fixture.call('ModifyTargetGroup', { TargetGroupArn: group, Matcher: { HttpCode: '418' } });
    await fixture.http(93, to(group));
    await until(async () => (await states(group))?.every((state) => state === 'unhealthy') === true);
    expect(new Set(await answering(93, 4))).toEqual(new Set(['130', '131']));
  });
});
