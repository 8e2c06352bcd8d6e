// Records an accepted intent as a binding: the only write of an admission. Nothing depends on it (the controller derives
// the same binding itself); it makes the answer visible at once.
import type { Logger } from 'pino';
import type { BindingSpec } from '../api/generated/binding.ts';
import type { KubeClient } from '../kube/client.ts';
import { applyBinding } from '../kube/write.ts';

/** Longest that an answer waits for the recording, in milliseconds. */
const WAIT_MS = 1_000;

/** A binding to record: same namespace and name as its Ingress. */
export interface Recording {
  readonly namespace: string;
  readonly name: string;
  readonly spec: BindingSpec;
}

export type RecordOutcome = 'recorded' | 'failed';
export type Recorder = (recording: Recording) => Promise<RecordOutcome>;

/** Records by server-side apply, without an owner: the Ingress is not stored yet. Never rejects, takes a second at most. */
export function recorder(client: KubeClient, log: Logger): Recorder {
  return async ({ namespace, name, spec }) => {
    const outcome = await applyBinding(client, { namespace, name }, spec, WAIT_MS);
    if (outcome.ok) return 'recorded';
    log.warn({ namespace, name, error: outcome.message }, 'binding not recorded');
    return 'failed';
  };
}
