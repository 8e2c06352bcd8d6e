// TLS of the local AWS: client certificates, headers about the connection, WebSocket through it, and tokens.
import 'reflect-metadata';
import { createServer as createHttp, type IncomingHttpHeaders } from 'node:http';
import { createServer as createHttps, get } from 'node:https';
import { text } from 'node:stream/consumers';
import { createServer as createTls } from 'node:tls';
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import * as x509 from '@peculiar/x509';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type DataPlaneFixture, listen, startDataPlane, to } from '../../local-aws/data-plane/fixture.ts';
import { selfSignedCertificate } from '../../local-aws/data-plane/self-signed.ts';
import { fixed, refusal } from '../../local-aws/fixture.ts';

let fixture: DataPlaneFixture;
let group: string;
const ends: (() => void)[] = [];

beforeAll(async () => {
  fixture = await startDataPlane(0.01);
  await fixture.serve('10.0.0.1:80', (request, response) => response.end(JSON.stringify(request.headers)));
  group = await fixture.group(['10.0.0.1']);
});

afterAll(async () => {
  for (const end of ends) end();
  await fixture.close();
});

interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** Asks an HTTPS listener over HTTP/1.1; gives status and body. */
function askSecure(port: number, identity: Partial<Identity> = {}, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const options = {
      host: 'localhost',
      port: fixture.addressOf(port).port,
      ca: fixture.ca,
      agent: false,
      headers,
    };
    get({ ...options, ...identity }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    }).on('error', reject);
  });
}

const headersSeen = async (...asked: Parameters<typeof askSecure>): Promise<IncomingHttpHeaders> =>
  JSON.parse((await askSecure(...asked)).body);

describe('client certificates', () => {
  const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const DAY_MS = 24 * 60 * 60 * 1000;
  let bundle: string;
  let good: Identity;
  let old: Identity;
  let stranger: Identity;

  /** An authority, and a way to let it issue. */
  async function authority(name: string) {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    const issue = async (subject: string, untilMs: number): Promise<Identity> => {
      const own = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: '03a5b1',
        subject,
        issuer: root.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        notBefore: new Date(Date.UTC(2026, 0, 1)),
        notAfter: new Date(untilMs),
      });
      const key = await crypto.subtle.exportKey('pkcs8', own.privateKey);
      return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
    };
    return { pem: root.toString('pem'), issue };
  }

  beforeAll(async () => {
    const ours = await authority('Our Root');
    bundle = ours.pem;
    good = await ours.issue('CN=client,O=Shop', Date.UTC(2040, 0, 1));
    old = await ours.issue('CN=old', Date.now() - DAY_MS);
    stranger = await (await authority('Elsewhere')).issue('CN=stranger', Date.UTC(2040, 0, 1));
    fixture.aws.context.world.objects.set('s3://trust/ca.pem', bundle);
  });

  test('passthrough hands on what a client shows, or nothing', async () => {
    await fixture.https(1443, [to(group)], { MutualAuthentication: { Mode: 'passthrough' } });
    const shown = (await headersSeen(1443, stranger))['x-amzn-mtls-clientcert'];
    expect(decodeURIComponent(String(shown)).trim()).toBe(stranger.cert.trim());
    expect(await headersSeen(1443)).not.toHaveProperty('x-amzn-mtls-clientcert');
  });

  test('verify lets in who leads to the trust store and tells the target', async () => {
    const { TrustStores: stores } = await fixture.call('CreateTrustStore', {
      Name: 'store',
      CaCertificatesBundleS3Bucket: 'trust',
      CaCertificatesBundleS3Key: 'ca.pem',
    });
    const TrustStoreArn = stores?.[0]?.TrustStoreArn;
    const ListenerArn = await fixture.https(2443, [to(group)], {
      MutualAuthentication: { Mode: 'verify', TrustStoreArn },
    });
    const seen = await headersSeen(2443, good);
    expect(seen).toMatchObject({
      'x-amzn-mtls-clientcert-serial-number': '03A5B1',
      'x-amzn-mtls-clientcert-issuer': 'CN=Our Root',
      'x-amzn-mtls-clientcert-subject': 'O=Shop,CN=client',
      'x-amzn-mtls-clientcert-validity': 'NotBefore=2026-01-01T00:00:00Z;NotAfter=2040-01-01T00:00:00Z',
    });
    expect(decodeURIComponent(String(seen['x-amzn-mtls-clientcert-leaf'])).trim()).toBe(good.cert.trim());
    for (const identity of [stranger, old, {}])
      expect(await refusal(askSecure(2443, identity))).not.toBe('accepted');

    await fixture.call('ModifyListener', {
      ListenerArn,
      MutualAuthentication: { Mode: 'verify', TrustStoreArn, IgnoreClientCertificateExpiry: true },
    });
    expect((await askSecure(2443, old)).status).toBe(200);
    expect(await refusal(askSecure(2443, stranger))).not.toBe('accepted');
    await fixture.call('ModifyListener', { ListenerArn, MutualAuthentication: { Mode: 'off' } });
    expect((await askSecure(2443)).status).toBe(200);
  });

  test('the listener’s attributes rename the headers', async () => {
    const listener = [...fixture.aws.state.listeners.values()].find(({ port }) => port === 1443);
    await fixture.call('ModifyListenerAttributes', {
      ListenerArn: listener?.arn,
      Attributes: [{ Key: 'routing.http.request.x_amzn_mtls_clientcert.header_name', Value: 'X-Mine' }],
    });
    const seen = await headersSeen(1443, good);
    expect(seen['x-mine']).toMatch(/^-----BEGIN%20CERTIFICATE-----%0A/);
    expect(seen).not.toHaveProperty('x-amzn-mtls-clientcert');
  });
});

test('version and cipher are told on request, by security policy', async () => {
  await fixture.https(3443, [to(group)], { SslPolicy: 'ELBSecurityPolicy-TLS-1-2-2017-01' });
  expect(await headersSeen(3443)).not.toHaveProperty('x-amzn-tls-version');
  await fixture.call('ModifyLoadBalancerAttributes', {
    LoadBalancerArn: fixture.arn,
    Attributes: [{ Key: 'routing.http.x_amzn_tls_version_and_cipher_suite.enabled', Value: 'true' }],
  });
  expect(await headersSeen(3443)).toMatchObject({
    'x-amzn-tls-version': 'TLSv1.2',
    'x-amzn-tls-cipher-suite': expect.stringMatching(/^ECDHE-RSA-/),
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '3443',
  });
});

test('a WebSocket passes over TLS to a target with TLS; what is not forwarded is answered', async () => {
  const { certPem, keyPem } = await selfSignedCertificate('target');
  const secure = createHttps({ cert: certPem, key: keyPem }, (_request, response) => response.end('page'));
  new WebSocketServer({ server: secure }).on('connection', (socket, { url }) => {
    socket.on('message', (message) => socket.send(`${url} ${message}`));
  });
  fixture.mapTarget('10.0.0.4:80', await listen(secure));
  ends.push(() => secure.close());
  await fixture.https(4443, [to(await fixture.group(['10.0.0.4'], { Protocol: 'HTTPS' }))]);
  expect((await askSecure(4443)).body).toBe('page');
  const socket = new WebSocket(`wss://localhost:${fixture.addressOf(4443).port}/chat?room=1`, {
    ca: fixture.ca,
  });
  const answer = await new Promise((resolve, reject) => {
    socket.on('open', () => socket.send('hello'));
    socket.on('message', (message) => resolve(String(message)));
    socket.on('error', reject);
  });
  expect(answer).toBe('/chat?room=1 hello');
  socket.terminate();

  await fixture.https(5443, [fixed('no sockets here')]);
  const refused = new WebSocket(`wss://localhost:${fixture.addressOf(5443).port}/`, { ca: fixture.ca });
  const status = await new Promise((resolve) => {
    refused.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    refused.on('error', () => undefined);
  });
  expect(status).toBe(200);
});

test('TLS that a target does not speak is 502', async () => {
  const plain = createHttp((_request, response) => response.end());
  fixture.mapTarget('10.0.0.5:80', await listen(plain));
  ends.push(() => plain.close());
  const mute = createTls({}, (socket) => socket.end());
  fixture.mapTarget('10.0.0.6:80', await listen(mute));
  ends.push(() => mute.close());
  await fixture.https(6443, [to(await fixture.group(['10.0.0.5', '10.0.0.6'], { Protocol: 'HTTPS' }))]);
  expect((await askSecure(6443)).status).toBe(502);
  expect((await askSecure(6443)).status).toBe(502);
});

test('a token is verified with the keys of its issuer', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] };
  const { certPem, keyPem } = await selfSignedCertificate('issuer.example.com', 'localhost');
  fixture.plane.knowCertificate('arn:issuer', certPem, keyPem);
  const issuer = createHttps({ cert: certPem, key: keyPem }, (_request, response) =>
    response.end(JSON.stringify(keys)),
  );
  const { port } = await listen(issuer);
  ends.push(() => issuer.close());
  const jwt: Action = {
    Type: 'jwt-validation',
    Order: 1,
    JwtValidationConfig: {
      JwksEndpoint: `https://localhost:${port}/jwks`,
      Issuer: 'https://issuer.example.com',
      AdditionalClaims: [
        { Name: 'scope', Format: 'space-separated-values', Values: ['read', 'admin'] },
        { Name: 'groups', Format: 'string-array', Values: ['staff'] },
      ],
    },
  };
  await fixture.https(7443, [jwt, { ...to(group), Order: 2 }]);
  const claims = { scope: 'read write', groups: ['staff', 'all'] };
  const status = async (changes: Record<string, unknown>, until = '1m', key = privateKey) => {
    const token = await new SignJWT({ iss: 'https://issuer.example.com', ...claims, ...changes })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setExpirationTime(until)
      .sign(key);
    return (await askSecure(7443, {}, { authorization: `Bearer ${token}` })).status;
  };
  expect(await status({})).toBe(200);
  expect((await askSecure(7443)).status).toBe(401);
  expect(await status({ iss: 'https://elsewhere.example.com' })).toBe(401);
  expect(await status({}, '-1m')).toBe(401);
  expect(await status({ scope: 'write' })).toBe(401);
  expect(await status({ groups: 'staff' })).toBe(401);
  expect(await status({}, '1m', (await generateKeyPair('RS256')).privateKey)).toBe(401);
});
