// The webhook process on a local cluster, by itself: its place, its certificate on disk, its ServiceAccount, and the
// Ingresses that its scenarios try.
import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { type Authority, createAuthority, type KeyAndCertificate } from './certificates.ts';
import type { Cluster, CommandResult } from './cluster.ts';
import { installWebhook, NAMESPACE } from './install.ts';
import { albatross, freePorts } from './machine.ts';
import { preparedCluster } from './prepared.ts';
import { type RunningProcess, startProcess, untilReady } from './process.ts';

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly serial: string;
}

export interface WebhookHost {
  readonly cluster: Cluster;
  readonly authority: Authority;
  /** What the first certificate was. */
  readonly certificate: KeyAndCertificate;
  /** Where the API server finds the webhook. */
  readonly place: { readonly url: string; readonly caPem: string };
  readonly keyFile: string;
  /** Puts another pair where the webhook reads it. */
  readonly mount: (pair: KeyAndCertificate) => Promise<void>;
  /** Starts the process and waits until it is ready. @throws Error with its last lines when it ends instead. */
  readonly start: (...more: string[]) => Promise<RunningProcess>;
  /** GET, or POST with a body, as nobody in particular. @throws Error of the connection. */
  readonly call: (path: string, body?: string) => Promise<Reply>;
  /** `kubectl apply -f -` of one object. */
  readonly apply: (object: object, ...more: string[]) => Promise<CommandResult>;
  /** An object of the namespace shop; undefined when it is not there. */
  readonly get: <T>(kind: string, name: string) => Promise<T | undefined>;
  /** The match condition `ours` as it is stored. */
  readonly expression: () => Promise<string>;
}

/** A cluster with Albatross installed and the namespace shop; the webhook is not started yet. */
export async function prepareWebhookHost(): Promise<WebhookHost> {
  const cluster = await preparedCluster();
  const authority = await createAuthority('webhook authority');
  const [port = 0] = await freePorts(1);
  const certificate = await authority.server(['127.0.0.1']);
  const [certFile, keyFile] = [join(cluster.dir, 'tls.crt'), join(cluster.dir, 'tls.key')];
  const mount = async ({ cert, key }: KeyAndCertificate) => {
    await writeFile(certFile, cert);
    await writeFile(keyFile, key);
  };
  await mount(certificate);
  const place = { url: `https://127.0.0.1:${port}/validate-ingress`, caPem: authority.cert };
  await installWebhook(cluster, place);
  const kubeconfig = await cluster.serviceAccountKubeconfig(NAMESPACE, 'albatross-webhook');
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  const call = (path: string, body?: string) => callOnce(port, authority.cert, path, body);
  const ready = async () => (await call('/readyz').catch(() => undefined))?.status === 200;
  const start = async (...more: string[]) => {
    const tls = [`--tls-cert-file=${certFile}`, `--tls-private-key-file=${keyFile}`];
    const place = [`--kubeconfig=${kubeconfig}`, '--host=127.0.0.1', `--port=${port}`, '--drain-seconds=1'];
    const started = await startProcess({
      name: 'webhook',
      command: process.execPath,
      args: [albatross(), 'webhook', ...place, ...tls, ...more],
      log: join(cluster.dir, 'webhook.log'),
    });
    await untilReady(started, ready);
    return started;
  };
  return { cluster, authority, certificate, place, keyFile, mount, start, call, ...questions(cluster) };
}

function questions(cluster: Cluster): Pick<WebhookHost, 'apply' | 'get' | 'expression'> {
  return {
    apply: (object, ...more) =>
      cluster.kubectl(['apply', '-f', '-', ...more], { input: JSON.stringify(object) }),
    get: async <T>(kind: string, name: string) => {
      const args = ['get', kind, name, '-n', 'shop', '-o', 'json', '--ignore-not-found'];
      const { stdout } = await cluster.kubectl(args);
      return stdout === '' ? undefined : (JSON.parse(stdout) as T);
    },
    expression: async () => {
      const path = '{.webhooks[0].matchConditions[?(@.name=="ours")].expression}';
      const args = ['get', 'validatingwebhookconfiguration', 'albatross', '-o', `jsonpath=${path}`];
      return (await cluster.kubectl(args)).stdout;
    },
  };
}

function callOnce(port: number, ca: string, path: string, body: string | undefined): Promise<Reply> {
  const options = { host: '127.0.0.1', port, path, ca, agent: false as const };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, method: body === undefined ? 'GET' : 'POST' }, (incoming) => {
      const serial = (incoming.socket as TLSSocket).getPeerCertificate().serialNumber;
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text, serial }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export interface Said {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly className?: string;
  readonly service?: string;
}

/** An Ingress of the namespace shop with one path; annotations without their prefix. */
export function ingress(
  name: string,
  { annotations = {}, className = 'alb', service = 'web' }: Said = {},
): object {
  const prefixed = Object.entries(annotations).map(([key, value]) => [
    `alb.ingress.kubernetes.io/${key}`,
    value,
  ]);
  const backend = { service: { name: service, port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'shop', annotations: Object.fromEntries(prefixed) },
    spec: {
      ingressClassName: className,
      rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}

/** Three mistakes in three annotations. */
export const BAD = { scheme: 'internet-facng', 'target-type': 'pod', 'healthcheck-interval-seconds': '1' };
