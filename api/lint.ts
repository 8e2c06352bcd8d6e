// Lint: the judgement of admission over objects that lie together in files, without a cluster. Pure.
import { PREFIX } from './annotation.ts';
import type { IngressClassParams } from './classparams.ts';
import { classProblems } from './classparams.ts';
import { type JudgeAround, judgeIngress, warningsOfGroup } from './judge.ts';
import type { Ingress, IngressClass, Service } from './kube.ts';
import { keyOf } from './kube.ts';
import { CONTROLLER, defaultClassOf, ownership } from './ownership.ts';
import { CLASS_PARAMS_KIND } from './place.ts';
import type { Problem } from './problem.ts';
import type { ControllerDefaults } from './read.ts';
import type { GroupMember } from './routing/routes.ts';
import { isClassParams, isIngress, isIngressClass, isNamespace, isObject, isService } from './shape.ts';
import { unquotedProblems } from './unquoted.ts';

/** What was found about one object of the input. */
export interface Linted {
  /** Its place in the input. */
  readonly at: number;
  /** `Ingress shop/web`. */
  readonly object: string;
  /** Worst first; never empty. */
  readonly problems: readonly Problem[];
}

export interface LintResult {
  readonly found: readonly Linted[];
  /** Ingresses that are ours, and class parameters. */
  readonly judged: number;
}

/** What an object without a namespace is in, as with kubectl. */
const NAMESPACE = 'default';

/**
 * Judges every Ingress that is ours, and every IngressClassParams. What the input does not hold (Services of a namespace of
 * which it holds none, class parameters, namespaces) is not held against anybody. Of two members of a group that
 * contradict each other the later one is told.
 */
export function lint(objects: readonly unknown[], options: ControllerDefaults): LintResult {
  const placed = objects.map(withNamespace);
  const members = new Map<string, GroupMember[]>();
  const input = inputOf(placed, members, options);
  let judged = 0;
  const found = placed.flatMap((object, at): Linted[] => {
    if (!isObject(object)) return [];
    if (object.kind === CLASS_PARAMS_KIND) {
      judged += 1;
      return told(at, object, isClassParams(object) ? classProblems(object) : unreadable(object));
    }
    if (object.kind === 'Service' && !isService(object)) return told(at, object, unreadable(object));
    if (object.kind !== 'Ingress') return [];
    if (!isIngress(object)) {
      judged += 1;
      return told(at, object, unreadable(object));
    }
    if (!ownership(object, input.classFor(object), input.defaultClass).ours) return [];
    judged += 1;
    const { member, problems } = judgeIngress(object, input.around);
    const group = members.get(member.spec.group) ?? [];
    members.set(member.spec.group, group);
    group.push(member);
    return told(at, object, problems.filter(input.concerns(object)));
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

interface Input {
  readonly around: JudgeAround;
  readonly defaultClass: string | undefined;
  classFor(ingress: Ingress): (name: string) => IngressClass | undefined;
  concerns(ingress: Ingress): (problem: Problem) => boolean;
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
  return {
    defaultClass,
    classFor: (ingress) => (name) => classes.get(name) ?? assumedClass(name, ingress),
    concerns: (ingress) => (problem) =>
      problem.code !== 'ServiceNotFound' || stocked.has(ingress.metadata.namespace ?? ''),
    around: {
      options,
      service: (namespace, name) => services.get(`${namespace}/${name}`),
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

function nameOf({ kind, metadata }: Readonly<Record<string, unknown>>): string {
  const { name = '(no name)', namespace } = isObject(metadata) ? metadata : {};
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** An object whose fields do not have the types of the Kubernetes API: the API server would not take it either. */
function unreadable({ kind, metadata }: Readonly<Record<string, unknown>>): readonly Problem[] {
  const unquoted = isObject(metadata) ? unquotedProblems(metadata.annotations) : [];
  if (unquoted.length > 0) return unquoted;
  return [
    {
      code: 'Malformed',
      severity: 'refuse',
      path: 'spec',
      because: `it does not have the fields of an ${kind} as the Kubernetes API defines them`,
    },
  ];
}

/** Namespaced objects get the namespace that kubectl would give them. */
export function withNamespace(object: unknown): unknown {
  if (!isObject(object) || !isObject(object.metadata)) return object;
  if (object.kind !== 'Ingress' && object.kind !== 'Service') return object;
  if (typeof object.metadata.namespace === 'string') return object;
  return { ...object, metadata: { ...object.metadata, namespace: NAMESPACE } };
}
