// Records an accepted intent as a binding: the only write of an admission. Nothing depends on it (the controller derives
// the same binding itself); it makes the answer visible at once.
import type { Logger } from 'pino';
import type { BindingSpec } from '../api/generated/binding.ts';
import type { Connection } from './connection.ts';

/**
 * Owner of `spec`. The controller writes `spec` under the same name and everything else under another one: an apply
 * takes away what its own manager said before and no longer says.
 */
const FIELD_MANAGER = 'albatross';

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
export function recorder(connection: Connection, log: Logger): Recorder {
  return async ({ namespace, name, spec }) => {
    const path = `/apis/albatross.dev/v1alpha1/namespaces/${encodeURIComponent(namespace)}/loadbalancerbindings/${encodeURIComponent(name)}`;
    const binding = {
      apiVersion: 'albatross.dev/v1alpha1',
      kind: 'LoadBalancerBinding',
      metadata: { namespace, name },
      spec,
    };
    try {
      await connection.apply(path, binding, FIELD_MANAGER, WAIT_MS);
      return 'recorded';
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      log.warn({ namespace, name, error: words }, 'binding not recorded');
      return 'failed';
    }
  };
}
