// The proxy to moto. Without a state file requests go there as they come; with one, changes go one after the other, with
// a seed and a time, and are written down, so that moto can be brought to the same state again.
import http from 'node:http';
import { isMutating } from '../elb/perform.ts';
import type { HttpAnswer } from '../protocol/answer.ts';
import type { AwsCall } from '../protocol/call.ts';
import type { MotoCall } from '../state-file/entries.ts';
import type { Journal } from '../state-file/state-file.ts';

export interface RawRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** Sends a request to moto and reads the whole answer. */
export function forwardToMoto(motoUrl: string, request: RawRequest): Promise<HttpAnswer> {
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

/** Headers that moto reads; the rest, and what is secret, is not kept. */
const KEPT = /^(content-(?!length$)|x-amz-(?!security-token$)|authorization$|accept$)/;

export class MotoProxy {
  readonly #url: string;
  #journal: Journal | undefined;
  #seed = 0;
  /** Regions and services that moto has been asked about: the first question makes what is there by default. */
  readonly #asked = new Set<string>();
  /** Changes, one after the other: the order in the file is the order that moto saw. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(motoUrl: string) {
    this.#url = motoUrl;
  }

  /**
   * Repeats the calls that an earlier moto got to a new one.
   * @throws Error when moto refuses what it once accepted.
   */
  async repeat(
    calls: readonly MotoCall[],
    region: string,
    answered: (call: MotoCall, answer: HttpAnswer) => void,
  ): Promise<void> {
    // moto makes its default VPC at the first request: that has to be the same one every time.
    await this.#send(firstRequest(region), 0, 0);
    this.#asked.add(scopeOf(firstRequest(region)));
    for (const [at, call] of calls.entries()) {
      const answer = await this.#send(requestOf(call), call.seed, call.at);
      if (answer.status >= 300)
        throw new Error(`call ${at + 1} to moto cannot be repeated: ${answer.body.toString()}`);
      answered(call, answer);
      this.#seed = Math.max(this.#seed, call.seed);
      this.#asked.add(scopeOf(requestOf(call)));
    }
  }

  /**
   * Empties moto, and begins anew as at the start.
   * @throws Error when moto refuses.
   */
  async reset(region: string): Promise<void> {
    await this.#last;
    const answer = await forwardToMoto(this.#url, {
      method: 'POST',
      path: '/moto-api/reset',
      headers: {},
      body: Buffer.alloc(0),
    });
    if (answer.status >= 300) throw new Error(`moto cannot be reset: ${answer.body.toString()}`);
    this.#seed = 0;
    this.#asked.clear();
    if (this.#journal !== undefined) await this.repeat([], region, () => undefined);
  }

  record(journal: Journal): void {
    this.#journal = journal;
  }

  pass(call: AwsCall, request: RawRequest): Promise<HttpAnswer> {
    const journal = this.#journal;
    const harmless = !isMutating(call.action) && this.#asked.has(scopeOf(request));
    if (journal === undefined || harmless) return forwardToMoto(this.#url, request);
    const answer = this.#last.then(() => this.#change(journal, request));
    // A failure is the caller's; the next change goes its way.
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #change(journal: Journal, request: RawRequest): Promise<HttpAnswer> {
    this.#seed += 1;
    const seed = this.#seed;
    const at = Date.now();
    const answer = await this.#send(request, seed, at);
    if (answer.status >= 300) return answer;
    journal.write(passedCall(request, seed, at));
    this.#asked.add(scopeOf(request));
    return answer;
  }

  #send(request: RawRequest, seed: number, at: number): Promise<HttpAnswer> {
    const headers = { ...request.headers, 'x-local-seed': `albatross ${seed}`, 'x-local-now': String(at) };
    return forwardToMoto(this.#url, { ...request, headers });
  }
}

function firstRequest(region: string): RawRequest {
  const scope = `Credential=local/20260101/${region}/ec2/aws4_request`;
  return {
    method: 'POST',
    path: '/',
    headers: {
      authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    },
    body: Buffer.from('Action=DescribeVpcs&Version=2016-11-15'),
  };
}

/** Region and service, as signed for. */
const scopeOf = ({ headers }: RawRequest): string =>
  /Credential=[^/]+\/\d{8}\/([^/]+\/[^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';

function passedCall(request: RawRequest, seed: number, at: number): MotoCall {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (KEPT.test(name) && typeof value === 'string')
      headers[name] = value.replace(/Signature=[^,\s]*/, 'Signature=0');
  const { method, path } = request;
  return { kind: 'passed', at, seed, method, path, headers, body: request.body.toString('base64') };
}

function requestOf({ method, path, headers, body }: MotoCall): RawRequest {
  return { method, path, headers, body: Buffer.from(body, 'base64') };
}
