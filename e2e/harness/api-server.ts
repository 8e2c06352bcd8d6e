// An API server over HTTP for tests beside the code: objects of any kind in memory, with versions, pages, watches, patches and the
// conflicts of all of these. What it answers can be bent for a while; what it was asked is written down.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { type KubeKind, type ObjectName, objectPath } from '../../kube/kinds.ts';
import { applied, merged, type Refused, refusal, Store, type Stored } from './api-store.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly body: Stored | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body: object | string;
}

/** What is told instead of the truth; undefined: the truth. A promise is waited for. */
export type Bend = (asked: Asked) => Answer | undefined | Promise<Answer | undefined>;

const PATH =
  /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/(status))?$/;

interface Watching {
  readonly collection: string;
  readonly namespace: string | undefined;
  readonly response: ServerResponse;
}

export class ApiServer {
  readonly requests: Asked[] = [];
  readonly #store = new Store((collection, type, object) => this.#tell(collection, type, object));
  readonly #watches = new Set<Watching>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #bend: Bend = () => undefined;

  /** Starts one on a port of its own. */
  static async start(): Promise<ApiServer> {
    const server = new ApiServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get kubeConfig(): KubeConfig {
    const config = new KubeConfig();
    const { port } = this.#server.address() as AddressInfo;
    config.loadFromClusterAndUser(
      { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: 'nobody' },
    );
    return config;
  }

  /** From now on. */
  bend(how: Bend): void {
    this.#bend = how;
  }

  /** `GET /api/v1/services`, `WATCH /api/v1/services 7`, … in order. */
  get lines(): string[] {
    return this.requests.map(({ method, path, query }) =>
      query.has('watch') ? `WATCH ${path} ${query.get('resourceVersion')}` : `${method} ${path}`,
    );
  }

  /** Writes an object as somebody else would. */
  put<T extends object>(kind: KubeKind<T>, object: T & { readonly metadata: ObjectName }): Stored {
    return this.#store.put(objectPath(kind, object.metadata), structuredClone(object) as unknown as Stored);
  }

  read<T>(kind: KubeKind<T>, name: ObjectName): T | undefined {
    return this.#store.get(objectPath(kind, name)) as T | undefined;
  }

  /** Takes an object away, as somebody else would. */
  remove(kind: KubeKind, name: ObjectName): void {
    this.#store.drop(objectPath(kind, name));
  }

  /** Forgets what happened before now: older versions, and pages not yet asked for, are gone. */
  compact(): void {
    this.#store.compact();
  }

  get watches(): number {
    return this.#watches.size;
  }

  /** Sends a line to every open watch. */
  send(type: string, object: object): void {
    for (const { response } of this.#watches) response.write(`${JSON.stringify({ type, object })}\n`);
  }

  /** Ends every open watch: in order, or by tearing the connection. */
  endWatches(how: 'end' | 'destroy' = 'end'): void {
    for (const { response } of this.#watches) response[how]();
    this.#watches.clear();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://server');
    const sent = await text(request);
    const asked: Asked = {
      method: request.method ?? '',
      path,
      query,
      contentType: request.headers['content-type'],
      body: sent === '' ? undefined : (JSON.parse(sent) as Stored),
    };
    this.requests.push(asked);
    const bent = await this.#bend(asked);
    if (bent === undefined && query.has('watch')) return this.#watch(asked, response);
    const { status, body } = bent ?? this.#answer(asked);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  #watch({ path, query }: Asked, response: ServerResponse): void {
    const [, version, namespace, plural] = PATH.exec(path) ?? [];
    const collection = `${version}/${plural}`;
    const events = this.#store.since(collection, Number(query.get('resourceVersion')));
    response.writeHead(200).flushHeaders();
    if (events === undefined) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410 } })}\n`);
      return;
    }
    const watching = { collection, namespace, response };
    this.#watches.add(watching);
    response.on('close', () => this.#watches.delete(watching));
    for (const { type, object } of events) this.#tellOne(watching, type, object);
  }

  #tell(collection: string, type: string, object: Stored): void {
    for (const watching of this.#watches)
      if (watching.collection === collection) this.#tellOne(watching, type, object);
  }

  #tellOne({ namespace, response }: Watching, type: string, object: Stored): void {
    if (namespace === undefined || namespace === object.metadata.namespace)
      response.write(`${JSON.stringify({ type, object })}\n`);
  }

  #answer(asked: Asked): Answer {
    const [, version, namespace, plural, name, subresource] = PATH.exec(asked.path) ?? [];
    if (plural === undefined) return refusal(404, 'no such path');
    const { method, query, body } = asked;
    const path = subresource === undefined ? asked.path : asked.path.replace(/\/status$/, '');
    if (method === 'GET' && name === undefined)
      return this.#store.list({ collection: `${version}/${plural}`, namespace, query });
    if (method === 'POST' && body !== undefined)
      return answerOf(this.#store.create(`${asked.path}/${body.metadata.name}`, body));
    const found = this.#store.get(path);
    if (method === 'PATCH' && asked.contentType === 'application/apply-patch+yaml')
      return answerOf(applied(found, body, query), (object) => this.#store.put(path, object));
    if (found === undefined) return refusal(404, `${plural} "${name}" not found`);
    if (method === 'GET') return { status: 200, body: found };
    if (method === 'DELETE') return answerOf(this.#store.delete(path, body));
    if (body?.metadata?.uid !== undefined && body.metadata.uid !== found.metadata.uid)
      return refusal(409, 'the uid is another one');
    const byKey = asked.contentType === 'application/strategic-merge-patch+json';
    const next = method === 'PUT' ? body : merged(found, body, { subresource, byKey });
    return answerOf(this.#store.conflicting(found, body) ?? next, (object) => this.#store.put(path, object));
  }
}

function answerOf(
  result: Stored | Refused | undefined,
  store: (object: Stored) => Stored = (one) => one,
): Answer {
  if (result === undefined) return refusal(400, 'no body');
  return 'status' in result && typeof result.status === 'number'
    ? (result as Refused)
    : { status: 200, body: store(result as Stored) };
}
