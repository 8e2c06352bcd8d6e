// Plain requests to a cluster's API server: objects created and replaced one by one, with the status and every warning of
// the answer. Quicker than a kubectl for each, and unlike the client library it shows the warnings.
import { Agent, type RequestOptions, request } from 'node:https';
import type { Cluster } from './cluster.ts';

/** A Kubernetes object to send. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

export interface RestAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** Of the Status object when it is no success, else empty. */
  readonly message: string;
  /** The texts of all Warning headers, of the API server and of webhooks. */
  readonly warnings: readonly string[];
}

export interface Rest {
  /** POST as `kubectl create` does it. @throws Error of the connection. */
  readonly create: (object: KubeObject, how?: { readonly dryRun: boolean }) => Promise<RestAnswer>;
  /** PUT as `kubectl replace` does it. @throws Error of the connection. */
  readonly replace: (object: KubeObject, how?: { readonly dryRun: boolean }) => Promise<RestAnswer>;
  /** Closes the connections. */
  readonly close: () => void;
}

/** Talks as the cluster's administrator over at most `connections` kept connections. */
export async function restOf(cluster: Cluster, connections: number): Promise<Rest> {
  const credentials: RequestOptions = {};
  await cluster.client.applyToHTTPSOptions(credentials);
  const { ca, cert, key } = credentials;
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca, cert, key });
  const send = (method: string, path: string, object: KubeObject, dryRun: boolean) => {
    const query = new URLSearchParams({ fieldValidation: 'Strict', ...(dryRun ? { dryRun: 'All' } : {}) });
    return sendOnce(agent, new URL(`${path}?${query}`, cluster.server), method, JSON.stringify(object));
  };
  return {
    create: (object, { dryRun } = { dryRun: false }) => send('POST', collection(object), object, dryRun),
    replace: (object, { dryRun } = { dryRun: false }) =>
      send('PUT', `${collection(object)}/${object.metadata.name}`, object, dryRun),
    close: () => agent.destroy(),
  };
}

/** The URL path of an object's kind in its namespace (Kubernetes: API Concepts, "Resource URIs"). */
export function collection({ apiVersion, kind, metadata: { namespace } }: KubeObject): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = kind.endsWith('ss') ? `${kind}es` : kind.endsWith('s') ? kind : `${kind}s`;
  const within = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${group}${within}/${plural.toLowerCase()}`;
}

/** `299 - "TEXT"`, quotes and backslashes in TEXT escaped (RFC 7234, 5.5). */
export function warningText(header: string): string {
  const [, quoted = header] = /^\d{3} \S+ "((?:[^"\\]|\\.)*)"/.exec(header) ?? [];
  // Node reads headers as Latin-1, the API server writes UTF-8.
  return Buffer.from(quoted.replace(/\\(.)/g, '$1'), 'latin1').toString('utf8');
}

function sendOnce(agent: Agent, url: URL, method: string, body: string): Promise<RestAnswer> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        const { statusCode: status = 0, headersDistinct } = incoming;
        resolve({
          status,
          message: status < 300 ? '' : messageIn(text),
          warnings: (headersDistinct.warning ?? []).map(warningText),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The message of a Status; other texts as they are. */
function messageIn(text: string): string {
  try {
    const status: unknown = JSON.parse(text);
    const isStatus = typeof status === 'object' && status !== null && 'message' in status;
    return isStatus && typeof status.message === 'string' ? status.message : text;
  } catch {
    // What stands before the API server's handlers answers in plain text.
    return text;
  }
}
