// Which versions of a kind are served (Kubernetes documentation: Deprecated API Migration Guide), and what the form of those
// that are not any more was.
import { SERVED } from '../generated/kubernetes.ts';
import { type Problem, refusal } from '../problems/problem.ts';
import { suggest } from '../problems/suggest.ts';

/** Groups of which we know all kinds and versions. */
const GROUPS = new Set(['networking.k8s.io', 'elbv2.k8s.aws', 'extensions']);

interface RemovedVersion {
  /** The version of Kubernetes since which it is not served. */
  readonly since: string;
  readonly instead: string;
  readonly form: string;
}

const INGRESS_FORM =
  'there a backend is service: {name: NAME, port: {number: 80}} instead of serviceName and servicePort, spec.backend is spec.defaultBackend, and each path needs a pathType';

const BETA_INGRESS: RemovedVersion = { since: '1.22', instead: 'networking.k8s.io/v1', form: INGRESS_FORM };

const REMOVED: Readonly<Record<string, RemovedVersion>> = {
  'extensions/v1beta1 Ingress': BETA_INGRESS,
  'networking.k8s.io/v1beta1 Ingress': BETA_INGRESS,
  'networking.k8s.io/v1beta1 IngressClass': {
    since: '1.22',
    instead: 'networking.k8s.io/v1',
    form: 'there the rest of it is the same',
  },
};

/** The kinds of a version; none of one that is not looked at, whatever its name. */
const kindsOf = (apiVersion: string): readonly string[] =>
  Object.hasOwn(SERVED, apiVersion) ? (SERVED[apiVersion] ?? []) : [];

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';

/** The version that serves a kind, of those that we read. */
const versionsWith = (kind: string): string[] =>
  Object.entries(SERVED).flatMap(([version, kinds]) => (kinds.includes(kind) ? [version] : []));

/** Kinds that Kubernetes has in one group only, under a name that others use as well. */
const OURS = new Set(['Ingress', 'IngressClass', 'IngressClassParams', 'TargetGroupBinding']);

const refuse = (path: string, value: string | undefined, because: string, suggestion?: string): Problem =>
  refusal('VersionNotServed', path, { value, because, suggestion });

/**
 * Why the API server serves no such kind in such a version; undefined when it does, or when it is not of a group that we
 * know. `apiVersion` and `kind` as written, whatever they are.
 */
export function versionProblem(apiVersion: unknown, kind: unknown): Problem | undefined {
  if (apiVersion === undefined || apiVersion === null || apiVersion === '') return unversioned(kind);
  if (typeof apiVersion !== 'string') return undefined;
  const isKnown = GROUPS.has(groupOf(apiVersion));
  if (typeof kind === 'string' && kind !== '') return notServed(apiVersion, kind, isKnown);
  return isKnown ? refuse('kind', undefined, `an object of ${apiVersion} needs its kind`) : undefined;
}

function unversioned(kind: unknown): Problem | undefined {
  const [only] = typeof kind === 'string' && OURS.has(kind) ? versionsWith(kind) : [];
  return only === undefined
    ? undefined
    : refuse('apiVersion', undefined, `apiVersion is required, and it is missing: ${kind} is ${only}`);
}

function notServed(apiVersion: string, kind: string, isKnown: boolean): Problem | undefined {
  if (kindsOf(apiVersion).includes(kind) || kind.endsWith('List')) return undefined;
  const removed = REMOVED[`${apiVersion} ${kind}`];
  if (removed !== undefined) {
    const { since, instead, form } = removed;
    const because = `${kind} of this version is not served since Kubernetes ${since}; write ${instead}: ${form}`;
    return refuse('apiVersion', apiVersion, because, instead);
  }
  // In the core group an Ingress is a mistake; elsewhere it is somebody else's kind of the same name.
  if (!isKnown && !(apiVersion === 'v1' && OURS.has(kind))) return undefined;
  const [elsewhere] = versionsWith(kind);
  if (elsewhere !== undefined)
    return refuse('apiVersion', apiVersion, `Kubernetes serves no ${kind} of this version`, elsewhere);
  const because = `Kubernetes serves no such kind in ${apiVersion}`;
  return refuse('kind', kind, because, suggest(kind, kindsOf(apiVersion)));
}
