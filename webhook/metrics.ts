// What the webhook counts, and the plain HTTP port that serves it to Prometheus.
import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { notListening } from '../api/problems/unmet-need.ts';

export interface Metrics {
  readonly registry: Registry;
  /** By verdict: allowed, refused, unchanged, notOurs, unjudged. */
  readonly admissions: Counter<'verdict'>;
  /** By problem code and by how it was answered: refuse or warn. */
  readonly problems: Counter<'code' | 'severity'>;
  /** Seconds from a review read to its answer, the recording included. */
  readonly duration: Histogram;
  /** By outcome: recorded, failed. */
  readonly recordings: Counter<'outcome'>;
  /** Pods that are being created, by outcome: gated, unchanged, failed. */
  readonly pods: Counter<'outcome'>;
  /** Seconds since 1970 at which the certificate that is served ends. */
  readonly certificateExpiry: Gauge;
}

/** A registry of its own, so that two webhooks in one process (tests) do not meet. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const named = (name: string, help: string) => ({ name: `albatross_webhook_${name}`, help, registers });
  return {
    registry,
    admissions: new Counter({
      ...named('admissions_total', 'Ingress reviews by verdict.'),
      labelNames: ['verdict'],
    }),
    problems: new Counter({
      ...named('problems_total', 'Problems found in reviewed Ingresses, by code.'),
      labelNames: ['code', 'severity'],
    }),
    duration: new Histogram({
      ...named('admission_seconds', 'Time from a review to its answer.'),
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    }),
    recordings: new Counter({
      ...named('recordings_total', 'Bindings recorded at admission, by outcome.'),
      labelNames: ['outcome'],
    }),
    pods: new Counter({
      ...named('pods_total', 'Pods reviewed for readiness gates, by outcome.'),
      labelNames: ['outcome'],
    }),
    certificateExpiry: new Gauge(
      named('certificate_expiry_timestamp_seconds', 'When the certificate that is served ends.'),
    ),
  };
}

/**
 * Serves /metrics on a port of its own until closed.
 * @throws Unmet when the port is not to be had.
 */
export async function serveMetrics({ registry }: Metrics, host: string, port: number): Promise<Server> {
  collectDefaultMetrics({ register: registry });
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (thrown) => reject(notListening(`--metrics-port ${port}`, thrown)));
    server.listen(port, host, resolve);
  });
  return server;
}
