// A preview in the words of the plan: a few lines for whoever asks with a dry run. What other namespaces of the group say is
// counted and never told. Pure.
import { effectiveListenPorts } from '../../api/annotations/listener.ts';
import type { Group } from '../group.ts';
import { changesIn, reasons } from '../plan/plan.ts';
import { allows, type Policy } from '../plan/policy.ts';
import type { Preview } from './preview.ts';
import type { PreviewStep } from './steps.ts';

export const NOTHING_CHANGES = 'nothing changes in AWS';

/** Begins every line that tells an operation. */
export const ANNOUNCED = /^(left out by the policy \S+: )?would (create|replace|modify|reorder|delete) /;

/** More resources in one line, and more lines, than this do not help anybody. */
const ITEMS_MAX = 8;
const LINES_MAX = 12;

const DEPENDS = 'depends on what AWS has';

/** One group that is concerned, and the policy that holds for it. */
export interface Announced {
  readonly group: string;
  readonly preview: Preview;
  readonly policy: Policy;
}

/** Lines for somebody who may read the objects of one namespace. */
export function announcement(all: readonly Announced[], namespace: string): string[] {
  const lines = all.flatMap((one) => linesOf(one, namespace, all.length > 1));
  if (lines.length === 0) return [NOTHING_CHANGES];
  const rest = lines.length - LINES_MAX;
  return rest > 0 ? [...lines.slice(0, LINES_MAX), `and ${rest} more lines like these`] : lines;
}

const groupWords = (group: string): string => (group.includes('/') ? `Ingress ${group}` : `group ${group}`);

function linesOf({ group, preview, policy: holds }: Announced, namespace: string, named: boolean): string[] {
  const { before, after, steps } = preview;
  const ours = oursIn([before, after], namespace);
  const alike = new Map<string, Line>();
  for (const step of steps) {
    const { verb } = step;
    const [allowed, because] = [allows(holds, step.operation), becauseOf(step, ours)];
    const key = `${allowed} ${verb} ${because}`;
    const line = alike.get(key);
    if (line === undefined) alike.set(key, { verb, allowed, because, what: [subjectOf(step, ours)] });
    else line.what.push(subjectOf(step, ours));
  }
  return [...alike.values()].map(({ verb, because, allowed, what }) => {
    const items = counted(what);
    const rest = items.length - ITEMS_MAX;
    const list = rest > 0 ? `${items.slice(0, ITEMS_MAX).join(', ')} and ${rest} more` : items.join(', ');
    const words = `would ${verb} ${list}${because === '' ? '' : `: ${because}`}${named ? ` (${groupWords(group)})` : ''}`;
    return allowed ? words : `left out by the policy ${holds}: ${words}`;
  });
}

/** Steps that are told together. */
interface Line {
  readonly verb: PreviewStep['verb'];
  readonly allowed: boolean;
  readonly because: string;
  readonly what: Subject[];
}

/** One resource by its name, or one of a kind that are only counted, with where they are. */
type Subject = { readonly name: string } | { readonly kind: string; readonly of: string };

/** Each resource by itself; those that are only counted, once. */
function counted(subjects: readonly Subject[]): string[] {
  const counts = new Map<string, { readonly one: Subject; times: number }>();
  for (const one of subjects) {
    const name = 'name' in one ? one.name : `${one.kind} ${one.of}`;
    const there = counts.get(name);
    if (there === undefined) counts.set(name, { one, times: 1 });
    else there.times += 1;
  }
  return [...counts].map(([name, { one, times }]) =>
    'kind' in one ? `${times} ${one.kind}${times === 1 ? '' : 's'} ${one.of}` : name,
  );
}

/** What somebody in one namespace may know of a group. */
interface Ours {
  readonly namespace: string;
  /** Nobody of another namespace is in the group. */
  readonly alone: boolean;
  /** Ids of listeners that are asked for in the namespace. */
  readonly listeners: ReadonlySet<string>;
}

function oursIn(groups: readonly Group[], namespace: string): Ours {
  const listeners = new Set<string>();
  let alone = true;
  for (const { members } of groups) {
    for (const member of members) {
      if (member.namespace !== namespace) alone = false;
      else
        for (const { port } of effectiveListenPorts(member.intent.settings))
          listeners.add(`listener/${port}`);
    }
  }
  return { namespace, alone, listeners };
}

const KINDS: Readonly<Record<PreviewStep['kind'], string>> = {
  securityGroup: 'security group',
  targetGroup: 'target group',
  loadBalancer: 'load balancer',
  listener: 'listener',
  rule: 'rule',
};

function subjectOf(
  { kind, verb, id, owner, listener, depends, operation }: PreviewStep,
  ours: Ours,
): Subject {
  const hidden =
    owner === undefined
      ? kind === 'listener' && !ours.listeners.has(id)
      : !owner.startsWith(`${ours.namespace}/`);
  const perhaps = depends ? ` (${DEPENDS})` : '';
  if (hidden || (kind === 'rule' && owner === undefined && !ours.listeners.has(listener ?? '')))
    return { kind: KINDS[kind], of: `of other namespaces${perhaps}` };
  if (verb === 'reorder') return { name: `the rules of ${id}` };
  if (kind === 'rule') return { kind: KINDS.rule, of: `of ${listener}${perhaps}` };
  const { resource } = operation.verb === 'create' ? operation : {};
  const scheme = resource?.kind === 'loadBalancer' ? ` (${resource.spec.scheme})` : '';
  return { name: `${id}${scheme}${perhaps}` };
}

/** The reasons of the plan. Values are told where all that is said is of the namespace; those of rules are long. */
function becauseOf(
  { verb, kind, owner, fields, unknown, depends, operation }: PreviewStep,
  ours: Ours,
): string {
  if (verb === 'reorder') return '';
  if (operation.verb === 'create' && operation.replaces !== undefined && fields.length > 0)
    return reasons(changesIn(fields, operation.resource, operation.replaces)).join('; ');
  if (operation.verb !== 'modify') return operation.because.join('; ');
  const sure = operation.change.filter(({ field }) => !unknown.includes(field));
  const open = ours.alone || owner?.startsWith(`${ours.namespace}/`) === true;
  const perhaps = depends ? unknown : unknown.map((field) => `${field} (${DEPENDS})`);
  if (kind === 'rule' || !open)
    return [...fields.filter((field) => !unknown.includes(field)), ...perhaps].join(', ');
  const back = operation.because.filter((words) => words.startsWith('nobody says '));
  return [...reasons(sure), ...back, ...perhaps].join('; ');
}
