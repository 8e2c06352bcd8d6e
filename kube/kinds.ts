// kinds: every kind of object that is read or written, with its API version and its paths. The one place that knows them. Pure.
import { API_VERSION, KIND } from '../api/binding/bind.ts';
import type { LoadBalancerBinding } from '../api/generated/binding.ts';
import type { TargetGroupBinding } from '../api/generated/target-group-binding.ts';
import type { IngressClassParams } from '../api/ingress/class-parameters.ts';
import type {
  EndpointSlice,
  Ingress,
  IngressClass,
  MutatingWebhookConfiguration,
  Namespace,
  Node,
  Pod,
  Secret,
  Service,
  ValidatingWebhookConfiguration,
} from '../api/kube.ts';
import type { Right } from '../api/rights.ts';

/** A kind of objects; `T` is what we read of one. */
export interface KubeKind<T = unknown> {
  /** `v1` for the core group, `networking.k8s.io/v1` for others. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never set: it ties `T` to the kind for whoever lists or watches it. */
  readonly object?: T;
}

/** What one object of a kind is called. */
export interface ObjectName {
  readonly namespace?: string;
  readonly name: string;
}

const namespaced = <T = never>(apiVersion: string, kind: string, plural: string): KubeKind<T> => {
  return { apiVersion, kind, plural, namespaced: true };
};
const clusterWide = <T = never>(apiVersion: string, kind: string, plural: string): KubeKind<T> => {
  return { apiVersion, kind, plural, namespaced: false };
};

const NETWORKING = 'networking.k8s.io/v1';
/** Of the AWS Load Balancer Controller; may not be installed. */
const LBC = 'elbv2.k8s.aws/v1beta1';

export const KINDS = {
  ingresses: namespaced<Ingress>(NETWORKING, 'Ingress', 'ingresses'),
  ingressClasses: clusterWide<IngressClass>(NETWORKING, 'IngressClass', 'ingressclasses'),
  classParams: clusterWide<IngressClassParams>(LBC, 'IngressClassParams', 'ingressclassparams'),
  targetGroupBindings: namespaced<TargetGroupBinding>(LBC, 'TargetGroupBinding', 'targetgroupbindings'),
  bindings: namespaced<LoadBalancerBinding>(API_VERSION, KIND, 'loadbalancerbindings'),
  services: namespaced<Service>('v1', 'Service', 'services'),
  endpointSlices: namespaced<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  nodes: clusterWide<Node>('v1', 'Node', 'nodes'),
  pods: namespaced<Pod>('v1', 'Pod', 'pods'),
  namespaces: clusterWide<Namespace>('v1', 'Namespace', 'namespaces'),
  secrets: namespaced<Secret>('v1', 'Secret', 'secrets'),
  configMaps: namespaced('v1', 'ConfigMap', 'configmaps'),
  events: namespaced('events.k8s.io/v1', 'Event', 'events'),
  leases: namespaced('coordination.k8s.io/v1', 'Lease', 'leases'),
  webhookConfigurations: clusterWide<ValidatingWebhookConfiguration>(
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
  ),
  mutatingConfigurations: clusterWide<MutatingWebhookConfiguration>(
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration',
    'mutatingwebhookconfigurations',
  ),
  accessReviews: clusterWide(
    'authorization.k8s.io/v1',
    'SelfSubjectAccessReview',
    'selfsubjectaccessreviews',
  ),
} as const;

/** Path of an API version: what it answers is the list of its kinds. */
export const versionPath = ({ apiVersion }: KubeKind): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** Path of all objects of a kind, or of those of one namespace where the kind has namespaces. */
export const collectionPath = (kind: KubeKind, namespace?: string): string => {
  const within =
    kind.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${versionPath(kind)}${within}/${kind.plural}`;
};

/** Path of one object, or of its status. */
export const objectPath = (
  kind: KubeKind,
  { namespace = '', name }: ObjectName,
  subresource?: 'status',
): string => {
  const path = `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
};

/** The rights to do this with a kind, as roles and access reviews call them. `namespace` counts where the kind has namespaces. */
export function rightsTo(
  verbs: readonly Right['verb'][],
  { apiVersion, plural, namespaced }: KubeKind,
  { namespace, name, subresource }: Partial<ObjectName> & { readonly subresource?: 'status' } = {},
): Right[] {
  const [group = '', version] = apiVersion.split('/');
  return verbs.map((verb) => ({
    verb,
    group: version === undefined ? '' : group,
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    ...(namespaced && namespace !== undefined ? { namespace } : {}),
    ...(name === undefined ? {} : { name }),
  }));
}
