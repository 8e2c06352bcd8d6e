// Lint: the judgement of admission over objects that lie together in files, without a cluster. Pure.
import { PREFIX } from '../annotation.ts';
import type { IngressClassParams } from '../ingress/class-parameters.ts';
import { classProblems } from '../ingress/class-parameters.ts';
import type { ControllerDefaults } from '../ingress/read.ts';
import type { Ingress, IngressClass, Service } from '../kube.ts';
import { keyOf } from '../kube.ts';
import { isWithin, type Manifest, readManifest } from '../kubernetes/manifest.ts';
import { CONTROLLER, defaultClassOf, ownership } from '../ownership.ts';
import { pathOfAnnotation } from '../problems/finding.ts';
import { CLASS_PARAMS_KIND } from '../problems/place.ts';
import { type Problem, refusal, worstFirst } from '../problems/problem.ts';
import type { GroupMember } from '../routing/routes.ts';
import {
  isTargetGroupBinding,
  judgeTargetGroupBinding,
  TARGET_GROUP_BINDING,
} from '../targetgroupbinding/judge.ts';
import { type PodEnding, podEndingOf, podEndingProblems } from './pod-ending.ts';
import { isClassParams, isIngress, isIngressClass, isNamespace, isObject, isService } from './type-guards.ts';
import type { Writing } from './unquoted.ts';
import { type JudgeAround, judgeIngress, warningsOfGroup } from './validate-ingress.ts';

/** What was found about one object of the input. */
export interface Linted {
  /** Its place in the input. */
  readonly at: number;
  /** `Ingress shop/web`. */
  readonly object: string;
  /** Worst first; never empty. */
  readonly problems: readonly Problem[];
}

export interface LintedManifests {
  readonly found: readonly Linted[];
  /** Ingresses that are ours, class parameters, and whatever else something is said of. */
  readonly judged: number;
}

/** What an object without a namespace is in, as with kubectl. */
const NAMESPACE = 'default';

/**
 * Judges every Ingress that is ours, and every IngressClassParams; and says of every object of the kinds that are read what
 * the API server would refuse of it. What the input does not hold (Services of a namespace of
 * which it holds none, class parameters, namespaces) is not held against anybody. Of two members of a group that
 * contradict each other the later one is told. `writings` know the text of each object.
 */
export function lint(
  objects: readonly unknown[],
  options: ControllerDefaults,
  writings: readonly Writing[] = [],
): LintedManifests {
  const manifests = objects.map((object, at) => readManifest(object, writings[at]));
  const placed = manifests.map(({ object }) => withNamespace(object));
  const members = new Map<string, GroupMember[]>();
  const input = inputOf(placed, members, options);
  let judged = 0;
  const found = manifests.flatMap((manifest, at): Linted[] => {
    const object = placed[at];
    if (!isObject(object)) return [];
    const own = ownOrFailure(() => ownProblems(object, manifest, input, members));
    if (own === undefined && manifest.problems.length === 0) return [];
    judged += 1;
    return told(at, object, together(manifest, own ?? []));
  });
  return { found: withGroups(found, placed, members), judged };
}

/** With what is told of groups as wholes, which is known when all their members are. */
function withGroups(
  found: readonly Linted[],
  objects: readonly unknown[],
  members: ReadonlyMap<string, readonly GroupMember[]>,
): Linted[] {
  const more = Map.groupBy([...members.values()].flatMap(warningsOfGroup), ({ member }) => member);
  const before = new Map(found.map((one) => [one.at, one.problems]));
  return objects.flatMap((object, at): Linted[] => {
    if (!isObject(object)) return [];
    const ofGroup = isIngress(object) ? (more.get(keyOf(object)) ?? []) : [];
    return told(at, object, [...(before.get(at) ?? []), ...ofGroup.map(({ problem }) => problem)]);
  });
}

/** An error of ours is told of its object, and keeps nobody from hearing of the others. */
function ownOrFailure(own: () => readonly Problem[] | undefined): readonly Problem[] | undefined {
  try {
    return own();
  } catch (error) {
    const because = `Albatross failed to judge it, an error of its own: ${String(error)}`;
    return [refusal('Malformed', 'spec', { because })];
  }
}

/** What is ours to say of an object; undefined when it is not ours. */
function ownProblems(
  object: Readonly<Record<string, unknown>>,
  { misfit }: Manifest,
  input: Input,
  members: Map<string, GroupMember[]>,
): readonly Problem[] | undefined {
  if (object.kind === TARGET_GROUP_BINDING) return input.ofTargetGroupBinding(object, misfit);
  if (object.kind === CLASS_PARAMS_KIND) return isClassParams(object) && !misfit ? classProblems(object) : [];
  if (object.kind !== 'Ingress') return undefined;
  const isReadable = isIngress(object) && !misfit;
  const ingress = isReadable ? object : standIn(object);
  if (ingress === undefined) return undefined;
  if (!ownership(ingress, input.classFor(ingress), input.defaultClass).ours) return undefined;
  const { reading, member, problems } = judgeIngress(ingress, input.around);
  // Of an object that cannot be read wholly, only what its annotations say for themselves is sure.
  if (!isReadable)
    return problems.filter(({ severity, path }) => severity === 'refuse' && ofAnnotation(path));
  const group = members.get(member.spec.group) ?? [];
  members.set(member.spec.group, group);
  group.push(member);
  const endings = podEndingProblems(ingress, reading.settings, input.endings, input.around);
  return [...problems.filter(input.concerns(ingress)), ...endings];
}

const ofAnnotation = (path: string): boolean => path.startsWith(pathOfAnnotation('').slice(0, -1));

/** What the API server would say before what is ours; of one field, and of one around it, only the former. */
function together({ problems }: Manifest, own: readonly Problem[]): Problem[] {
  const isSaid = (path: string) => problems.some((one) => isWithin(one.path, path));
  return worstFirst([
    ...problems,
    ...own.filter(({ path, object }) => object !== undefined || !isSaid(path)),
  ]);
}

/** An Ingress whose spec cannot be read, with what can be read of its metadata and a backend in place of its own. */
function standIn({ metadata, spec }: Readonly<Record<string, unknown>>): Ingress | undefined {
  if (!isObject(metadata)) return undefined;
  const { name, namespace, annotations } = metadata;
  const texts = Object.entries(isObject(annotations) ? annotations : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const className = isObject(spec) ? spec.ingressClassName : undefined;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: String(name ?? ''),
      namespace: typeof namespace === 'string' ? namespace : NAMESPACE,
      annotations: Object.fromEntries(texts),
    },
    spec: {
      ...(typeof className === 'string' ? { ingressClassName: className } : {}),
      defaultBackend: { service: { name: 'unread', port: { number: 80 } } },
    },
  };
}

interface Input {
  readonly around: JudgeAround;
  readonly defaultClass: string | undefined;
  /** How the pods of workloads end. */
  readonly endings: readonly PodEnding[];
  classFor(ingress: Ingress): (name: string) => IngressClass | undefined;
  concerns(ingress: Pick<Ingress, 'metadata'>): (problem: Problem) => boolean;
  ofTargetGroupBinding(object: unknown, misfit: boolean): readonly Problem[];
}

function inputOf(
  objects: readonly unknown[],
  members: ReadonlyMap<string, readonly GroupMember[]>,
  options: ControllerDefaults,
): Input {
  const classes = new Map(objects.filter(isIngressClass).map((one) => [one.metadata.name, one]));
  const params = new Map(objects.filter(isClassParams).map((one) => [one.metadata.name, one]));
  const labels = new Map(
    objects.filter(isNamespace).map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
  );
  const services = new Map<string, Service>();
  const stocked = new Set<string>();
  for (const service of objects.filter(isService)) {
    services.set(keyOf(service), service);
    stocked.add(service.metadata.namespace ?? '');
  }
  const defaultClass = defaultClassOf([...classes.values()]);
  const unknown = (name: string): IngressClassParams => ({ metadata: { name } });
  const endings = objects.flatMap((object) => podEndingOf(object, nameOf(object), namespaceOf(object)) ?? []);
  const users = objects.filter(isTargetGroupBinding);
  const concerns =
    ({ metadata: { namespace = '' } }: Pick<Ingress, 'metadata'>) =>
    (problem: Problem): boolean =>
      problem.code !== 'ServiceNotFound' || stocked.has(namespace);
  const service = (namespace: string, name: string) => services.get(`${namespace}/${name}`);
  return {
    defaultClass,
    endings,
    classFor: (ingress) => (name) => classes.get(name) ?? assumedClass(name, ingress),
    concerns,
    ofTargetGroupBinding(object, misfit) {
      if (misfit || !isTargetGroupBinding(object)) return [];
      // Of two for one target group the later one is told.
      const earlier = users.slice(0, users.indexOf(object));
      const occupants = earlier.flatMap(({ metadata, spec }) =>
        spec === undefined ? [] : [{ who: `${TARGET_GROUP_BINDING} ${keyOf({ metadata })}`, spec }],
      );
      const around = { service, occupants: () => occupants };
      return judgeTargetGroupBinding(object, undefined, around).filter(concerns(object));
    },
    around: {
      options,
      service,
      ingressClass: (name) => classes.get(name),
      defaultClass: () => defaultClass,
      classParams: (name) => params.get(name) ?? unknown(name),
      namespaceLabels: (name) => labels.get(name),
      membersOf: (group) => members.get(group) ?? [],
    },
  };
}

/** A class that the input does not hold is ours by its usual name, or when the Ingress speaks our language. */
export function assumedClass(name: string, { metadata }: Ingress): IngressClass {
  const ours =
    name === 'alb' || Object.keys(metadata.annotations ?? {}).some((key) => key.startsWith(PREFIX));
  return { metadata: { name }, spec: { controller: ours ? CONTROLLER : 'unknown' } };
}

function told(at: number, object: Readonly<Record<string, unknown>>, problems: readonly Problem[]): Linted[] {
  if (problems.length === 0) return [];
  return [{ at, object: nameOf(object), problems }];
}

/** `Ingress shop/web`; what is no object is a document. */
export function nameOf(object: unknown): string {
  if (!isObject(object)) return 'a document';
  const { kind, metadata } = object;
  const { name, namespace } = isObject(metadata) ? metadata : {};
  const place = typeof namespace === 'string' ? `${namespace}/` : '';
  const called = typeof name === 'string' && name !== '' ? name : '(no name)';
  return `${typeof kind === 'string' ? kind : '(no kind)'} ${place}${called}`;
}

const namespaceOf = (object: unknown): string =>
  isObject(object) && isObject(object.metadata) && typeof object.metadata.namespace === 'string'
    ? object.metadata.namespace
    : NAMESPACE;

const NAMESPACED: ReadonlySet<string> = new Set(['Ingress', 'Service', TARGET_GROUP_BINDING]);

/** Namespaced objects get the namespace that kubectl would give them. */
export function withNamespace(object: unknown): unknown {
  if (!isObject(object) || !isObject(object.metadata)) return object;
  if (!NAMESPACED.has(String(object.kind))) return object;
  if (typeof object.metadata.namespace === 'string') return object;
  return { ...object, metadata: { ...object.metadata, namespace: NAMESPACE } };
}
