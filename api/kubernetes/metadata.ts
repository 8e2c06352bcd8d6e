// What the API server asks of the metadata of every object (Kubernetes documentation: Object Names and IDs; Labels and
// Selectors; Annotations; Finalizers; Owners and Dependents).

import type { ObjectMeta } from '../kube.ts';
import { pathOfAnnotation } from '../problems/finding.ts';
import { type Problem, refusal, warning } from '../problems/problem.ts';
import { dnsLabel, type Form, labelValue, qualifiedName } from './names.ts';
import { formed, missing, named } from './rules.ts';

/** All annotations of an object together, in bytes. */
const ANNOTATIONS_MAX = 256 * 1024;

export interface WrittenMeta extends Partial<Omit<ObjectMeta, 'finalizers'>> {
  readonly generateName?: string;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly { readonly apiVersion: string; readonly kind: string }[];
}

/** Problems of the metadata; `name` is the form of the kind's names, `object` the whole manifest. */
export function metadataProblems(metadata: WrittenMeta, name: Form, object: unknown): Problem[] {
  return [
    ...nameProblems(metadata, name),
    ...(metadata.namespace === undefined || metadata.namespace === ''
      ? []
      : formed('metadata.namespace', metadata.namespace, dnsLabel)),
    ...Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => [
      ...formed(`metadata.labels[${key}]`, key, qualifiedName),
      ...formed(`metadata.labels[${key}]`, value, labelValue),
    ]),
    // Letter case does not count in keys of annotations.
    ...Object.keys(metadata.annotations ?? {}).flatMap((key) =>
      qualifiedName(key.toLowerCase()) === undefined ? [] : formed(pathOfAnnotation(key), key, qualifiedName),
    ),
    ...sizeProblems(metadata.annotations ?? {}, object),
    ...(metadata.finalizers ?? []).flatMap((finalizer, at) => finalizerProblems(finalizer, at)),
  ];
}

function nameProblems({ name, generateName }: WrittenMeta, form: Form): Problem[] {
  const path = 'metadata.name';
  if ((name === undefined || name === '') && generateName !== undefined && generateName !== '')
    return [missing(path, '`kubectl apply` takes no generateName; name the object, or use `kubectl create`')];
  return named(path, name, form, 'an object needs a name');
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

function sizeProblems(annotations: Readonly<Record<string, string>>, object: unknown): Problem[] {
  const bytes = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + bytesOf(key) + bytesOf(value),
    0,
  );
  const path = 'metadata.annotations';
  if (bytes > ANNOTATIONS_MAX) {
    const because = `the annotations have ${bytes} bytes together, more than the ${ANNOTATIONS_MAX} that an object may have`;
    return [refusal('OutOfRange', path, { because })];
  }
  // Refused on the usual way only: who applies on the server's side, or by other tools, has no copy.
  const copy = bytesOf(JSON.stringify(object));
  if (bytes + copy <= ANNOTATIONS_MAX) return [];
  const because = `\`kubectl apply\` keeps a copy of the object in an annotation (${copy} bytes), which is refused, since all annotations together may have ${ANNOTATIONS_MAX}; \`kubectl apply --server-side\` keeps none`;
  return [warning('OutOfRange', path, { because })];
}

const STANDARD = new Set(['kubernetes', 'foregroundDeletion', 'orphan']);

function finalizerProblems(finalizer: string, at: number): Problem[] {
  const path = `metadata.finalizers[${at}]`;
  const found = formed(path, finalizer, qualifiedName);
  if (found.length > 0 || finalizer.includes('/') || STANDARD.has(finalizer)) return found;
  const because = 'a finalizer has the domain of its owner before it, as in example.com/name';
  return [refusal('InvalidFormat', path, { value: finalizer, because })];
}
