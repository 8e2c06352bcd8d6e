// Wiring of `albatross webhook`: certificate, surroundings, server, signals. No decision is made here.
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { type Logger, pino } from 'pino';
import { expiryOf, followCertificate, type KeyAndCertificate, readCertificate } from './certificate.ts';
import { connect } from './connection.ts';
import { createMetrics, type Metrics, serveMetrics } from './metrics.ts';
import { recorder } from './record.ts';
import { respond } from './respond.ts';
import { createServer, type WebhookServer } from './server.ts';
import { type SurroundingsOptions, watchSurroundings } from './surroundings.ts';

export interface WebhookOptions extends SurroundingsOptions {
  /** Path; without it KUBECONFIG, ~/.kube/config, or the ServiceAccount of the pod, in this order. */
  readonly kubeconfig?: string;
  readonly host: string;
  readonly port: number;
  readonly tlsCertFile: string;
  readonly tlsPrivateKeyFile: string;
  /** Whether accepted intents are recorded as bindings; the controller derives them anyway. */
  readonly record: boolean;
  readonly metricsPort?: number;
  /** How long to go on serving after SIGTERM before the port closes, in seconds. */
  readonly drainSeconds: number;
}

/**
 * Serves until SIGTERM or SIGINT, then ends in order.
 * @throws Error when the kubeconfig or the certificate cannot be read, or a port is taken.
 */
export async function runWebhook(options: WebhookOptions, log: Logger = pino()): Promise<void> {
  const files = { certFile: options.tlsCertFile, keyFile: options.tlsPrivateKeyFile };
  const certificate = await readCertificate(files);
  const metrics = createMetrics();
  metrics.certificateExpiry.set(expiryOf(certificate));
  const config = kubeConfigOf(options.kubeconfig);
  const connection = connect(config);
  const surroundings = watchSurroundings({ config, connection, log }, options);
  const record = options.record ? recorder(connection, log) : undefined;
  const server = createServer({
    certificate,
    missing: surroundings.missing,
    log,
    judge: (request) => respond(request, surroundings.around, { record, metrics, log }),
  });
  const unfollow = followCertificate(files, certificate, takeUp(server, metrics, log), (error) =>
    log.error({ error: error.message }, 'new certificate not usable, the old one is served'),
  );
  const ended = signalled();
  await server.fastify.listen({ host: options.host, port: options.port });
  const metricsServer =
    options.metricsPort === undefined
      ? undefined
      : await serveMetrics(metrics, options.host, options.metricsPort);
  log.info({ port: options.port, record: options.record }, 'webhook serves');

  const signal = await ended;
  log.info({ signal }, 'webhook ends');
  server.drain();
  if (signal === 'SIGTERM') await sleep(options.drainSeconds * 1000);
  await server.fastify.close();
  unfollow();
  surroundings.stop();
  await closed(metricsServer);
}

/** Reads the kubeconfig, or finds one. @throws Error when the file is not there or is none. */
function kubeConfigOf(file: string | undefined): KubeConfig {
  const config = new KubeConfig();
  if (file === undefined) config.loadFromDefault();
  else config.loadFromFile(file);
  return config;
}

function takeUp(server: WebhookServer, metrics: Metrics, log: Logger): (pair: KeyAndCertificate) => void {
  return (pair) => {
    server.setCertificate(pair);
    const expiry = expiryOf(pair);
    metrics.certificateExpiry.set(expiry);
    log.info({ expires: new Date(expiry * 1000).toISOString() }, 'certificate replaced');
  };
}

/** The first of the two signals that ask a process to end. */
function signalled(): Promise<'SIGTERM' | 'SIGINT'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}

async function closed(server: Server | undefined): Promise<void> {
  if (server === undefined) return;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
