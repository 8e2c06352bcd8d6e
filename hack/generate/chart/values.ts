// The values of the chart, in the order in which people look for them. Names are those of the chart of the AWS Load Balancer
// Controller (its values.yaml, v3.6) where they mean the same.
import { FLAG_VALUES } from './flag-values.ts';
import type { ChartValue, IgnoredValue, UsedValue, ValueSchema } from './value.ts';

const TEXT: ValueSchema = { type: 'string' };
const WHOLE: ValueSchema = { type: 'integer', minimum: 0 };
const SWITCH: ValueSchema = { type: 'boolean' };
const MAP: ValueSchema = { type: 'object' };
const LIST: ValueSchema = { type: 'array' };
const FAILURE_POLICY: ValueSchema = { enum: ['Fail', 'Ignore'] };

type Row = readonly [path: string, unset: unknown, schema: ValueSchema, doc: string];
const used = (rows: readonly Row[]): UsedValue[] =>
  rows.map(([path, unset, schema, doc]) => ({ path, unset, schema, doc }));
const own = (rows: readonly Row[]): UsedValue[] => used(rows).map((one) => ({ ...one, own: true }));
const ignored = (rows: Readonly<Record<string, string>>): IgnoredValue[] =>
  Object.entries(rows).map(([path, doc]) => ({ path, doc, ignored: true }));

const PODS = used([
  ['replicaCount', 2, WHOLE, 'Pods of each Deployment; one controller works, the others wait'],
  ['revisionHistoryLimit', null, WHOLE, 'Old ReplicaSets that are kept'],
  [
    'image.repository',
    'ghcr.io/albatross-ingress/albatross',
    TEXT,
    "Image of both processes. The LBC's is not taken",
  ],
  [
    'image.tag',
    '',
    TEXT,
    "Its tag; empty: the chart's version. One that begins with v is the LBC's and is not taken",
  ],
  ['image.pullPolicy', null, TEXT, 'When the image is pulled'],
  ['imagePullSecrets', [], LIST, 'Secrets for the registry'],
  ['runtimeClassName', '', TEXT, 'RuntimeClass of the pods'],
  ['priorityClassName', 'system-cluster-critical', TEXT, 'PriorityClass of the pods'],
  ['terminationGracePeriodSeconds', 30, WHOLE, 'Time to end in order, in seconds; less than 30 is not taken'],
  [
    'podSecurityContext',
    {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    MAP,
    'Security context of the pods',
  ],
  [
    'securityContext',
    { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    MAP,
    'Security context of the containers',
  ],
  [
    'resources',
    { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '512Mi' } },
    MAP,
    'Requests and limits of the controller',
  ],
  ['nodeSelector', {}, MAP, 'Labels of the nodes'],
  ['tolerations', [], LIST, 'Taints that are tolerated'],
  ['affinity', {}, MAP, 'Affinity of the pods'],
  [
    'configureDefaultAffinity',
    true,
    SWITCH,
    'Spread the pods over zones and nodes where nothing else is said',
  ],
  ['topologySpreadConstraints', [], LIST, 'In place of that spread'],
  ['updateStrategy', {}, MAP, 'Of the controller; the webhook is never down to nobody who answers'],
  ['deploymentAnnotations', {}, MAP, 'Annotations of the Deployments'],
  ['podAnnotations', {}, MAP, 'Annotations of the pods'],
  ['podLabels', {}, MAP, 'Labels of the pods'],
  ['additionalLabels', {}, MAP, 'Labels of every object'],
  ['env', {}, MAP, 'Environment of the controller: name: value'],
  [
    'envSecretName',
    null,
    TEXT,
    'A Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, key_id and access_key',
  ],
  ['extraVolumes', [], LIST, 'Volumes of the controller'],
  ['extraVolumeMounts', [], LIST, 'Where they are mounted'],
  ['hostNetwork', false, SWITCH, 'Pods in the network of their node'],
  ['dnsPolicy', null, TEXT, 'DNS policy of the pods'],
  ['podDisruptionBudget', {}, MAP, 'Spec of both disruption budgets; empty: one pod at a time'],
]);

const RIGHTS = [
  ...used([
    ['serviceAccount.create', true, SWITCH, "Make the controller's ServiceAccount"],
    ['serviceAccount.name', null, TEXT, 'Its name; unset: albatross-controller'],
    ['serviceAccount.annotations', {}, MAP, 'Its annotations, e.g. eks.amazonaws.com/role-arn'],
    ['serviceAccount.automountServiceAccountToken', true, SWITCH, 'Whether its token is mounted'],
    ['serviceAccount.imagePullSecrets', [], LIST, 'Its Secrets for the registry'],
    ['rbac.create', true, SWITCH, 'Make roles and their bindings'],
    [
      'clusterSecretsPermissions.allowAllSecrets',
      true,
      SWITCH,
      'Whether the controller may get every Secret by its name (logins by OpenID Connect)',
    ],
  ]),
  ...own([
    [
      'secretsPermissions',
      [],
      {
        type: 'array',
        items: {
          type: 'object',
          required: ['namespace'],
          properties: { namespace: TEXT, names: { type: 'array', items: TEXT } },
        },
      },
      'In place of every Secret those of namespaces, or some by name: - namespace: shop, names: [login]',
    ],
  ]),
];

const CERTIFICATE = used([
  [
    'enableCertManager',
    false,
    SWITCH,
    "Let cert-manager make the webhook's certificate; otherwise the webhook does",
  ],
  ['certManager.duration', '2160h', TEXT, 'How long its certificate is good for'],
  ['certManager.renewBefore', '720h', TEXT, 'How long before its end it is renewed'],
  ['certManager.revisionHistoryLimit', null, WHOLE, 'CertificateRequests that are kept'],
  ['certManager.issuerRef', {}, MAP, 'An issuer of your own in place of an authority in the namespace'],
  ['certManager.rootCert.duration', '87600h', TEXT, 'How long that authority is good for'],
  ['webhookTLS.caCert', null, TEXT, 'A certificate of your own: its authority (PEM)'],
  [
    'webhookTLS.cert',
    null,
    TEXT,
    'The certificate (PEM), for albatross-webhook.NAMESPACE.svc; any other is not taken',
  ],
  ['webhookTLS.key', null, TEXT, 'Its private key (PEM)'],
  ['cluster.dnsDomain', 'cluster.local', TEXT, 'Domain of the cluster, for the certificate'],
]);

const WEBHOOK = [
  ...own([
    [
      'webhook.enabled',
      true,
      SWITCH,
      'Ask the webhook at all; without it the controller finds mistakes later',
    ],
    ['webhook.replicaCount', null, WHOLE, 'Its pods; unset: replicaCount'],
    [
      'webhook.resources',
      { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '512Mi' } },
      MAP,
      'Its requests and limits',
    ],
  ]),
  ...used([
    ['webhookBindPort', 9443, WHOLE, 'Its port'],
    ['webhookConfig.disableIngressValidation', false, SWITCH, 'Do not ask about Ingresses'],
    [
      'webhookConfig.ingressValdationFailurePolicy',
      null,
      FAILURE_POLICY,
      'When nobody answers about an Ingress (spelt as in that chart)',
    ],
    [
      'webhookConfig.ingressValidationObjectSelector.matchExpressions',
      [],
      LIST,
      'Ingresses with which labels it is asked about; empty: all',
    ],
    ['webhookConfig.ingressValidationObjectSelector.matchLabels', {}, MAP, 'The same by labels'],
    [
      'ingressValidatorWebhookConfig.failurePolicy',
      'Fail',
      FAILURE_POLICY,
      'The same, in later versions of that chart',
    ],
    [
      'ingressClassParamsValidatorWebhookConfig.failurePolicy',
      'Fail',
      FAILURE_POLICY,
      'The same about IngressClassParams',
    ],
    ['tgbValidatorWebhookConfig.failurePolicy', 'Fail', FAILURE_POLICY, 'The same about TargetGroupBindings'],
    ['podMutatorWebhookConfig.failurePolicy', 'Ignore', FAILURE_POLICY, 'The same about pods'],
    [
      'webhookNamespaceSelectors',
      [],
      LIST,
      'Which namespaces get readiness gates; empty: those labelled elbv2.k8s.aws/pod-readiness-gate-inject: enabled',
    ],
    ['objectSelector.matchExpressions', [], LIST, 'Which pods get them, beside'],
    ['objectSelector.matchLabels', {}, MAP, 'The same by labels'],
    ['serviceAnnotations', {}, MAP, 'Annotations of its Service'],
  ]),
  ...own([
    [
      'webhookConfig.ingressNamespaceSelector',
      {},
      MAP,
      'Ingresses of which namespaces it is asked about; empty: all',
    ],
  ]),
];

const CLASS = used([
  ['createIngressClassResource', true, SWITCH, 'Make the IngressClass'],
  ['ingressClassConfig.default', false, SWITCH, 'Let it be the one of Ingresses without a class'],
  [
    'ingressClassParams.create',
    true,
    SWITCH,
    'Make IngressClassParams for it, where their spec says something',
  ],
  ['ingressClassParams.name', null, TEXT, 'Their name; unset: that of the class'],
  ['ingressClassParams.spec', {}, MAP, 'Their spec'],
]);

const WATCHING = used([
  ['metricsBindAddr', '', TEXT, 'Port of the metrics of both, as :9090'],
  ['serviceMonitor.enabled', false, SWITCH, 'Make a ServiceMonitor for both, and the Service that it needs'],
  ['serviceMonitor.namespace', null, TEXT, 'Its namespace'],
  ['serviceMonitor.additionalLabels', {}, MAP, 'Its labels'],
  ['serviceMonitor.interval', '1m', TEXT, 'How often metrics are read'],
  ['serviceMonitor.scrapeTimeout', null, TEXT, 'How long that may take'],
  ['serviceMonitor.relabelings', [], LIST, 'As Prometheus takes them'],
  ['serviceMonitor.metricRelabelings', [], LIST, 'The same of metrics'],
]);

const MORE = own([
  ['envFrom', [], LIST, 'Environment of the controller from ConfigMaps and Secrets'],
  ['extraArgs.controller', [], { type: 'array', items: TEXT }, 'More flags of the controller'],
  ['extraArgs.webhook', [], { type: 'array', items: TEXT }, 'More flags of the webhook'],
]);

const ONLY_SERVICES = 'only for Services of type LoadBalancer';
const ONLY_GATEWAYS = 'only for Gateways';
const ONLY_ACCELERATORS = 'only for Global Accelerator';

/** Those of the LBC's chart that mean nothing here. */
const IGNORED = ignored({
  nameOverride: 'objects have fixed names: there is one Albatross in a cluster',
  fullnameOverride: 'objects have fixed names: there is one Albatross in a cluster',
  autoscaling: 'one controller works and the others wait: more of them would do no more',
  livenessProbe: 'the probes are those of this chart',
  readinessProbe: 'the probes are those of this chart',
  keepTLSSecret: 'the Secret with the certificate outlives upgrades anyway',
  enableEndpointSlices: 'EndpointSlices are always read',
  enableWaf: 'AWS has ended WAF Classic',
  tgbMutatorWebhookConfig: 'the controller fills in what TargetGroupBindings leave open',
  podServerIdMutatorWebhookConfig: 'only for QUIC',
  enableServiceMutatorWebhook: ONLY_SERVICES,
  serviceMutatorWebhookConfig: ONLY_SERVICES,
  serviceMaxConcurrentReconciles: ONLY_SERVICES,
  loadBalancerClass: ONLY_SERVICES,
  albGatewayMaxConcurrentReconciles: ONLY_GATEWAYS,
  nlbGatewayMaxConcurrentReconciles: ONLY_GATEWAYS,
  globalAcceleratorMaxConcurrentReconciles: ONLY_ACCELERATORS,
  globalAcceleratorMaxExponentialBackoffDelay: ONLY_ACCELERATORS,
  certManagement: 'certificates are not requested yet',
  tolerateNonExistentBackendService:
    'they are always tolerated: requests are answered with 503 until the Service exists',
  tolerateNonExistentBackendAction:
    'they are always tolerated: requests are answered with 503 until the action exists',
  targetgroupbindingMaxExponentialBackoffDelay: 'how long is waited after failures is not an option here',
  targetgroupbindingRequeueDuration: 'how long is waited after failures is not an option here',
  lbStabilizationMonitorInterval: 'how often a new load balancer is looked at is not an option here',
});

export const VALUES: readonly ChartValue[] = [
  ...FLAG_VALUES,
  ...PODS,
  ...RIGHTS,
  ...CERTIFICATE,
  ...WEBHOOK,
  ...CLASS,
  ...WATCHING,
  ...MORE,
  ...IGNORED,
];
