// Values that become a flag of the controller, of the webhook, or of both.
import type { Process, UsedValue, ValueSchema } from './value.ts';

const CONTROLLER: readonly Process[] = ['controller'];
const WEBHOOK: readonly Process[] = ['webhook'];
const BOTH: readonly Process[] = ['controller', 'webhook'];

const TEXT: ValueSchema = { type: 'string' };
const COUNT: ValueSchema = { type: 'integer', minimum: 0 };
const SWITCH: ValueSchema = { type: 'boolean' };
/** Both as they are written in YAML and as the flag takes them. */
const PAIRS: ValueSchema = { type: ['object', 'string'] };
const NAMES: ValueSchema = { type: ['array', 'string'] };

type Row = readonly [path: string, flag: string, of: readonly Process[], schema: ValueSchema, doc: string];

const ROWS: readonly Row[] = [
  [
    'clusterName',
    'cluster-name',
    CONTROLLER,
    TEXT,
    'Name of the cluster; it is needed, and enters names and tags in AWS',
  ],
  [
    'region',
    'aws-region',
    CONTROLLER,
    TEXT,
    'AWS Region of the cluster; unset: that of the instance metadata',
  ],
  ['vpcId', 'aws-vpc-id', CONTROLLER, TEXT, 'VPC of the cluster; unset: that of the instance metadata'],
  ['vpcTags', 'aws-vpc-tags', CONTROLLER, PAIRS, 'Tags by which the VPC is found where no id is given'],
  ['awsApiEndpoints', 'aws-api-endpoints', CONTROLLER, TEXT, 'Endpoints of AWS services: service=URL,…'],
  ['awsApiThrottle', 'aws-api-throttle', CONTROLLER, NAMES, 'Limits of AWS calls: service:calls=rate:burst'],
  ['awsMaxRetries', 'aws-max-retries', CONTROLLER, COUNT, 'Attempts of one AWS call'],
  [
    'ingressClass',
    'ingress-class',
    BOTH,
    TEXT,
    'Name of the IngressClass, and value of kubernetes.io/ingress.class',
  ],
  ['watchNamespace', 'watch-namespace', CONTROLLER, TEXT, 'Only Ingresses of this namespace'],
  ['defaultTags', 'default-tags', CONTROLLER, PAIRS, 'Tags of everything that is made in AWS'],
  ['externalManagedTags', 'external-managed-tags', CONTROLLER, NAMES, 'Keys of tags that others write'],
  [
    'defaultTargetType',
    'default-target-type',
    BOTH,
    { enum: ['instance', 'ip'] },
    'Targets where nothing else is said',
  ],
  [
    'defaultLoadBalancerScheme',
    'default-load-balancer-scheme',
    BOTH,
    { enum: ['internal', 'internet-facing'] },
    'Scheme where nothing else is said',
  ],
  ['defaultSSLPolicy', 'default-ssl-policy', CONTROLLER, TEXT, 'TLS policy where nothing else is said'],
  [
    'certDiscovery.allowedCertificateAuthorityARNs',
    'allowed-certificate-authority-arns',
    CONTROLLER,
    NAMES,
    'Private authorities whose certificates are found',
  ],
  [
    'enableBackendSecurityGroup',
    'enable-backend-security-group',
    CONTROLLER,
    SWITCH,
    'One security group for the traffic from all load balancers to targets',
  ],
  [
    'backendSecurityGroup',
    'backend-security-group',
    CONTROLLER,
    TEXT,
    'Its id, in place of one that is made',
  ],
  [
    'enableManageBackendSecurityGroupRules',
    'enable-manage-backend-security-group-rules',
    CONTROLLER,
    SWITCH,
    'Open targets for load balancers with security groups of their own',
  ],
  [
    'disableRestrictedSecurityGroupRules',
    'disable-restricted-sg-rules',
    CONTROLLER,
    SWITCH,
    'Open all ports of targets',
  ],
  [
    'serviceTargetENISGTags',
    'service-target-eni-security-group-tags',
    CONTROLLER,
    PAIRS,
    'Tags of the security group for target rules',
  ],
  [
    'maxTargetsPerTargetGroup',
    'max-targets-per-target-group',
    CONTROLLER,
    COUNT,
    'Most targets in one target group; 0: no limit',
  ],
  ['enableShield', 'enable-shield', CONTROLLER, SWITCH, 'Have Shield Advanced protect load balancers'],
  ['enableWafv2', 'enable-wafv2', CONTROLLER, SWITCH, 'Set web ACLs of load balancers'],
  ['controllerConfig.featureGates', 'feature-gates', CONTROLLER, PAIRS, 'Feature gates: Name: true'],
  [
    'ingressMaxConcurrentReconciles',
    'ingress-max-concurrent-reconciles',
    CONTROLLER,
    COUNT,
    'Groups worked on at once',
  ],
  [
    'targetgroupbindingMaxConcurrentReconciles',
    'targetgroupbinding-max-concurrent-reconciles',
    CONTROLLER,
    COUNT,
    'Target groups worked on at once',
  ],
  ['syncPeriod', 'sync-period', CONTROLLER, TEXT, 'Between two bulk reads of what there is in AWS, e.g. 10m'],
  [
    'enablePodReadinessGateInject',
    'enable-pod-readiness-gate-inject',
    WEBHOOK,
    SWITCH,
    'Give pods readiness gates for the health of their targets',
  ],
  [
    'disableIngressClassAnnotation',
    'disable-ingress-class-annotation',
    WEBHOOK,
    SWITCH,
    'Refuse new uses of kubernetes.io/ingress.class',
  ],
  [
    'disableIngressGroupNameAnnotation',
    'disable-ingress-group-name-annotation',
    WEBHOOK,
    SWITCH,
    'Refuse new uses of group.name',
  ],
  ['logLevel', 'log-level', BOTH, TEXT, 'From which level on is logged'],
];

const OWN: readonly Row[] = [
  [
    'policy',
    'policy',
    CONTROLLER,
    TEXT,
    'What may be done in AWS: sync, upsert-only, targets-only or observe',
  ],
];

const FORM = new Map<ValueSchema, 'pairs' | 'list'>([
  [PAIRS, 'pairs'],
  [NAMES, 'list'],
]);

function usedValue([path, name, of, schema, doc]: Row): UsedValue {
  const form = FORM.get(schema);
  return { path, unset: null, schema, doc, flag: { name, of, ...(form === undefined ? {} : { form }) } };
}

export const FLAG_VALUES: readonly UsedValue[] = [
  ...ROWS.map(usedValue),
  ...OWN.map((row) => ({ ...usedValue(row), own: true as const })),
];
