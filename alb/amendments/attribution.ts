// Attribution: which annotation of which member asks for a part that AWS refused, and how it is told. No table leads from fields to
// annotations: each value of a member is written again into an empty copy, or its descriptor says where it ends. Pure.
import { isDeepStrictEqual } from 'node:util';
import { type AnyAnnotation, type Setting, scopeOf } from '../../api/annotation.ts';
import type { Resource } from '../../api/aws.ts';
import { fieldsWritten } from '../../api/effects.ts';
import { annotationPath } from '../../api/problems/finding.ts';
import { type Problem, refusal } from '../../api/problems/problem.ts';
import { REGISTRY, stemOf } from '../../api/registry.ts';
import type { WantedGroup } from '../desire/desiring.ts';
import { portsOfGroup } from '../desire/ports.ts';
import { answerOf } from '../failures/failure.ts';
import type { Group, Member, Told } from '../group.ts';
import { fieldsOf } from '../kinds/kinds.ts';
import { saysSame, settingOf } from '../merge.ts';
import type { Part, Refusal } from './parts.ts';

type Sources = Pick<WantedGroup, 'resources' | 'origins' | 'backends'>;
type Spec = Readonly<Record<string, unknown>>;

/** Where a member asks for a part. */
interface AnnotationPlace {
  readonly path: string;
  readonly protects: boolean;
}

/** The spec without entries of maps and lists: what is there after one value was written is of that value. */
function emptied({ kind, spec }: Resource): Spec {
  const empty = Object.entries(spec).map(([name, value]) => {
    if (fieldsOf(kind)[name]?.entries === undefined) return [name, value];
    return [name, Array.isArray(value) ? [] : {}];
  });
  return Object.fromEntries(empty);
}

/** Whether the effect of a value writes the part. */
function writes(descriptor: AnyAnnotation, said: unknown, part: Part, resource: Resource): boolean {
  if (descriptor.effect.on !== part.kind) return false;
  const written = fieldsWritten(descriptor, emptied(resource), said);
  if (!written.has(part.field)) return false;
  const value = written.get(part.field);
  if (part.entry === undefined) return isDeepStrictEqual(value, part.value);
  const entries = fieldsOf(part.kind)[part.field]?.entries?.(value, undefined) ?? [];
  return entries.some((one) => one.entry === part.entry && isDeepStrictEqual(one.value, part.value));
}

/** Whether the descriptor says that a value asks for the part; one that gave way to another member's asks for nothing. */
function endsIn(
  descriptor: AnyAnnotation,
  { value: said, member }: { readonly value: unknown; readonly member: string },
  { kind, field, entry = '', value }: Part,
  { resource: { spec }, group }: { readonly resource: Resource; readonly group: Group },
): boolean {
  const { name, merge, effect } = descriptor;
  const ends = 'ends' in effect ? (effect.ends as Readonly<Record<string, Spec>>)[kind]?.[field] : undefined;
  if (typeof ends !== 'function') return false;
  const holds = scopeOf(descriptor) === 'group' ? settingOf(group.settings, name) : undefined;
  if (merge === 'same' && holds !== undefined && !saysSame(name, said, holds.value)) return false;
  return ends(said, { spec, value, entry, member }) === true;
}

/** What a member, or its class, says about one annotation; about each NAME of a family. */
function saidAbout({ intent }: Member, { name }: AnyAnnotation) {
  const stem = stemOf(name);
  return [intent.settings, intent.first ?? {}].flatMap((settings) => {
    const said = settingOf(settings, stem ?? name);
    if (said === undefined) return [];
    if (stem === undefined) return [{ suffix: name as string, member: '', value: said.value }];
    return Object.entries(said as object as Readonly<Record<string, Setting<unknown>>>).map(
      ([member, { value }]) => ({ suffix: `${stem}.${member}`, member, value }),
    );
  });
}

/** The annotation by which a member asks for a part of something that members share. */
function saidWith(member: Member, part: Part, resource: Resource, group: Group): AnnotationPlace | undefined {
  for (const descriptor of REGISTRY) {
    for (const said of saidAbout(member, descriptor)) {
      if (
        writes(descriptor, said.value, part, resource) ||
        endsIn(descriptor, said, part, { resource, group })
      )
        return { path: annotationPath(said.suffix), protects: descriptor.protects === true };
    }
  }
  return undefined;
}

/** Members that a part can be about: of what belongs to one port, those who listen there. */
function concerned({ value }: Part, resource: Resource | undefined, { members }: Group): readonly Member[] {
  const ofPort =
    resource?.kind === 'listener'
      ? resource.spec.port
      : typeof value === 'object' && value !== null && 'fromPort' in value
        ? value.fromPort
        : undefined;
  return portsOfGroup(members, []).find(({ port }) => port === ofPort)?.members ?? members;
}

const at = (path: string): AnnotationPlace => ({ path, protects: false });

/** `namespace/name` of those who want the part, each with the place where it is said; all whom it can be about when nobody does. */
function saying(
  part: Part,
  group: Group,
  { origins, backends, resources }: Sources,
): Map<string, AnnotationPlace> {
  const own = [
    ...origins.filter(
      ({ id }) => id === part.id && (part.kind === 'rule' || part.field === 'defaultActions'),
    ),
    ...backends.filter(({ id }) => id === part.id),
  ];
  const path = part.field === 'defaultActions' ? 'spec.defaultBackend' : 'spec.rules';
  if (own.length > 0) return new Map(own.map(({ member }) => [member, at(path)]));
  const resource = resources.find(({ id }) => id === part.id);
  const members = concerned(part, resource, group);
  const said = members.flatMap((member) => {
    const place = resource === undefined ? undefined : saidWith(member, part, resource, group);
    return place === undefined ? [] : [[member.key, place] as const];
  });
  if (said.length > 0) return new Map(said);
  return new Map(members.map(({ key }) => [key, at('spec')]));
}

const shown = ({ entry, value }: Part): string | undefined => {
  if (entry !== undefined && typeof value === 'string' && value !== entry) return `${entry}=${value}`;
  return entry ?? (typeof value === 'string' ? value : undefined);
};

/** What protects is never left out of what is new: routes that ask for it answer 503 (close-new-routes.ts). Without one entry of
 * several, less is let in or there are fewer certificates, and nothing is opened. */
const meanwhile = ({ entry }: Part, protects: boolean): string =>
  protects && entry === undefined
    ? 'what is served goes on as it is, new routes of those who ask for it answer 503'
    : 'the rest is served without it';

function problemOf({ part, failure }: Refusal, { path, protects }: AnnotationPlace): Problem {
  const because = `${answerOf(failure)}; ${meanwhile(part, protects)}, and AWS is asked again from time to time`;
  return refusal('AwsRefused', path, { value: shown(part), because });
}

/** The refusals as problems of those who asked for what was refused. */
export function toldOf(refusals: readonly Refusal[], group: Group, wanted: Sources): Told[] {
  return refusals.flatMap((refusal) =>
    [...saying(refusal.part, group, wanted)].map(
      ([member, place]): Told => ({ member, problem: problemOf(refusal, place) }),
    ),
  );
}

/** A refusal told to members that lose something for it, whoever wanted most. */
export const toldTo = (refusal: Refusal, members: readonly string[]): Told[] =>
  members.map((member) => ({ member, problem: problemOf(refusal, at('spec.rules')) }));
