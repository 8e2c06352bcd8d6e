// The review of a pod that is being created: it gets its readiness gates, and is never refused, whatever goes wrong.
import type { Logger } from 'pino';
import type { Pod } from '../api/kube.ts';
import { isObject } from '../api/validate/type-guards.ts';
import type { Metrics } from './metrics.ts';
import { gatesFor, type PodContext, podPatch } from './pods.ts';
import { type AdmissionAnswer, openReview, patchedBy } from './review.ts';

export interface PodReviewOptions {
  /** Undefined: pods get no gates. */
  readonly around: PodContext | undefined;
  readonly metrics: Pick<Metrics, 'pods'>;
  readonly log: Logger;
}

/** The answer to a review, or what is the matter with it. */
export type PodReview =
  | { readonly uid: string; readonly answer: AdmissionAnswer }
  | { readonly fault: string };

const ALLOWED: AdmissionAnswer = { allowed: true };

/** As far as we read one: who sends something else is told by the API server. */
function isPod(object: unknown): object is Pod {
  if (!isObject(object) || !isObject(object.metadata)) return false;
  const { spec = {} } = object;
  if (!isObject(spec)) return false;
  const { readinessGates: gates = [] } = spec;
  return (
    Array.isArray(gates) && gates.every((gate) => isObject(gate) && typeof gate.conditionType === 'string')
  );
}

/** Judges a review of a pod. */
export function reviewPod(body: unknown, { around, metrics, log }: PodReviewOptions): PodReview {
  const opened = openReview(body, '', 'pods');
  if ('fault' in opened) return opened;
  const { uid, operation, namespace, object } = opened;
  if (around === undefined || operation !== 'CREATE' || namespace === undefined || !isPod(object)) {
    metrics.pods.inc({ outcome: 'unchanged' });
    return { uid, answer: ALLOWED };
  }
  try {
    const patch = podPatch(object, gatesFor(object, namespace, around));
    metrics.pods.inc({ outcome: patch.length === 0 ? 'unchanged' : 'gated' });
    return { uid, answer: patch.length === 0 ? ALLOWED : patchedBy(patch) };
  } catch (error) {
    metrics.pods.inc({ outcome: 'failed' });
    log.error({ namespace, name: object.metadata.name, err: error }, 'pod without readiness gates');
    return { uid, answer: ALLOWED };
  }
}
