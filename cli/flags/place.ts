// Flags that say where a process works: cluster, account, VPC, and how AWS is asked.
import { POLICIES } from '../../alb/plan/policy.ts';
import { DEFAULTS } from '../../controller/options.ts';
import type { Flag } from './flag.ts';
import { count, endpoints, named, pairs, throttles } from './values.ts';

/** Who to be at the API server. */
export const KUBECONFIG: Flag = {
  name: 'kubeconfig',
  value: '<file>',
  doc: 'who to be at the API server (default: the usual places, then the pod)',
  lbc: { unset: 'the pod', differs: '`KUBECONFIG` and `~/.kube/config` are looked at before the pod' },
};

/** Which Ingresses without ingressClassName are ours. */
export const INGRESS_CLASS: Flag = {
  name: 'ingress-class',
  value: '<name>',
  doc: 'value of the annotation kubernetes.io/ingress.class that is ours',
  read: named,
  unset: DEFAULTS.ingressClass,
  lbc: {
    unset: 'alb',
    differs: 'an empty name is refused: an Ingress without a class belongs to nobody here',
  },
};

const REGION: Flag = {
  name: 'aws-region',
  value: '<region>',
  doc: 'region (default: the environment, a profile, the instance metadata)',
  lbc: { unset: 'the environment, then the instance metadata' },
};

const VPC_ID: Flag = {
  name: 'aws-vpc-id',
  value: '<id>',
  doc: 'VPC of the cluster (default: the one of --aws-vpc-tags, else that of the instance metadata)',
  lbc: { unset: 'the one of `--aws-vpc-tags`, else that of the instance metadata' },
};

const VPC_TAGS: Flag = {
  name: 'aws-vpc-tags',
  value: '<pairs>',
  doc: 'tags that tell the VPC of the cluster, all of them: key=value,…; without effect beside --aws-vpc-id',
  read: pairs,
  unset: DEFAULTS.awsVpcTags,
  unsetWords: 'none',
  lbc: { unset: '' },
};

const ENDPOINTS: Flag = {
  name: 'aws-api-endpoints',
  value: '<urls>',
  doc: "where services of AWS are asked, by the SDK's ids: EC2=https://…,Elastic Load Balancing v2=https://…",
  read: endpoints,
  unset: DEFAULTS.awsApiEndpoints,
  unsetWords: 'those of AWS',
  lbc: { unset: '', differs: 'an id that no service has is told' },
};

const CLUSTER_NAME: Flag = {
  name: 'cluster-name',
  value: '<name>',
  doc: 'name of the cluster; enters names and tags in AWS',
  read: named,
  required: true,
  lbc: { unset: '' },
};

const WATCH_NAMESPACE: Flag = {
  name: 'watch-namespace',
  value: '<namespace>',
  doc: 'only Ingresses of this namespace',
  lbc: { unset: '' },
};

/** Where it works. */
export const PLACE: readonly Flag[] = [
  KUBECONFIG,
  CLUSTER_NAME,
  REGION,
  VPC_ID,
  VPC_TAGS,
  ENDPOINTS,
  WATCH_NAMESPACE,
  INGRESS_CLASS,
];

/** What it may do. */
export const POLICY: Flag = {
  name: 'policy',
  value: '<policy>',
  doc: 'what may be done in AWS',
  choices: POLICIES,
  unset: DEFAULTS.policy,
};

/** How often a call is tried; `attempts` is what is taken unless said. */
export const attempts = (unset: number): Flag => ({
  name: 'aws-max-retries',
  value: '<number>',
  doc: 'attempts of one AWS call',
  read: count,
  unset,
  lbc: { unset: '10' },
});

/** How fast AWS is asked. */
export const THROTTLE: Flag = {
  name: 'aws-api-throttle',
  value: '<limits>',
  doc: "most calls a second, by the SDK's ids of services: serviceID:regex=rate:burst,…; one for a service replaces all defaults of it",
  read: throttles,
  unset: DEFAULTS.awsApiThrottle,
  unsetWords: 'those of the LBC',
  lbc: { unset: 'limits of Elastic Load Balancing v2, WAFV2 and WAF Regional' },
};
