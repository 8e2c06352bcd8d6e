// The HTTPS server: reviews in, answers out, health. Knows nothing of Ingresses beyond the shape of a review.
import type { Server } from 'node:https';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { KeyAndCertificate } from './certificate.ts';
import { judgeClassReview } from './class-review.ts';
import type { PodReview } from './pod-review.ts';
import { type AdmissionAnswer, type AdmissionRequest, answerReview, parseReview } from './review.ts';

/** An Ingress has at most about 1.5 MiB (etcd's limit for a value); an update carries the old and the new one. */
const BODY_MAX_BYTES = 8 * 1024 * 1024;

/** Longest time for a whole request to come in, in milliseconds: the API server itself gives up after 5 seconds. */
const REQUEST_MS = 10_000;

/** Longer than the 90 seconds of the API server's side, so that it never writes into a connection that we just closed. */
const KEEP_ALIVE_MS = 120_000;

/** One review in, one answer out; a body that is no such review is a `fault`, in one sentence. */
type JudgeReview = (
  body: unknown,
) => { readonly uid: string; readonly answer: AdmissionAnswer } | { readonly fault: string };

export interface ServerOptions {
  readonly certificate: KeyAndCertificate;
  /** Must not reject; when it does, the caller gets 500. */
  readonly judge: (request: AdmissionRequest) => Promise<AdmissionAnswer>;
  /** Judges a review of a pod. */
  readonly reviewPod: (body: unknown) => PodReview;
  readonly judgeTargetGroupBinding: JudgeReview;
  /** What is still missing before reviews can be judged well, in words; empty when ready. */
  readonly missing: () => readonly string[];
  /** What is still missing before it should be asked, in words; who asks all the same is answered. */
  readonly awaited: () => readonly string[];
  readonly log: Logger;
}

export interface WebhookServer {
  readonly fastify: FastifyInstance;
  /** Serves new connections with another certificate. @throws Error when it is not a pair. */
  readonly setCertificate: (pair: KeyAndCertificate) => void;
  /** /readyz turns 503 and every answer asks the caller to come back on a new connection, elsewhere. */
  readonly drain: () => void;
}

/** Builds the server; `fastify.listen` opens the port, `fastify.close` answers what is in flight and closes it. */
export function createServer(options: ServerOptions): WebhookServer {
  const { certificate, judge, reviewPod, missing, log } = options;
  const fastify = Fastify({
    // Its own warnings are lines of the same log; a child for each request would cost more than an answer.
    loggerInstance: log.child(
      {},
      { level: log.isLevelEnabled('warn') ? 'warn' : log.level },
    ) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger,
    https: { ...certificate, minVersion: 'TLSv1.2' },
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // Until the last connection is gone, who comes is served.
    return503OnClosing: false,
  });
  let draining = false;

  // The body is parsed by hand: whatever is wrong with it gets the same clear 400.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  fastify.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ error: error.message, stack: error.stack }, 'request failed');
    return fault(reply, status, status >= 500 ? 'internal error' : error.message);
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (draining) reply.header('connection', 'close');
    done();
  });

  fastify.post('/validate-ingress', async ({ body }, reply) => {
    const reasons = missing();
    if (reasons.length > 0) return fault(reply, 503, `not ready: ${reasons.join(', ')}`);
    const parsed = parseReview(parseJson(body));
    if ('fault' in parsed) return fault(reply, 400, `not a review that can be judged: ${parsed.fault}`);
    return answerReview(parsed.request.uid, await judge(parsed.request));
  });
  const reviews: Readonly<Record<string, JudgeReview>> = {
    '/validate-ingressclassparams': judgeClassReview,
    '/validate-targetgroupbinding': options.judgeTargetGroupBinding,
    // Before everything is known a pod gets the gates that are, and is never kept waiting for the others.
    '/mutate-pod': reviewPod,
  };
  for (const [path, judgeReview] of Object.entries(reviews))
    fastify.post(path, async ({ body }, reply) => {
      const judged = judgeReview(parseJson(body));
      if ('fault' in judged) return fault(reply, 400, `not a review that can be judged: ${judged.fault}`);
      return answerReview(judged.uid, judged.answer);
    });
  fastify.get('/healthz', async () => 'ok');
  fastify.get('/readyz', async (_request, reply) => {
    const reasons = draining ? ['shutting down'] : [...missing(), ...options.awaited()];
    if (reasons.length === 0) return 'ok';
    return reply.code(503).send(`not ready: ${reasons.join(', ')}`);
  });

  return {
    fastify,
    setCertificate: (pair) => (fastify.server as Server).setSecureContext(pair),
    drain: () => {
      draining = true;
    },
  };
}

function parseJson(body: unknown): unknown {
  if (typeof body !== 'string') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function fault(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ error });
}
