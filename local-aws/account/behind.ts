// moto behind the front: a request goes there as it is, and its answer comes back.
import http from 'node:http';
import type { Answer } from '../protocol/answer.ts';

export interface PassedRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** Sends a request to moto and reads the whole answer. */
export function passOn(motoUrl: string, request: PassedRequest): Promise<Answer> {
  const { host, ...headers } = request.headers;
  const base = new URL(motoUrl);
  return new Promise((resolve, reject) => {
    const out = http.request(
      {
        hostname: base.hostname,
        port: base.port,
        method: request.method,
        path: request.path,
        // The signature is not checked, so the host may change; the length is the body's own.
        headers: { ...headers, host: base.host, 'content-length': String(request.body.length) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 502,
            contentType: response.headers['content-type'] ?? 'text/xml',
            body: repaired(Buffer.concat(chunks)),
          }),
        );
      },
    );
    out.on('error', reject);
    out.end(request.body);
  });
}

/** moto writes the state of a subnet's IPv6 network as the text of a Python dictionary. */
const PYTHON_STATE = /\{(?:'|&#39;)State(?:'|&#39;): (?:'|&#39;)(\w+)(?:'|&#39;)\}/g;

const repaired = (body: Buffer): Buffer =>
  body.includes('ipv6CidrBlockState') ? Buffer.from(body.toString().replace(PYTHON_STATE, '$1')) : body;
