// The objects of config/ as templates of the chart: each rule says of which objects it makes which part a value.
import { deployment } from './deployments.ts';
import type { Json, Manifest } from './manifest.ts';
import { Holes, included, linesWhen, membersOr, moreOf, optional, optionalScalar, when } from './template.ts';
import { webhooks } from './webhook-configurations.ts';

/** Where an object is made at all; unset: always. */
const CONDITIONS: readonly (readonly [
  of: (manifest: Manifest, from: string) => boolean,
  condition: string,
])[] = [
  [
    ({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'albatross-controller',
    '.Values.serviceAccount.create',
  ],
  [
    ({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'albatross-webhook',
    '.Values.webhook.enabled',
  ],
  [
    ({ metadata }, from) => from === 'rbac' && metadata.name === 'albatross-webhook',
    'and .Values.rbac.create .Values.webhook.enabled',
  ],
  [({ kind }, from) => /^(Cluster)?Role(Binding)?$/.test(kind) && from === 'rbac', '.Values.rbac.create'],
  [(_, from) => from === 'webhook', '.Values.webhook.enabled'],
  [
    ({ kind }, from) => from === 'self-managed' && kind.includes('Role'),
    'and .Values.rbac.create (eq (include "albatross.certificateFrom" .) "itself")',
  ],
  [
    ({ kind }, from) => from === 'self-managed' && !kind.includes('Role'),
    'eq (include "albatross.certificateFrom" .) "itself"',
  ],
  [
    ({ kind, metadata }, from) =>
      from === 'certmanager' && (metadata.name === 'albatross-authority' || kind === 'Issuer'),
    'and (eq (include "albatross.certificateFrom" .) "cert-manager") (not .Values.certManager.issuerRef)',
  ],
  [(_, from) => from === 'certmanager', 'eq (include "albatross.certificateFrom" .) "cert-manager"'],
  [({ kind }) => kind === 'IngressClass', '.Values.createIngressClassResource'],
];

const ACCOUNT = 'system:serviceaccount:albatross-system:albatross-controller';

/** What stands in texts: names of the namespace and of the controller's account. */
const named = (text: string): string =>
  text
    .replaceAll(
      ACCOUNT,
      'system:serviceaccount:{{ .Release.Namespace }}:{{ include "albatross.controllerAccount" . }}',
    )
    .replaceAll('svc.cluster.local', 'svc.{{ .Values.cluster.dnsDomain }}')
    .replaceAll('albatross-system', '{{ .Release.Namespace }}');

/** One object as a template. `from`: its folder in config/. */
export function templateOf(source: Manifest, from: string): string {
  // Without what YAML shares by anchors: a part is changed in one place.
  const manifest = JSON.parse(JSON.stringify(source)) as Manifest;
  const holes = new Holes();
  for (const change of [
    labels,
    account,
    rights,
    deployment,
    budget,
    webhooks,
    certificates,
    ingressClass,
    service,
    definition,
  ])
    change(manifest, holes);
  const text = named(holes.render(manifest));
  if (/\{\{[^}]*\\"/.test(text))
    throw new Error(`${manifest.kind}: a hole stands in a text with quotes around it`);
  const condition = CONDITIONS.find(([of]) => of(source, from))?.[1];
  return condition === undefined ? text : when(condition, text);
}

function labels({ metadata }: Manifest, holes: Holes): void {
  if (metadata.labels === undefined)
    Object.assign(metadata, holes.lines(optional('labels', '.Values.additionalLabels')));
  else Object.assign(metadata.labels, holes.lines(moreOf('.Values.additionalLabels')));
}

function account(manifest: Manifest, holes: Holes): void {
  if (manifest.kind !== 'ServiceAccount' || manifest.metadata.name !== 'albatross-controller') return;
  manifest.metadata.name = holes.scalar('include "albatross.controllerAccount" .');
  Object.assign(
    manifest.metadata,
    holes.lines(optional('annotations', '.Values.serviceAccount.annotations')),
  );
  Object.assign(
    manifest,
    holes.lines(optional('imagePullSecrets', '.Values.serviceAccount.imagePullSecrets')),
  );
  const unmounted = linesWhen('not .Values.serviceAccount.automountServiceAccountToken', {
    automountServiceAccountToken: false,
  });
  Object.assign(manifest, holes.lines(unmounted));
}

function rights(manifest: Manifest, holes: Holes): void {
  for (const subject of (manifest.subjects ?? []) as { name: string }[])
    if (subject.name === 'albatross-controller')
      subject.name = holes.scalar('include "albatross.controllerAccount" .');
  if (manifest.kind !== 'ClusterRole') return;
  manifest.rules = ((manifest.rules ?? []) as { resources: string[] }[]).flatMap((rule) =>
    rule.resources.includes('secrets')
      ? [
          holes.item(() => '{{- if eq (include "albatross.allSecrets" .) "true" }}'),
          rule,
          holes.item(() => '{{- end }}'),
        ]
      : [rule],
  );
}

function budget(manifest: Manifest, holes: Holes): void {
  if (manifest.kind !== 'PodDisruptionBudget') return;
  const { selector, ...usual } = manifest.spec as Json;
  manifest.spec = { ...holes.lines(membersOr('.Values.podDisruptionBudget', usual)), selector };
}

function ingressClass(manifest: Manifest, holes: Holes): void {
  if (manifest.kind !== 'IngressClass') return;
  manifest.metadata.name = holes.scalar('include "albatross.ingressClass" .');
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
  Object.assign(
    manifest.metadata,
    holes.lines(linesWhen('.Values.ingressClassConfig.default', { annotations })),
  );
  Object.assign(manifest.spec as Json, holes.lines(included('albatross.classParameters')));
}

function service(manifest: Manifest, holes: Holes): void {
  if (manifest.kind === 'Service')
    Object.assign(manifest.metadata, holes.lines(optional('annotations', '.Values.serviceAnnotations')));
}

/** Bindings outlive an uninstall: they say what there is in AWS. */
function definition(manifest: Manifest): void {
  if (manifest.kind === 'CustomResourceDefinition')
    manifest.metadata.annotations = { 'helm.sh/resource-policy': 'keep' };
}

function certificates(manifest: Manifest, holes: Holes): void {
  if (manifest.kind !== 'Certificate') return;
  const spec = manifest.spec as Json;
  const isAuthority = manifest.metadata.name === 'albatross-authority';
  spec.duration = holes.scalar(
    isAuthority ? '.Values.certManager.rootCert.duration' : '.Values.certManager.duration',
  );
  if (isAuthority) return;
  spec.renewBefore = holes.scalar('.Values.certManager.renewBefore');
  spec.issuerRef = holes.lines(membersOr('.Values.certManager.issuerRef', spec.issuerRef as object));
  Object.assign(
    spec,
    holes.lines(optionalScalar('revisionHistoryLimit', '.Values.certManager.revisionHistoryLimit')),
  );
}
