// Tells people what became of a TargetGroupBinding: its status, and an event when that says something new.
import type { TargetGroupBinding } from '../../api/generated/target-group-binding.ts';
import { keyOf } from '../../api/kube.ts';
import type { Events } from '../../kube/events.ts';
import { KINDS } from '../../kube/kinds.ts';
import type { Next } from '../queue/queue.ts';
import type { Targets } from '../targets/targets.ts';
import { type ReadyVerdict, statusWith } from './status.ts';
import type { TargetGroupBindings } from './store.ts';
import type { TargetGroupBindingWrites, Written } from './writes.ts';

/** What the watch tells is waited for after a conflict, in milliseconds. */
const CONFLICT_MS = 50;

/** What is done after a write that did not succeed. */
export const again = (written: Exclude<Written, 'done'>): Next =>
  written === 'conflict' ? { afterMs: CONFLICT_MS } : 'retry';

export interface TellOptions {
  readonly store: TargetGroupBindings;
  readonly writes: TargetGroupBindingWrites;
  readonly targets: Pick<Targets, 'health' | 'recording'>;
  readonly events: Events;
  now(): Date;
}

/** Writes the status, and with `arn`, that of its target group, what is registered there. */
export async function tell(
  { targets, writes, store, events, now }: TellOptions,
  object: TargetGroupBinding,
  verdict: ReadyVerdict,
  arn?: string,
): Promise<Next> {
  const health = arn === undefined ? undefined : targets.health(arn);
  if (arn !== undefined && health?.hash !== undefined) {
    targets.recording(arn);
    const noted = await writes.note(object, health.hash);
    if (noted !== 'done') return again(noted);
  }
  const mine = store.get(keyOf(object)) ?? object;
  const before = mine.status?.conditions?.find(({ type }) => type === 'Ready');
  const written = await writes.status(mine, statusWith(mine, verdict, health, now().toISOString()));
  if (written !== 'done') return again(written);
  const { status, reason, message } = verdict;
  // How the targets of one that is served fare is told where it is found out.
  const isNews = before?.reason !== reason || (status === 'False' && before.message !== message);
  if (!isNews || status === 'Unknown') return 'done';
  const { apiVersion, kind } = KINDS.targetGroupBindings;
  const type = status === 'True' || reason === 'Deleting' ? 'Normal' : 'Warning';
  const about = { apiVersion, kind, metadata: object.metadata };
  // Nothing waits for the event, and what fails is in the log.
  void events.tell(about, { type, reason, action: 'RegisterTargets', note: message });
  return 'done';
}
