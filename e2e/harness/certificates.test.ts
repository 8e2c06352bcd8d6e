// The throw-away authority's certificates are good enough for a TLS client that checks everything.
import { X509Certificate } from 'node:crypto';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { createAuthority } from './certificates.ts';

test('server and client authenticate each other', async () => {
  const authority = await createAuthority('test');
  const serving = await authority.server(['localhost', '127.0.0.1', '*.example.com']);
  const client = await authority.client('ann', ['system:masters', 'team']);
  const server = createServer(
    { ...serving, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
    (incoming, response) =>
      response.end(JSON.stringify((incoming.socket as TLSSocket).getPeerCertificate().subject)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const subject = await new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, ca: authority.cert, ...client, agent: false }, (response) => {
      response.once('data', (data: Buffer) => resolve(JSON.parse(data.toString())));
    })
      .on('error', reject)
      .end();
  });
  server.close();
  expect(subject).toMatchObject({ CN: 'ann', O: ['system:masters', 'team'] });
});

test('names are DNS names and addresses', async () => {
  const { cert } = await (await createAuthority('test')).server(['*.example.com', '10.0.0.1', '::1']);
  const certificate = new X509Certificate(cert);
  expect(certificate.checkHost('www.example.com')).toBe('*.example.com');
  expect(certificate.checkIP('10.0.0.1')).toBe('10.0.0.1');
  expect(certificate.checkIP('::1')).toBe('::1');
  expect(certificate.checkHost('example.org')).toBeUndefined();
});
