// The table of values: it knows every value of the chart of the AWS Load Balancer Controller, and says nothing that the processes do
// not take.
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { OWN } from '../../../cli/flags/table.ts';
import { isUsed } from './value.ts';
import { VALUES } from './values.ts';

/** Names at the top of its values.yaml (chart aws-load-balancer-controller, 3.6). */
const OF_THE_LBC = `
replicaCount revisionHistoryLimit image runtimeClassName imagePullSecrets nameOverride fullnameOverride autoscaling serviceAccount rbac
podSecurityContext securityContext terminationGracePeriodSeconds resources priorityClassName nodeSelector tolerations affinity
configureDefaultAffinity topologySpreadConstraints updateStrategy serviceAnnotations deploymentAnnotations podAnnotations podLabels
additionalLabels enableCertManager certManager clusterName cluster ingressClass ingressClassParams createIngressClassResource region
vpcId vpcTags awsApiEndpoints awsApiThrottle awsMaxRetries defaultTargetType defaultLoadBalancerScheme enablePodReadinessGateInject
enableShield enableWaf enableWafv2 ingressMaxConcurrentReconciles logLevel metricsBindAddr webhookConfig webhookBindPort webhookTLS
keepTLSSecret webhookNamespaceSelectors serviceMaxConcurrentReconciles targetgroupbindingMaxConcurrentReconciles
targetgroupbindingMaxExponentialBackoffDelay targetgroupbindingRequeueDuration albGatewayMaxConcurrentReconciles
nlbGatewayMaxConcurrentReconciles globalAcceleratorMaxConcurrentReconciles globalAcceleratorMaxExponentialBackoffDelay
lbStabilizationMonitorInterval syncPeriod watchNamespace disableIngressClassAnnotation disableIngressGroupNameAnnotation
tolerateNonExistentBackendService tolerateNonExistentBackendAction defaultSSLPolicy livenessProbe readinessProbe env hostNetwork dnsPolicy
extraVolumeMounts extraVolumes defaultTags podDisruptionBudget externalManagedTags enableEndpointSlices enableBackendSecurityGroup
enableManageBackendSecurityGroupRules backendSecurityGroup disableRestrictedSecurityGroupRules maxTargetsPerTargetGroup controllerConfig
certManagement certDiscovery objectSelector serviceMonitor clusterSecretsPermissions ingressClassConfig enableServiceMutatorWebhook
serviceMutatorWebhookConfig podMutatorWebhookConfig podServerIdMutatorWebhookConfig tgbMutatorWebhookConfig tgbValidatorWebhookConfig
ingressClassParamsValidatorWebhookConfig ingressValidatorWebhookConfig serviceTargetENISGTags loadBalancerClass envSecretName
`
  .trim()
  .split(/\s+/);

const used = VALUES.filter(isUsed);
const top = new Set(VALUES.map(({ path }) => path.split('.')[0]));

test('every value of the chart of the AWS Load Balancer Controller is known', () => {
  expect(OF_THE_LBC.filter((name) => !top.has(name))).toEqual([]);
});

test('what is not of that chart says so', () => {
  const own = used.filter(({ own }) => own === true).map(({ path }) => path);
  const undeclared = used.filter(
    ({ path, own }) => own !== true && !OF_THE_LBC.includes(path.split('.')[0] ?? ''),
  );
  expect(undeclared.map(({ path }) => path)).toEqual([]);
  expect(own.filter((path) => OF_THE_LBC.includes(path))).toEqual([]);
});

test('each flag of a value is one of its processes', () => {
  const unknown = used.flatMap(({ path, flag }) =>
    (flag?.of ?? [])
      .filter((process) => !OWN[process].some(({ name }) => name === flag?.name))
      .map((process) => `${path}: --${flag?.name} of ${process}`),
  );
  expect(unknown).toEqual([]);
  expect(used.filter(({ flag }) => flag !== undefined).length).toBeGreaterThan(30);
});

test('a value has one place, and none stands in another', () => {
  const paths = VALUES.map(({ path }) => path);
  expect(paths.filter((path, at) => paths.indexOf(path) !== at)).toEqual([]);
  expect(paths.filter((path) => paths.some((other) => path.startsWith(`${other}.`)))).toEqual([]);
});

describe('the schema', () => {
  const chart = new URL('../../../config/chart/', import.meta.url);
  const read = (file: string, from: URL = chart) => readFileSync(new URL(file, from), 'utf8');
  const fits = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(read('values.schema.json')));
  const sets = new URL('../../chart/values/', import.meta.url);

  test.each(readdirSync(sets))('takes %s', (file) => {
    expect(fits(parse(read(file, sets))), JSON.stringify(fits.errors)).toBe(true);
  });

  test('takes the values of the chart, and what a values file may leave empty', () => {
    expect(fits(parse(read('values.yaml'))), JSON.stringify(fits.errors)).toBe(true);
    const empty = Object.fromEntries([...top].map((name) => [name, null]));
    expect(fits(empty), JSON.stringify(fits.errors)).toBe(true);
    expect(fits({ clusterName: 'shop', unheardOf: { at: 'all' } })).toBe(true);
  });

  test.each([
    { replicaCount: 'two' },
    { podMutatorWebhookConfig: { failurePolicy: 'Maybe' } },
    { defaultTargetType: 'pod' },
    { secretsPermissions: [{ names: ['login'] }] },
    { enableCertManager: 'yes' },
  ])('refuses %o', (values) => {
    expect(fits(values)).toBe(false);
  });
});
