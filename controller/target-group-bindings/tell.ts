// Tells people what became of a TargetGroupBinding: its status, and an event when that says something new.
import type { TargetGroupBinding } from '../../api/generated/target-group-binding.ts';
import { keyOf } from '../../api/kube.ts';
import type { Events } from '../../kube/events.ts';
import { KINDS } from '../../kube/kinds.ts';
import type { Next } from '../queue/queue.ts';
import type { Targets } from '../targets/targets.ts';
import { NETWORKING, networkingVerdict, type RulesVerdict } from './networking.ts';
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

/** Of one that is served. */
export interface ServedStanding {
  /** Of its target group. */
  readonly arn: string;
  readonly rules: RulesVerdict;
}

/** Writes the status, and of one that is served what is registered there. */
export async function tell(
  { targets, writes, store, events, now }: TellOptions,
  object: TargetGroupBinding,
  verdict: ReadyVerdict,
  served?: ServedStanding,
): Promise<Next> {
  const health = served === undefined ? undefined : targets.health(served.arn);
  if (served !== undefined && health?.hash !== undefined) {
    targets.recording(served.arn);
    const noted = await writes.note(object, health.hash);
    if (noted !== 'done') return again(noted);
  }
  const mine = store.get(keyOf(object)) ?? object;
  const verdicts = { [NETWORKING]: networkingVerdict(mine, served?.rules), Ready: verdict };
  const written = await writes.status(mine, statusWith(mine, verdicts, health, now().toISOString()));
  if (written !== 'done') return again(written);
  for (const [type, one] of Object.entries(verdicts))
    if (one !== undefined) tellNews(events, mine, type, one);
  return 'done';
}

/** An event where a condition says something new; how the targets of one that is served fare is told where it is found out. */
function tellNews(
  events: Events,
  { metadata, status }: TargetGroupBinding,
  type: string,
  { status: holds, reason, message }: ReadyVerdict,
): void {
  const before = status?.conditions?.find((one) => one.type === type);
  const isNews = before?.reason !== reason || (holds === 'False' && before.message !== message);
  const isUnderWay =
    holds === 'Unknown' || (type === NETWORKING && (holds === 'True' || reason === 'Deleting'));
  if (!isNews || isUnderWay) return;
  const { apiVersion, kind } = KINDS.targetGroupBindings;
  const action = type === NETWORKING ? 'AuthorizeSecurityGroupIngress' : 'RegisterTargets';
  const news = holds === 'True' || reason === 'Deleting' ? 'Normal' : 'Warning';
  // Nothing waits for the event, and what fails is in the log.
  void events.tell({ apiVersion, kind, metadata }, { type: news, reason, action, note: message });
}
