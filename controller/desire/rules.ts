// Rules of one listener: hosts and paths of its members in order, redirects that loop or shadow dropped, then numbered
// (spec annotations 15.1 to 15.3, 15.8; aws-model 3.11).
import type { Action, Condition, Resource, Tags } from '../../api/aws.ts';
import type { IntentPath } from '../../api/generated/binding.ts';
import type { Member } from '../group.ts';
import { actionFor } from './actions.ts';
import type { Desiring } from './desiring.ts';
import type { Port } from './ports.ts';
import { tagsOf } from './tags.ts';

interface Draft {
  readonly conditions: Condition[];
  readonly action: Action;
  readonly userTags: Tags;
}

/** Patterns of a path (spec annotations 15.3). An empty path is no condition. */
export function pathPatterns({ path, pathType }: Pick<IntentPath, 'path' | 'pathType'>): string[] {
  if (path === undefined || path === '') return [];
  if (pathType !== 'Prefix') return [path];
  if (path === '/') return ['/*'];
  const trimmed = path.replace(/\/$/, '');
  return [trimmed, `${trimmed}/*`];
}

function conditionsOf(host: string | undefined, path: IntentPath): Condition[] {
  const patterns = pathPatterns(path);
  const conditions: Condition[] = [];
  if (host !== undefined && host !== '') conditions.push({ field: 'host-header', values: [host] });
  if (patterns.length > 0) conditions.push({ field: 'path-pattern', values: patterns });
  return conditions.length > 0 ? conditions : [{ field: 'path-pattern', values: ['/*'] }];
}

function draftsOf(desiring: Desiring, member: Member): Draft[] {
  const userTags = member.intent.settings.tags?.value ?? {};
  return member.intent.rules.flatMap(({ host, paths }) =>
    paths.map((path) => ({
      conditions: conditionsOf(host, path),
      action: actionFor(desiring, member, path.backend),
      userTags,
    })),
  );
}

const valuesOf = (conditions: readonly Condition[], field: Condition['field']): string[] =>
  conditions.flatMap((condition) => (condition.field === field ? condition.values : []));

/** Step 1: the redirect would reproduce the request that matched. */
export function redirectsToItself(
  { conditions, action }: Pick<Draft, 'conditions' | 'action'>,
  port: Port,
): boolean {
  if (action.type !== 'redirect') return false;
  const same = (said: string | undefined, ...own: string[]): boolean =>
    said === undefined || own.includes(said);
  return (
    same(action.host, '#{host}', ...valuesOf(conditions, 'host-header')) &&
    same(action.path, '/#{path}', ...valuesOf(conditions, 'path-pattern')) &&
    same(action.port, '#{port}', String(port.port)) &&
    same(action.protocol, '#{protocol}', port.protocol) &&
    same(action.query, '#{query}')
  );
}

/** Step 2: an earlier redirect takes every request of the later rule. */
export function covers(
  earlier: Pick<Draft, 'conditions' | 'action'>,
  later: Pick<Draft, 'conditions'>,
): boolean {
  if (earlier.action.type !== 'redirect') return false;
  const within = (field: Condition['field'], all?: string): boolean => {
    const wide = valuesOf(earlier.conditions, field);
    const narrow = valuesOf(later.conditions, field);
    if (wide.length === 0 || (all !== undefined && wide.includes(all))) return true;
    return narrow.length > 0 && narrow.every((value) => wide.includes(value));
  };
  return within('host-header') && within('path-pattern', '/*');
}

function optimised(drafts: readonly Draft[], port: Port): Draft[] {
  const kept: Draft[] = [];
  for (const draft of drafts) {
    if (redirectsToItself(draft, port) || kept.some((earlier) => covers(earlier, draft))) continue;
    kept.push(draft);
  }
  return kept;
}

/** Wants the rules of one listener. An HTTP listener that redirects to HTTPS has none. */
export function rulesFor(desiring: Desiring, port: Port, listener: string): Resource<'rule'>[] {
  const drafts = optimised(
    port.members.flatMap((member) => draftsOf(desiring, member)),
    port,
  );
  return drafts.map(({ conditions, action, userTags }, index) => {
    const priority = index + 1;
    const tag = `${port.port}:${priority}`;
    return {
      kind: 'rule',
      id: `rule/${tag}`,
      spec: {
        listener: { ref: listener },
        priority,
        conditions,
        actions: [action],
        tags: tagsOf(desiring.facts.cluster, desiring.group.id, tag, userTags),
      },
    };
  });
}
