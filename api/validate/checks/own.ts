// Members that the type of an action or transform, or the field of a condition, reads. What the others hold is ignored by
// the LBC, so it is not judged either (spec annotations 15.5 to 15.7).

import type { AnnotationName } from '../../annotation.ts';
import { CONFIG_OF_FIELD } from '../../annotations/conditions.ts';
import { CONFIG_OF_TRANSFORM } from '../../annotations/transforms.ts';
import { step } from '../../problems/finding.ts';
import { isObject } from '../type-guards.ts';

/** A decoded value without what nothing reads, and the places of that. */
export interface Own {
  readonly value: unknown;
  readonly unread: readonly string[];
}

type Members = Readonly<Record<string, readonly string[]>>;

const ACTION: Members = {
  forward: ['forwardConfig', 'targetGroupARN', 'targetGroupName'],
  redirect: ['redirectConfig'],
  'fixed-response': ['fixedResponseConfig'],
};
const listed = (config: Readonly<Record<string, string>>): Members =>
  Object.fromEntries(Object.entries(config).map(([name, member]) => [name, [member]]));
const CONDITION = listed(CONFIG_OF_FIELD);
const TRANSFORM = listed(CONFIG_OF_TRANSFORM);

/** The value of an annotation as far as something reads it. */
export function ownMembers(name: AnnotationName, value: unknown): Own {
  if (name === 'actions.*') return withoutEmptyType(ownOf(value, 'type', ACTION, ''));
  if (name === 'conditions.*') return ownOfEach(value, 'field', CONDITION);
  if (name === 'transforms.*') return ownOfEach(value, 'type', TRANSFORM);
  return { value, unread: [] };
}

function ownOfEach(value: unknown, by: string, members: Members): Own {
  if (!Array.isArray(value)) return { value, unread: [] };
  const each = value.map((item, index) => ownOf(item, by, members, step(index)));
  return { value: each.map((one) => one.value), unread: each.flatMap((one) => one.unread) };
}

function ownOf(value: unknown, by: string, members: Members, at: string): Own {
  if (!isObject(value) || !(by in value)) return { value, unread: [] };
  const said = Object.entries(value);
  const kind = String(value[by]);
  const own = [by, ...(Object.hasOwn(members, kind) ? (members[kind] ?? []) : [])];
  return {
    value: Object.fromEntries(said.filter(([name]) => own.includes(name))),
    unread: said.flatMap(([name]) => (own.includes(name) ? [] : [`${at}${step(name)}`])),
  };
}

/** AWS's model allows an empty content type, which says no more than none (aws-limits 3.3, fixed-response). */
function withoutEmptyType({ value, unread }: Own): Own {
  const config = isObject(value) ? value.fixedResponseConfig : undefined;
  if (!isObject(value) || !isObject(config) || config.contentType !== '') return { value, unread };
  const { contentType: _, ...rest } = config;
  return { value: { ...value, fixedResponseConfig: rest }, unread };
}
