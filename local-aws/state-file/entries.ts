// What the state file holds, line by line, and how its lines become a state again. Pure: the same lines always give the same state.
import { perform } from '../elb/perform.ts';
import { type CallContext, type ElbState, emptyState, emptyWorld, type World } from '../elb/state.ts';
import { performProtection } from '../protections/perform.ts';
import { emptyProtections, type ProtectionFacts, type ProtectionState } from '../protections/state.ts';

/** A call that moto answered, with the seed and time it was given. */
export interface MotoCall {
  kind: 'passed';
  at: number;
  seed: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  /** Base64. */
  body: string;
}

export interface ProtectionCall {
  service: string;
  action: string;
  input: Record<string, unknown>;
}

/** What a check found out about a target, when it changes what AWS shows. */
export interface HealthChange {
  kind: 'health';
  group: string;
  target: string;
  health: 'initial' | 'healthy' | 'unhealthy';
  reason?: string;
  description?: string;
}

export type JournalEntry =
  /** A call of Elastic Load Balancing that changed something. */
  | { kind: 'call'; at: number; action: string; input: object }
  /** The account as the calls after it saw it. */
  | { kind: 'world'; world: World }
  | { kind: 'protection'; call: ProtectionCall; facts: ProtectionFacts }
  | HealthChange
  | MotoCall
  /** A certificate made known that ACM does not hold. */
  | { kind: 'certificate'; arn: string; certPem: string; keyPem: string }
  /** Everything before it, except the calls to moto and certificates; and the settings of the calls after it. */
  | { kind: 'snapshot'; state: ElbState; protections: ProtectionState; settings: AccountSettings };

/** What does not change between two calls. */
export type AccountSettings = Omit<CallContext, 'now' | 'world'>;

export interface Replayed {
  state: ElbState;
  protections: ProtectionState;
}

/**
 * Repeats a history. `settings` hold until a snapshot says others: a history repeats as it was, whatever is set today.
 * @throws Error that names the entry (from 1) that cannot be repeated.
 */
export function replay(entries: readonly JournalEntry[], settings: AccountSettings): Replayed {
  let now: Replayed = { state: emptyState(), protections: emptyProtections() };
  let world = emptyWorld();
  let then = settings;
  for (const [at, entry] of entries.entries())
    try {
      if (entry.kind === 'snapshot') {
        now = { state: entry.state, protections: entry.protections };
        then = entry.settings;
      } else if (entry.kind === 'world') world = entry.world;
      else repeat(now, entry, { ...then, world });
    } catch (cause) {
      throw new Error(`entry ${at + 1} (${nameOf(entry)}) cannot be repeated: ${String(cause)}`, { cause });
    }
  return now;
}

function repeat(
  { state, protections }: Replayed,
  entry: JournalEntry,
  context: Omit<CallContext, 'now'>,
): void {
  if (entry.kind === 'call') perform(state, entry.action, entry.input, { ...context, now: entry.at });
  if (entry.kind === 'protection') performProtection(protections, entry.call, entry.facts);
  if (entry.kind === 'health') takeHealth(state, entry);
}

function nameOf(entry: JournalEntry): string {
  if (entry.kind === 'call') return entry.action;
  return entry.kind === 'protection' ? entry.call.action : entry.kind;
}

function takeHealth(
  state: ElbState,
  { group, target: key, health, reason, description }: HealthChange,
): void {
  const target = state.targetGroups.get(group)?.targets[key];
  // Drained and forgotten before the check came back.
  if (target === undefined) return;
  target.health = health;
  delete target.reason;
  delete target.description;
  if (reason !== undefined) target.reason = reason;
  if (description !== undefined) target.description = description;
}

/** One line of the file. Maps and sets, which JSON lacks, become objects with one key each. */
export function writeLine(value: object): string {
  const written = JSON.stringify(value, (_key, member: unknown) => {
    if (member instanceof Map) return { '\u0001map': [...member] };
    return member instanceof Set ? { '\u0001set': [...member] } : member;
  });
  return `${written}\n`;
}

/** @throws SyntaxError when the line is no JSON. */
export function readLine(line: string): unknown {
  return JSON.parse(line, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null) return member;
    if ('\u0001map' in member) return new Map(member['\u0001map'] as [string, unknown][]);
    return '\u0001set' in member ? new Set(member['\u0001set'] as string[]) : member;
  });
}
