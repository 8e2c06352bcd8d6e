// HTTP/2 and gRPC through the local AWS: clients by ALPN, targets by protocol version, and health checks of both.
import { createServer, type Http2Server, connect as h2connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { connect as tlsConnect } from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DataPlaneFixture, listen, startDataPlane, to } from '../../local-aws/data-plane/fixture.ts';
import { fixed, until } from '../../local-aws/fixture.ts';

let fixture: DataPlaneFixture;
const ends: (() => void)[] = [];

beforeAll(async () => {
  fixture = await startDataPlane(0.01);
});

afterAll(async () => {
  for (const end of ends) end();
  await fixture.close();
});

/** Asks over HTTP/2. */
async function askHttp2(port: number, path: string, headers: Record<string, string> = {}, body = '') {
  const session = h2connect(`https://localhost:${fixture.addressOf(port).port}`, { ca: fixture.ca });
  const stream = session.request({ ':path': path, ':method': body === '' ? 'GET' : 'POST', ...headers });
  const answered = new Promise<number>((resolve, reject) => {
    stream.on('response', (answer) => resolve(answer[':status'] ?? 0)).on('error', reject);
  });
  stream.end(body === '' ? undefined : body);
  const page = { status: await answered, body: await text(stream) };
  session.close();
  return page;
}

const health = async (TargetGroupArn: string) =>
  (await fixture.call('DescribeTargetHealth', { TargetGroupArn })).TargetHealthDescriptions?.map(
    ({ TargetHealth: state }) => state?.State,
  );

test('clients speak HTTP/2 or HTTP/1.1 with an HTTPS listener, and a target sees HTTP/1.1', async () => {
  await fixture.serve('10.0.0.1:80', async (request, response) => {
    const body = await text(request);
    response.end(`${request.httpVersion} ${request.headers.host} ${request.url} ${body}`);
  });
  await fixture.https(443, [to(await fixture.group(['10.0.0.1']))]);
  const { port } = fixture.addressOf(443);
  expect(await askHttp2(443, '/a?b=c')).toEqual({ status: 200, body: '1.1 localhost /a?b=c ' });
  expect((await askHttp2(443, '/a', {}, 'x'.repeat(100_000))).body).toHaveLength(
    '1.1 localhost /a '.length + 100_000,
  );
  const offer = (ALPNProtocols: string[]) =>
    new Promise((resolve, reject) => {
      const socket = tlsConnect({ port, host: 'localhost', ca: fixture.ca, ALPNProtocols }, () => {
        resolve(socket.alpnProtocol);
        socket.destroy();
      }).on('error', reject);
    });
  expect(await offer(['h2', 'http/1.1'])).toBe('h2');
  await fixture.call('ModifyLoadBalancerAttributes', {
    LoadBalancerArn: fixture.arn,
    Attributes: [{ Key: 'routing.http2.enabled', Value: 'false' }],
  });
  expect(fixture.addressOf(443).port).toBe(port);
  expect(await offer(['h2', 'http/1.1'])).toBe('http/1.1');
  await fixture.call('ModifyLoadBalancerAttributes', {
    LoadBalancerArn: fixture.arn,
    Attributes: [{ Key: 'routing.http2.enabled', Value: 'true' }],
  });
});

describe('targets of version HTTP2', () => {
  let server: Http2Server;

  beforeAll(async () => {
    server = createServer((request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.end(`${request.httpVersion} ${request.headers[':authority']} ${request.url}`);
    });
    fixture.mapTarget('10.0.0.2:80', await listen(server));
    ends.push(() => server.close());
    const group = await fixture.group(['10.0.0.2'], { ProtocolVersion: 'HTTP2' });
    await fixture.https(8443, [to(group)]);
    await until(async () => (await health(group))?.[0] === 'healthy');
  });

  test('are checked and asked over HTTP/2', async () => {
    const page = await askHttp2(8443, '/x');
    expect(page).toEqual({ status: 200, body: '2.0 localhost:8443 /x' });
  });

  test('do not go with a request over HTTP/1.1: 464 without a body', async () => {
    const response = await new Promise<string>((resolve, reject) => {
      const socket = tlsConnect(
        { port: fixture.addressOf(8443).port, host: 'localhost', ca: fixture.ca },
        () => socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
      ).on('error', reject);
      text(socket).then(resolve, reject);
    });
    expect(response).toMatch(/^HTTP\/1\.1 464 [\s\S]*content-length: 0\r\n[\s\S]*\r\n\r\n$/);
  });
});

describe('gRPC', () => {
  const plain = {
    serialize: (text: string) => Buffer.from(text),
    deserialize: (bytes: Buffer) => `${bytes}`,
  };
  const method = (path: string, responseStream: boolean) => ({
    path,
    requestStream: false,
    responseStream,
    requestSerialize: plain.serialize,
    requestDeserialize: plain.deserialize,
    responseSerialize: plain.serialize,
    responseDeserialize: plain.deserialize,
  });
  const service = {
    hello: method('/greeter.Greeter/Hello', false),
    count: method('/greeter.Greeter/Count', true),
    // To grpc-js a message that is falsy is none.
    check: { ...method('/greeter.Greeter/Check', false), requestDeserialize: () => ({}) },
  };
  let client: grpc.Client;
  let group: string;

  beforeAll(async () => {
    const server = new grpc.Server();
    server.addService(service, {
      hello: (call: grpc.ServerUnaryCall<string, string>, done: grpc.sendUnaryData<string>) => {
        if (call.request === 'nobody') done({ code: grpc.status.NOT_FOUND, details: 'nobody there' });
        else done(null, `hello ${call.request}`);
      },
      check: (_call: grpc.ServerUnaryCall<object, string>, done: grpc.sendUnaryData<string>) =>
        done(null, 'well'),
      count: (call: grpc.ServerWritableStream<string, string>) => {
        for (let n = 1; n <= Number(call.request); n++) call.write(String(n));
        call.end();
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    ends.push(() => server.forceShutdown());
    fixture.mapTarget('10.0.0.3:80', { host: '127.0.0.1', port });
    group = await fixture.group(['10.0.0.3'], { ProtocolVersion: 'GRPC' });
    await fixture.https(9443, [to(group)]);
    const credentials = grpc.credentials.createSsl(Buffer.from(fixture.ca));
    client = new grpc.Client(`localhost:${fixture.addressOf(9443).port}`, credentials);
    ends.push(() => client.close());
  });

  const hello = (name: string) =>
    new Promise((resolve) => {
      const { path, requestSerialize, responseDeserialize } = service.hello;
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, name, (error, answer) =>
        resolve(error === null ? answer : { code: error.code, details: error.details }),
      );
    });

  test('calls, streams and errors pass with their trailers', async () => {
    expect(await hello('you')).toBe('hello you');
    expect(await hello('nobody')).toEqual({ code: grpc.status.NOT_FOUND, details: 'nobody there' });
    const { path, requestSerialize, responseDeserialize } = service.count;
    const counted: string[] = [];
    const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, '3');
    for await (const one of stream) counted.push(one);
    expect(counted).toEqual(['1', '2', '3']);
  });

  test('a target is healthy when the status of the check is the expected one', async () => {
    // The default: /AWS.ALB/healthcheck is not there, which is code 12.
    await until(async () => (await health(group))?.[0] === 'healthy');
    await fixture.call('ModifyTargetGroup', { TargetGroupArn: group, Matcher: { GrpcCode: '0' } });
    await until(async () => (await health(group))?.[0] === 'unhealthy');
    await fixture.call('ModifyTargetGroup', {
      TargetGroupArn: group,
      HealthCheckPath: '/greeter.Greeter/Check',
    });
    await until(async () => (await health(group))?.[0] === 'healthy');
  });

  test('what is not POST is refused with 464, and so is gRPC for a group of HTTP1', async () => {
    expect((await askHttp2(9443, '/greeter.Greeter/Hello')).status).toBe(464);
    const grpcHeaders = { 'content-type': 'application/grpc' };
    expect((await askHttp2(443, '/greeter.Greeter/Hello', grpcHeaders, 'x')).status).toBe(464);
  });

  test('an error of the load balancer is its HTTP status, which the client maps', async () => {
    const empty = await fixture.group([], { ProtocolVersion: 'GRPC' });
    const listener = [...fixture.aws.state.listeners.values()].find(({ port }) => port === 9443);
    const wildcard = { Field: 'path-pattern', PathPatternConfig: { Values: ['/greeter.Greeter/Hel*'] } };
    const { Rules: rules } = await fixture.call('CreateRule', {
      ListenerArn: listener?.arn,
      Priority: 1,
      Conditions: [wildcard],
      Actions: [to(empty)],
    });
    expect(await hello('you')).toMatchObject({ code: grpc.status.UNAVAILABLE });
    await fixture.call('ModifyRule', { RuleArn: rules?.[0]?.RuleArn, Actions: [fixed('no gRPC')] });
    expect(await hello('you')).toMatchObject({ code: expect.any(Number) });
  });
});
