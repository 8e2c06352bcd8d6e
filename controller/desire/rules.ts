// Rules of one listener: hosts and paths of its members in order, redirects that loop or shadow dropped, then numbered
// (spec annotations 15.1 to 15.3, 15.8; aws-model 3.11).
import type { Condition, Resource, Tags, Transform } from '../../api/aws.ts';
import { conditionsOf, transformsOf } from '../../api/rules.ts';
import type { Member } from '../group.ts';
import { type Course, courseFor } from './actions.ts';
import type { Desiring, Origin } from './desiring.ts';
import type { Port } from './ports.ts';
import { tagsOf } from './tags.ts';

interface Draft extends Course {
  readonly conditions: Condition[];
  readonly transforms: Transform[];
  readonly userTags: Tags;
  readonly origin: Omit<Origin, 'id'>;
}

function draftsOf(desiring: Desiring, member: Member, port: Port): Draft[] {
  const { settings } = member.intent;
  const userTags = settings.tags?.value ?? {};
  return member.intent.rules.flatMap(({ host, paths }) =>
    paths.map(({ path, pathType, backend }) => {
      const source = { host, path, pathType, backend: backend.service?.name ?? backend.action ?? '' };
      return {
        conditions: conditionsOf(source, settings),
        transforms: transformsOf(source, settings),
        ...courseFor(desiring, member, backend, port.protocol),
        userTags,
        origin: { member: member.key, host, path, pathType },
      };
    }),
  );
}

type Where = Extract<Condition, { field: 'host-header' | 'path-pattern' }>;

const isWhere = (condition: Condition): condition is Where =>
  condition.field === 'host-header' || condition.field === 'path-pattern';

/** The plain values of one field, and its regular expressions as texts that no plain value equals. */
function valuesOf(conditions: readonly Condition[], field: Where['field']): string[] {
  return conditions
    .filter(isWhere)
    .filter((condition) => condition.field === field)
    .flatMap(({ values, regexValues = [] }) => [...values, ...regexValues.map((regex) => `regex ${regex}`)]);
}

/** Step 1: the redirect would reproduce the request that matched. */
export function redirectsToItself(
  { conditions, action }: Pick<Draft, 'conditions' | 'action'>,
  port: Port,
): boolean {
  if (action.type !== 'redirect' || hasRegexPath(conditions)) return false;
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

const hasRegexPath = (conditions: readonly Condition[]): boolean =>
  conditions.some(
    (one) => isWhere(one) && one.field === 'path-pattern' && (one.regexValues ?? []).length > 0,
  );

/** Step 2: an earlier redirect takes every request of the later rule. */
export function covers(
  earlier: Pick<Draft, 'conditions' | 'action'>,
  later: Pick<Draft, 'conditions'>,
): boolean {
  if (earlier.action.type !== 'redirect') return false;
  if (!earlier.conditions.every(isWhere)) return false;
  const within = (field: Where['field'], all?: string): boolean => {
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
    port.members.flatMap((member) => draftsOf(desiring, member, port)),
    port,
  );
  return drafts.map(({ conditions, transforms, before, action, userTags, origin }, index) => {
    const priority = index + 1;
    const tag = `${port.port}:${priority}`;
    const id = `rule/${tag}`;
    desiring.origins.push({ id, ...origin });
    return {
      kind: 'rule',
      id,
      spec: {
        listener: { ref: listener },
        priority,
        conditions,
        actions: [...before, action],
        ...(transforms.length === 0 ? {} : { transforms }),
        tags: tagsOf(desiring.facts.cluster, desiring.group.id, tag, userTags),
      },
    };
  });
}
