// client: the one path of requests to the Kubernetes API, plain JSON in and out. Watches have a path of their own (watch.ts).
// By hand, on the library's HTTP and authentication: its generated APIs and `KubernetesObjectApi` throw on everyday answers, know no
// deadline, open a connection for every request, turn dates into objects, and the latter cannot write a status.
import { IsomorphicFetchHttpLibrary, type KubeConfig, RequestContext } from '@kubernetes/client-node';

export type KubeFailure = 'notFound' | 'conflict' | 'expired' | 'invalid' | 'forbidden' | 'unavailable';

/** What became of a request. `notFound` and `conflict` are everyday answers, so none of them is thrown. */
export type KubeOutcome<T = unknown> =
  | { readonly ok: true; readonly object: T }
  | { readonly ok: false; readonly reason: KubeFailure; readonly message: string };

export interface KubeCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path, e.g. `/api/v1/nodes`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Of the body; `application/json` unless it is a patch. */
  readonly contentType?: string;
  /** Without an answer for this long, in milliseconds, it is `unavailable`; unset: 15 seconds. */
  readonly timeoutMs?: number;
}

export interface KubeClient {
  readonly kubeConfig: KubeConfig;
  request<T = unknown>(call: KubeCall): Promise<KubeOutcome<T>>;
}

const TIMEOUT_MS = 15_000;

/** Connections are shared for this long; then certificates and CA are read again, for they rotate. */
const CONNECTION_AGE_MS = 5 * 60_000;

/** A client for the current context of `kubeConfig`. */
export function kubeClient(kubeConfig: KubeConfig): KubeClient {
  const http = new IsomorphicFetchHttpLibrary();
  // The library makes a new connection pool, and so a new TLS handshake, for every request; one pool is kept here instead.
  let pool: ReturnType<RequestContext['getDispatcher']>;
  let pooledAt = Number.NEGATIVE_INFINITY;

  async function send({
    method,
    path,
    query,
    body,
    contentType,
    timeoutMs = TIMEOUT_MS,
  }: KubeCall): Promise<{ status: number; text: string }> {
    const server = kubeConfig.getCurrentCluster()?.server;
    if (server === undefined) throw new Error('The kubeconfig has no current cluster');
    const context = new RequestContext(server + path, method);
    for (const [name, value] of Object.entries(query ?? {})) context.setQueryParam(name, value);
    context.setHeaderParam('Accept', 'application/json');
    if (body !== undefined) {
      context.setHeaderParam('Content-Type', contentType ?? 'application/json');
      context.setBody(JSON.stringify(body));
    }
    await kubeConfig.applySecurityAuthentication(context);
    if (performance.now() - pooledAt > CONNECTION_AGE_MS) {
      pool = context.getDispatcher();
      pooledAt = performance.now();
    }
    if (pool !== undefined) context.setDispatcher(pool);
    context.setSignal(AbortSignal.timeout(timeoutMs));
    const answer = await http.send(context).toPromise();
    return { status: answer.httpStatusCode, text: await answer.body.text() };
  }

  return {
    kubeConfig,
    async request<T>(call: KubeCall): Promise<KubeOutcome<T>> {
      try {
        return outcomeOf<T>(await send(call));
      } catch (thrown) {
        return { ok: false, reason: 'unavailable', message: whyOf(thrown) };
      }
    },
  };
}

/** The reason behind a failed fetch is in its cause. */
export function whyOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? `${thrown.message}: ${thrown.cause.message}` : thrown.message;
}

/** Reads an HTTP answer of the API server. Pure. */
export function outcomeOf<T>({ status, text }: { status: number; text: string }): KubeOutcome<T> {
  const body = parse(text);
  if (status >= 200 && status < 300) return { ok: true, object: body as T };
  const said = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined;
  const message = typeof said === 'string' && said !== '' ? said : `HTTP ${status}`;
  return { ok: false, reason: reasonOf(status), message };
}

function reasonOf(status: number): KubeFailure {
  if (status === 404) return 'notFound';
  if (status === 409) return 'conflict';
  // A version, or the next page of a list, that is no longer kept (Kubernetes: API Concepts, "410 Gone responses").
  if (status === 410) return 'expired';
  if (status === 400 || status === 413 || status === 415 || status === 422) return 'invalid';
  // 405: nothing is made of a kind whose CustomResourceDefinition is being deleted.
  if (status === 401 || status === 403 || status === 405) return 'forbidden';
  return 'unavailable';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
