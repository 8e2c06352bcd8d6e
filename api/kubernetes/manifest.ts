// A manifest as the API server takes it: fields left empty are absent, and what it would refuse is told in its sense. It
// looks at nothing but the manifest: what the cluster holds is not known here.
import type { IngressClassParams } from '../ingress/class-parameters.ts';
import type { Ingress } from '../kube.ts';
import { pathOfAnnotation } from '../problems/finding.ts';
import type { Problem } from '../problems/problem.ts';
import { isObject } from '../validate/type-guards.ts';
import { unquotedProblems, type Writing } from '../validate/unquoted.ts';
import { classProblems, type WrittenClass } from './class.ts';
import { misfitsOf } from './fit.ts';
import { ingressProblems } from './ingress.ts';
import { metadataProblems, type WrittenMeta } from './metadata.ts';
import { dnsLabel, dnsSubdomain, type Form } from './names.ts';
import { contradiction } from './rules.ts';
import { definitionOf, withoutNulls } from './schema.ts';
import { serviceProblems, type WrittenService } from './service.ts';
import { versionProblem } from './versions.ts';

export interface Manifest {
  /** Without the fields that are null; its types are only those of the kind when `misfit` is false. */
  readonly object: unknown;
  /** Whether some field has another type than the API gives it, or the object is of a version that is not served. */
  readonly misfit: boolean;
  /** What the API server would refuse; empty as well for kinds that are not looked at. */
  readonly problems: readonly Problem[];
}

interface ManifestKind {
  readonly apiVersion: string;
  /** An older version with the same schema. */
  readonly alsoServed?: string;
  readonly name: Form;
  /** Defined by a custom resource definition: there a null in a list is no empty value. */
  readonly custom?: true;
  /** What it asks beyond schema and metadata. Called with an object that fits its schema. */
  readonly problems: (object: never) => Problem[];
}

const KINDS: Readonly<Record<string, ManifestKind>> = {
  Ingress: {
    apiVersion: 'networking.k8s.io/v1',
    name: dnsSubdomain,
    problems: (ingress: Ingress) => ingressProblems(ingress),
  },
  IngressClass: {
    apiVersion: 'networking.k8s.io/v1',
    name: dnsSubdomain,
    problems: (ingressClass: WrittenClass) => classProblems(ingressClass),
  },
  IngressClassParams: {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    name: dnsSubdomain,
    custom: true,
    problems: (params: IngressClassParams) => parameterProblems(params),
  },
  TargetGroupBinding: {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    alsoServed: 'elbv2.k8s.aws/v1alpha1',
    name: dnsSubdomain,
    custom: true,
    problems: () => [],
  },
  Service: {
    apiVersion: 'v1',
    name: dnsLabel,
    problems: (service: WrittenService) => serviceProblems(service),
  },
  Namespace: { apiVersion: 'v1', name: dnsLabel, problems: () => [] },
};

/** The one rule of the definition of IngressClassParams that a schema cannot say. */
const parameterProblems = ({ spec = {} }: IngressClassParams): Problem[] =>
  spec.prefixListsIDs === undefined || spec.PrefixListsIDs === undefined
    ? []
    : [
        contradiction(
          'spec',
          'prefixListsIDs and PrefixListsIDs are two spellings of one field: use the first alone',
        ),
      ];

/** Reads one object of a file, whatever it is; `writing` knows its text. */
export function readManifest(written: unknown, writing?: Writing): Manifest {
  if (!isObject(written)) return { object: written, misfit: false, problems: [] };
  const { apiVersion, kind: name } = written;
  const notServed = versionProblem(apiVersion, name);
  if (notServed !== undefined) return { object: withoutNulls(written), misfit: true, problems: [notServed] };
  const kind = typeof name === 'string' && Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  const isServed = kind?.apiVersion === apiVersion || kind?.alsoServed === apiVersion;
  const schema = isServed ? definitionOf(String(name)) : undefined;
  if (kind === undefined || schema === undefined)
    return { object: withoutNulls(written), misfit: false, problems: [] };
  const object = withoutNulls(written, kind.custom === true ? undefined : schema) as object;
  const misfits = [
    ...unquoted(object, writing),
    ...misfitsOf(object, String(name)).filter(({ path }) => !isValue(path)),
  ];
  return {
    object,
    misfit: misfits.some(isOfType),
    problems: [...misfits, ...unsaid(rulesOf(object, kind, misfits), misfits)],
  };
}

/** Values of annotations that are no texts. */
const unquoted = ({ metadata }: { readonly metadata?: unknown }, writing?: Writing): Problem[] =>
  isObject(metadata) ? unquotedProblems(metadata.annotations, writing) : [];

const isValue = (path: string): boolean => path.startsWith(pathOfAnnotation('').slice(0, -1));

/** Whether a field cannot be read, and not only is one too many or too few. */
const isOfType = ({ code }: Problem): boolean => code === 'WrongType' || code === 'Malformed';

/** The rules of those parts that have the types of the schema. */
function rulesOf(object: unknown, kind: ManifestKind, misfits: readonly Problem[]): Problem[] {
  const fits = (part: string) =>
    !misfits.some((misfit) => isOfType(misfit) && (misfit.path === '' || misfit.path.startsWith(part)));
  const { metadata } = object as { readonly metadata?: WrittenMeta };
  return [
    ...(fits('metadata') ? metadataProblems(metadata ?? {}, kind.name, object) : []),
    ...(fits('spec') && fits('metadata')
      ? kind.problems({ metadata: {}, ...(object as object) } as never)
      : []),
  ];
}

/** Of what the rules find, what is not told already: of the same field, or of one around a field that does not exist. */
const unsaid = (found: readonly Problem[], misfits: readonly Problem[]): Problem[] =>
  found.filter(({ path }) => !misfits.some((misfit) => isWithin(misfit.path, path)));

/** Whether a path leads to a field or to something in it. */
export const isWithin = (path: string, field: string): boolean =>
  path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
