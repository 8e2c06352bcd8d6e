// The two Deployments as templates.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Json, Manifest } from './manifest.ts';
import { type Holes, included, linesWhen, membersOr, moreOf, optional, optionalScalar } from './template.ts';

/** The flag by which config/self-managed has the webhook keep its certificate itself. */
const SELF_MANAGED = selfManagedFlag(
  readFileSync(new URL('../../../config/self-managed/kustomization.yaml', import.meta.url), 'utf8'),
);

function selfManagedFlag(component: string): string {
  const { patches } = parse(component) as { patches: readonly { patch: string }[] };
  const operations = patches.flatMap(({ patch }) => parse(patch) as { op: string; value?: string }[]);
  const flag = operations.find(({ op }) => op === 'replace')?.value;
  if (flag?.startsWith('--self-managed-certificate=') !== true)
    throw new Error('config/self-managed does not replace a flag by --self-managed-certificate');
  return flag;
}

interface Container extends Json {
  name: 'controller' | 'webhook';
  args: string[];
  ports: { name: string; containerPort: unknown }[];
}

interface DeploymentSpec extends Json {
  strategy: object;
  template: { metadata: { labels: object }; spec: Json & { containers: [Container] } };
}

export function deployment(manifest: Manifest, holes: Holes): void {
  if (manifest.kind !== 'Deployment') return;
  const spec = manifest.spec as DeploymentSpec;
  const { metadata, spec: pod } = spec.template;
  const [container] = pod.containers;
  const isController = container.name === 'controller';
  Object.assign(manifest.metadata, holes.lines(optional('annotations', '.Values.deploymentAnnotations')));
  Object.assign(metadata, holes.lines(optional('annotations', '.Values.podAnnotations')));
  Object.assign(
    metadata.labels,
    holes.lines(moreOf('.Values.podLabels')),
    holes.lines(moreOf('.Values.additionalLabels')),
  );
  spec.replicas = holes.scalar(
    isController ? '.Values.replicaCount' : '.Values.webhook.replicaCount | default .Values.replicaCount',
  );
  Object.assign(spec, holes.lines(optionalScalar('revisionHistoryLimit', '.Values.revisionHistoryLimit')));
  if (isController) spec.strategy = holes.lines(membersOr('.Values.updateStrategy', spec.strategy));
  if (isController) pod.serviceAccountName = holes.scalar('include "albatross.controllerAccount" .');
  podOf(pod, holes);
  containerOf(container, holes);
  if (isController) {
    if (container.env !== undefined || pod.volumes !== undefined)
      throw new Error('the controller has an environment or volumes of its own now');
    delete container.envFrom;
    Object.assign(container, holes.lines(included('albatross.environment')));
    Object.assign(container, holes.lines(optional('volumeMounts', '.Values.extraVolumeMounts')));
    Object.assign(pod, holes.lines(optional('volumes', '.Values.extraVolumes')));
    return;
  }
  const { volumeMounts } = container;
  const { volumes } = pod;
  delete container.volumeMounts;
  delete pod.volumes;
  Object.assign(container, holes.lines(whenMounted({ volumeMounts })));
  Object.assign(pod, holes.lines(whenMounted({ volumes })));
}

/** What the webhook needs when others keep its certificate in a Secret. */
const whenMounted = (members: object) =>
  linesWhen('ne (include "albatross.certificateFrom" .) "itself"', members);

function podOf(pod: Json, holes: Holes): void {
  pod.priorityClassName = holes.scalar('.Values.priorityClassName');
  pod.terminationGracePeriodSeconds = holes.scalar(
    `max ${pod.terminationGracePeriodSeconds} (int .Values.terminationGracePeriodSeconds)`,
  );
  pod.securityContext = holes.lines(
    (indent) => `{{- toYaml .Values.podSecurityContext | nindent ${indent} }}`,
  );
  const { topologySpreadConstraints } = pod;
  delete pod.topologySpreadConstraints;
  Object.assign(pod, holes.lines(optional('topologySpreadConstraints', '.Values.topologySpreadConstraints')));
  const usual =
    'and .Values.configureDefaultAffinity (not .Values.affinity) (not .Values.topologySpreadConstraints)';
  Object.assign(pod, holes.lines(linesWhen(usual, { topologySpreadConstraints })));
  for (const key of ['nodeSelector', 'tolerations', 'affinity', 'imagePullSecrets'])
    Object.assign(pod, holes.lines(optional(key, `.Values.${key}`)));
  for (const key of ['runtimeClassName', 'dnsPolicy', 'hostNetwork'])
    Object.assign(pod, holes.lines(optionalScalar(key, `.Values.${key}`)));
}

function containerOf(container: Container, holes: Holes): void {
  const { name } = container;
  container.image = holes.scalar('include "albatross.image" .');
  Object.assign(container, holes.lines(optionalScalar('imagePullPolicy', '.Values.image.pullPolicy')));
  container.resources = holes.lines(
    (indent) => `{{- toYaml .Values.${name === 'webhook' ? 'webhook.' : ''}resources | nindent ${indent} }}`,
  );
  container.securityContext = holes.lines(
    (indent) => `{{- toYaml .Values.securityContext | nindent ${indent} }}`,
  );
  const metrics = `include "albatross.metricsPort" (dict "values" .Values "of" "${name}")`;
  container.ports = container.ports.map((port) => {
    if (port.name === 'metrics') return { ...port, containerPort: holes.scalar(metrics) };
    return port.name === 'https' ? { ...port, containerPort: holes.scalar('.Values.webhookBindPort') } : port;
  });
  const file = (arg: string) => arg.startsWith('--tls-');
  const kept = container.args.filter((arg) => !file(arg) && !/^--(cluster-name|aws-)/.test(arg));
  const files = container.args.filter(file);
  const flags = (indent: number) => {
    const at = (arg: string) => `${' '.repeat(indent)}- ${arg}`;
    return [
      '{{- if eq (include "albatross.certificateFrom" .) "itself" }}',
      at(SELF_MANAGED),
      '{{- else }}',
      ...files.map(at),
      '{{- end }}',
    ].join('\n');
  };
  const certificate = name === 'webhook' ? [holes.item(flags)] : [];
  container.args = [
    ...kept.map((arg) =>
      arg
        .replace(/^(--metrics-port=).*/, `$1${holes.scalar(metrics)}`)
        .replace(/^(--port=).*/, `$1${holes.scalar('.Values.webhookBindPort')}`),
    ),
    ...certificate,
    holes.item(included(`albatross.${name}Flags`)),
  ];
}
