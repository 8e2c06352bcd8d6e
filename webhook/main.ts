// Wiring of `albatross webhook`: certificate, surroundings, server, signals. No decision is made here.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { meet, notListening } from '../api/problems/unmet-need.ts';
import { kubeClient } from '../kube/client.ts';
import type { KubeConfig } from '../kube/config.ts';
import { type CertificateSource, expiryOf, type KeyAndCertificate } from './certificate.ts';
import { respond } from './handler.ts';
import { createMetrics, type Metrics, serveMetrics } from './metrics.ts';
import { reviewPod } from './pod-review.ts';
import { recorder } from './record.ts';
import { createServer, type WebhookServer } from './server.ts';
import { judgeTargetGroupBindingReview } from './target-group-binding-review.ts';
import { type SurroundingsOptions, watchSurroundings } from './watches.ts';

export interface WebhookOptions extends SurroundingsOptions {
  /** Path; without it KUBECONFIG, ~/.kube/config, or the ServiceAccount of the pod, in this order. */
  readonly kubeconfig?: string;
  readonly host: string;
  readonly port: number;
  /** Whether accepted intents are recorded as bindings; the controller derives them anyway. */
  readonly record: boolean;
  /** Whether pods get the gates for the health of their targets (AWS Load Balancer Controller: Pod readiness gate). */
  readonly enablePodReadinessGateInject: boolean;
  readonly metricsPort?: number;
  /** Without it `host`. */
  readonly metricsHost?: string;
  /** How long to go on serving after SIGTERM before the port closes, in seconds. */
  readonly drainSeconds: number;
}

/** Where the webhook lives. */
export interface WebhookLife {
  readonly kubeConfig: KubeConfig;
  /** The pair that is served first. */
  readonly certificate: KeyAndCertificate;
  /** Where the next ones come from. */
  readonly certificates: CertificateSource;
  readonly log: Logger;
  /** Aborted with the name of the signal when it is asked to end. */
  readonly ending: AbortSignal;
  /** Told when it listens. */
  ready(): void;
}

/** Connections that neither ask nor go are left to themselves after this long, in milliseconds. */
const CLOSING_MS = 5_000;

/**
 * Serves until it is asked to end, then ends in order; gives the exit code.
 * @throws Unmet when a port is not to be had.
 */
export async function runWebhook(options: WebhookOptions, life: WebhookLife): Promise<0> {
  const { kubeConfig, certificate, certificates, log, ending } = life;
  const metrics = createMetrics();
  metrics.certificateExpiry.set(expiryOf(certificate));
  const client = kubeClient(kubeConfig);
  const surroundings = watchSurroundings({ client, log }, options);
  const record = options.record ? recorder(client, log) : undefined;
  const server = createServer({
    certificate,
    missing: surroundings.missing,
    awaited: () => certificates.missing(),
    log,
    reviewPod: (body) =>
      reviewPod(body, {
        ...{ metrics, log },
        around: options.enablePodReadinessGateInject ? surroundings.pods : undefined,
      }),
    judgeTargetGroupBinding: (body) => judgeTargetGroupBindingReview(body, surroundings.targetGroupBindings),
    judge: (request) => respond(request, surroundings.around, { record, metrics, log }),
  });
  const [metricsServer] = await openPorts(options, server, metrics);
  const unfollow = certificates.follow(takeUp(server, metrics, log), (error) =>
    log.error({ error: error.message }, 'new certificate not usable, the old one is served'),
  );
  life.ready();
  log.info({ port: options.port, record: options.record }, 'webhook serves');

  await asked(ending);
  log.info({ signal: ending.reason }, 'webhook ends');
  server.drain();
  if (ending.reason === 'SIGTERM') await sleep(options.drainSeconds * 1000);
  await Promise.race([server.fastify.close(), sleep(CLOSING_MS)]);
  unfollow();
  surroundings.stop();
  metricsServer?.close();
  metricsServer?.closeAllConnections();
  return 0;
}

/** Opens both. @throws Unmet for each that is not to be had. */
function openPorts(
  { host, port, metricsPort, metricsHost = host }: WebhookOptions,
  { fastify }: WebhookServer,
  metrics: Metrics,
): Promise<[Server | undefined, unknown]> {
  const reviews = fastify.listen({ host, port }).catch((thrown: unknown) => {
    throw notListening(`--port ${port} on ${host}`, thrown);
  });
  const scrapes = metricsPort === undefined ? undefined : serveMetrics(metrics, metricsHost, metricsPort);
  return meet([Promise.resolve(scrapes), reviews]);
}

async function asked(ending: AbortSignal): Promise<void> {
  if (!ending.aborted) await once(ending, 'abort');
}

function takeUp(server: WebhookServer, metrics: Metrics, log: Logger): (pair: KeyAndCertificate) => void {
  return (pair) => {
    server.setCertificate(pair);
    const expiry = expiryOf(pair);
    metrics.certificateExpiry.set(expiry);
    log.info({ expires: new Date(expiry * 1000).toISOString() }, 'certificate replaced');
  };
}
