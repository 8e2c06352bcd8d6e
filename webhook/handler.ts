// One review from request to answer: judged, recorded, counted, and told to the log when that is worth a line.
import type { Logger } from 'pino';
import { type AdmissionContext, type AdmissionResult, admit } from './admit.ts';
import type { Metrics } from './metrics.ts';
import type { Recorder } from './record.ts';
import type { AdmissionAnswer, AdmissionRequest } from './review.ts';

export interface HandlerOptions {
  /** Absent with --record=false. */
  readonly record: Recorder | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Never rejects: a recording that fails does not keep an Ingress out. */
export async function respond(
  request: AdmissionRequest,
  around: AdmissionContext,
  told: HandlerOptions,
): Promise<AdmissionAnswer> {
  const stopTimer = told.metrics.duration.startTimer();
  const judgement = admit(request, around);
  if (told.record !== undefined && judgement.recording !== undefined) {
    told.metrics.recordings.inc({ outcome: await told.record(judgement.recording) });
  }
  tell(request, judgement, told);
  stopTimer();
  return judgement.answer;
}

function tell(
  { object, operation, dryRun }: AdmissionRequest,
  judgement: AdmissionResult,
  { metrics, log }: HandlerOptions,
): void {
  const { verdict, problems, error } = judgement;
  metrics.admissions.inc({ verdict });
  for (const { code, severity } of problems) metrics.problems.inc({ code, severity });
  const { name, namespace } = object.metadata;
  const about = { namespace, name, operation, dryRun };
  if (verdict === 'refused')
    log.info({ ...about, codes: problems.map(({ code }) => code) }, 'ingress refused');
  if (verdict === 'unjudged') log.error({ ...about, err: error }, 'ingress not judged');
}
