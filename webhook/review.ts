// AdmissionReview as plain data: what came in is checked before anybody believes it, what goes out has one shape
// (Kubernetes: Dynamic Admission Control, "Webhook request and response").
import type { Ingress } from '../api/kube.ts';
import { withoutNulls } from '../api/kubernetes/schema.ts';
import { isIngress, isObject } from '../api/validate/type-guards.ts';

const VERSION = 'admission.k8s.io/v1';
const KIND = 'AdmissionReview';

export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: 'CREATE' | 'UPDATE';
  readonly dryRun: boolean;
  readonly object: Ingress;
  /** What is stored now; present on UPDATE. */
  readonly oldObject?: Ingress;
}

/** Kubernetes' Status, as far as a refusal needs it. */
export interface FailureStatus {
  readonly status: 'Failure';
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details: {
    readonly group: string;
    readonly kind: string;
    readonly name: string;
    readonly causes: readonly { readonly reason: string; readonly field: string; readonly message: string }[];
  };
}

export interface AdmissionAnswer {
  readonly allowed: boolean;
  readonly status?: FailureStatus;
  readonly warnings?: readonly string[];
  /** A JSON patch (RFC 6902) in Base64, with its type. */
  readonly patchType?: 'JSONPatch';
  readonly patch?: string;
}

/** Lets an object in as it is after a JSON patch. */
export const patchedBy = (operations: readonly object[]): AdmissionAnswer => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

/** A review that we can judge, or one sentence that says why not. */
export type ParsedReview = { readonly request: AdmissionRequest } | { readonly fault: string };

/** The request inside a review, its objects not checked yet; fields that are null are taken out. */
interface Envelope extends Omit<AdmissionRequest, 'object' | 'oldObject'> {
  /** Of the object: what is being created may not say it itself. */
  readonly namespace: string | undefined;
  readonly object: unknown;
  readonly oldObject: unknown;
}

/** Reads a review about one resource (`group`, `resource`). Nothing is taken on trust: the port is open to the whole cluster. */
export function openReview(
  body: unknown,
  group: string,
  resource: string,
): Envelope | { readonly fault: string } {
  if (!isObject(body)) return { fault: 'the body is not a JSON object' };
  if (body.apiVersion !== VERSION || body.kind !== KIND) {
    return { fault: `the body is not an ${KIND} of ${VERSION}` };
  }
  const { request } = body;
  if (!isObject(request)) return { fault: 'the review has no request' };
  const { uid, operation, namespace, resource: about, object, oldObject, dryRun } = request;
  if (typeof uid !== 'string' || uid === '') return { fault: 'request.uid is missing' };
  if (!isObject(about) || about.group !== group || about.resource !== resource) {
    const name = `${group} ${resource}`.trim();
    return { fault: `request.resource is not ${name}, the only resource judged here` };
  }
  if (operation !== 'CREATE' && operation !== 'UPDATE') {
    return { fault: 'request.operation is neither CREATE nor UPDATE' };
  }
  return {
    uid,
    operation,
    dryRun: dryRun === true,
    namespace: typeof namespace === 'string' && namespace !== '' ? namespace : undefined,
    object: withoutNulls(object),
    oldObject: withoutNulls(oldObject),
  };
}

/** Reads a review of an Ingress. */
export function parseReview(body: unknown): ParsedReview {
  const opened = openReview(body, 'networking.k8s.io', 'ingresses');
  if ('fault' in opened) return opened;
  const { uid, operation, dryRun, object, oldObject } = opened;
  if (!isIngress(object)) return { fault: 'request.object is not an Ingress of networking.k8s.io/v1' };
  const common = { uid, operation, dryRun, object } as const;
  if (operation === 'CREATE') return { request: common };
  if (!isIngress(oldObject)) return { fault: 'request.oldObject is not an Ingress of networking.k8s.io/v1' };
  return { request: { ...common, oldObject } };
}

/** The review to send back. */
export function answerReview(uid: string, answer: AdmissionAnswer): object {
  return { apiVersion: VERSION, kind: KIND, response: { uid, ...answer } };
}
