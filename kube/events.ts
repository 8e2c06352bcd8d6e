// Kubernetes events: one for each change, on the object it is about, and never the same one twice in a row.
// By hand: the library has no recorder of events.
import { randomBytes } from 'node:crypto';
import type { ObjectMeta } from '../api/kube.ts';
import type { KubeClient, KubeOutcome } from './client.ts';
import { KINDS } from './kinds.ts';
import { createObject } from './objects.ts';
import type { MayWrite } from './write.ts';

/** The object an event is about. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  /** What it is told about where the policy of an Ingress keeps us from telling about that; undefined: it is not told. */
  readonly instead?: Regarding;
}

export interface News {
  readonly type: 'Normal' | 'Warning';
  /** A condition reason or a problem's code. */
  readonly reason: string;
  /** What is being done, in one word, e.g. `Apply`. */
  readonly action: string;
  /** A sentence for people; cut to what the API takes. */
  readonly note: string;
  /** Tell it even when the same was told last: it happened again. */
  readonly again?: true;
}

export interface Events {
  /** Tells it; undefined when the same was told last about this object with this reason, or the policy forbids it. */
  tell(regarding: Regarding, news: News): Promise<KubeOutcome | undefined>;
}

/** Longest note in bytes (Kubernetes API reference, Event v1: 1 kB). */
const NOTE_MAX = 1024;
/** How many objects and reasons are remembered. */
const REMEMBERED = 10_000;

/** Another controller is in charge of the Ingress: what we have to say must not stand between its words. */
const permitted = (regarding: Regarding, may: MayWrite): Regarding | undefined =>
  regarding.kind === 'Ingress' && !may('ingressEvents', regarding.metadata) ? regarding.instead : regarding;

/** Events by `events.k8s.io/v1`, as far as `may` lets them; `instance` names this process. */
export function eventTeller(client: KubeClient, instance: string, may: MayWrite): Events {
  const last = new Map<string, string>();
  return {
    async tell(asked, { type, reason, action, note, again }) {
      const regarding = permitted(asked, may);
      if (regarding === undefined) return undefined;
      const { namespace = 'default', name, uid } = regarding.metadata;
      const key = `${uid ?? `${regarding.kind} ${namespace}/${name}`} ${reason}`;
      if (again === undefined && last.get(key) === note) return undefined;
      last.delete(key);
      last.set(key, note);
      const oldest = last.keys().next().value;
      if (last.size > REMEMBERED && oldest !== undefined) last.delete(oldest);
      const { apiVersion, kind } = regarding;
      const event = {
        metadata: { namespace, name: `${name.slice(0, 230)}.${randomBytes(8).toString('hex')}` },
        eventTime: microTime(new Date()),
        type,
        reason,
        action,
        note: cut(note),
        regarding: { apiVersion, kind, namespace, name, ...(uid === undefined ? {} : { uid }) },
        reportingController: 'albatross.dev/controller',
        reportingInstance: instance.slice(0, 128),
      };
      return createObject(client, KINDS.events, event, namespace);
    },
  };
}

/** A time with microseconds, as `MicroTime` wants it. */
export const microTime = (time: Date): string => time.toISOString().replace('Z', '000Z');

/** Cuts a note to what the API takes, never in the middle of a character. */
export function cut(note: string): string {
  if (Buffer.byteLength(note) <= NOTE_MAX) return note;
  const end = '…';
  const kept = Buffer.from(note).subarray(0, NOTE_MAX - Buffer.byteLength(end));
  // A character that was cut in two decodes to U+FFFD.
  return `${kept.toString('utf8').replace(/\uFFFD+$/, '')}${end}`;
}
