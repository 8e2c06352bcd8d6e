// The webhook's two ways to talk to the API server: read a list, and server-side apply. Plain JSON in and out.
import {
  createConfiguration,
  HttpMethod,
  type KubeConfig,
  RequestContext,
  type ResponseContext,
} from '@kubernetes/client-node';

/** Longest wait for one answer, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** Connections are shared for this long, in milliseconds; then the authority's certificate is read again. */
const POOL_MS = 5 * 60_000;

/** An answer of the API server that is not a success. */
export class KubernetesError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'KubernetesError';
    this.status = status;
  }
}

export interface Connection {
  /** Reads a list: `path` is the URL path with its query. @throws KubernetesError, or the network's own error. */
  readonly list: (path: string) => Promise<KubernetesList>;
  /**
   * Server-side apply with force (Kubernetes: Server-Side Apply); creates the object if the caller may.
   * @throws KubernetesError, or the network's own error; `timeoutMs` in milliseconds.
   */
  readonly apply: (path: string, object: object, fieldManager: string, timeoutMs?: number) => Promise<void>;
}

export interface KubernetesList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly unknown[];
}

/** Connects as the current user of the kubeconfig. Nothing is sent yet. */
export function connect(config: KubeConfig): Connection {
  const { httpApi } = createConfiguration();
  let pool: ReturnType<RequestContext['getDispatcher']>;
  let pooledAt = Number.NEGATIVE_INFINITY;

  async function send(context: RequestContext, timeoutMs: number): Promise<ResponseContext> {
    await config.applySecurityAuthentication(context);
    // The client makes a connection pool for every request; with one that is kept, connections are used again.
    if (performance.now() - pooledAt > POOL_MS) {
      pool = context.getDispatcher();
      pooledAt = performance.now();
    }
    if (pool !== undefined) context.setDispatcher(pool);
    context.setSignal(AbortSignal.timeout(timeoutMs));
    const response = await httpApi.send(context).toPromise();
    if (response.httpStatusCode >= 300) {
      throw new KubernetesError(response.httpStatusCode, await messageOf(response));
    }
    return response;
  }

  const request = (path: string, method: HttpMethod) =>
    new RequestContext(`${config.getCurrentCluster()?.server ?? ''}${path}`, method);
  return {
    list: async (path) => {
      const response = await send(request(path, HttpMethod.GET), TIMEOUT_MS);
      return JSON.parse(await response.body.text()) as KubernetesList;
    },
    apply: async (path, object, fieldManager, timeoutMs = TIMEOUT_MS) => {
      const query = new URLSearchParams({ fieldManager, force: 'true' });
      const context = request(`${path}?${query}`, HttpMethod.PATCH);
      context.setHeaderParam('Content-Type', 'application/apply-patch+yaml');
      context.setBody(JSON.stringify(object));
      // The body is read to its end so that the connection is free again.
      await (await send(context, timeoutMs)).body.text();
    },
  };
}

/** What the API server says: the message of its Status object, else the text as it came. */
async function messageOf(response: ResponseContext): Promise<string> {
  const text = await response.body.text();
  try {
    const { message } = JSON.parse(text) as { message?: string };
    if (message !== undefined) return message;
  } catch {
    // Not JSON: a proxy in between answered, so its words are all there is.
  }
  return text.slice(0, 300);
}
