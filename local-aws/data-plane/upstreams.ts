// Connections to targets, kept: HTTP/1.1 by agents, HTTP/2 by one session for each target.
import http from 'node:http';
import http2, { type ClientHttp2Session } from 'node:http2';
import https from 'node:https';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A load balancer does not validate the certificates of its targets (ALB User Guide: Target groups). */
const UNCHECKED = { rejectUnauthorized: false } as const;

export class Upstreams {
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #secure = new https.Agent({ keepAlive: true, ...UNCHECKED });
  readonly #sessions = new Map<string, ClientHttp2Session>();

  /** A request over HTTP/1.1 that is not ended yet. */
  request(secure: boolean, options: http.RequestOptions): http.ClientRequest {
    return secure
      ? https.request({ ...options, agent: this.#secure })
      : http.request({ ...options, agent: this.#plain });
  }

  /** The HTTP/2 session with a target: h2 by TLS, or h2c with prior knowledge. */
  session(secure: boolean, { host, port }: Address): ClientHttp2Session {
    const origin = `${secure ? 'https' : 'http'}://${host}:${port}`;
    const kept = this.#sessions.get(origin);
    if (kept !== undefined && !kept.closed && !kept.destroyed) return kept;
    const session = http2.connect(origin, UNCHECKED);
    const drop = () => {
      if (this.#sessions.get(origin) === session) this.#sessions.delete(origin);
    };
    // Each stream gets the error itself.
    session.on('error', drop).on('goaway', drop).on('close', drop);
    session.unref();
    this.#sessions.set(origin, session);
    return session;
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
    for (const session of this.#sessions.values()) session.destroy();
  }
}
