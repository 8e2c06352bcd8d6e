// The webhook configurations as templates: failure policies, selectors and authorities are values.
import type { Json, Manifest } from './manifest.ts';
import { type Holes, indented, linesWhen, moreOf, optional } from './template.ts';

const FAILURE_POLICIES: Readonly<Record<string, string>> = {
  'validate-ingress.albatross.dev':
    '.Values.webhookConfig.ingressValdationFailurePolicy | default .Values.ingressValidatorWebhookConfig.failurePolicy',
  'validate-ingressclassparams.albatross.dev':
    '.Values.ingressClassParamsValidatorWebhookConfig.failurePolicy',
  'validate-targetgroupbinding.albatross.dev': '.Values.tgbValidatorWebhookConfig.failurePolicy',
  'mutate-pod.albatross.dev': '.Values.podMutatorWebhookConfig.failurePolicy',
};

interface Webhook extends Json {
  name: string;
  clientConfig: Json;
  matchConditions?: { name: string; expression?: string }[];
  namespaceSelector?: object;
  objectSelector?: { matchExpressions: unknown[] };
}

export function webhooks(manifest: Manifest, holes: Holes): void {
  if (!manifest.kind.endsWith('WebhookConfiguration')) return;
  // The namespace is put in with all the others.
  const annotations = { 'cert-manager.io/inject-ca-from': 'albatross-system/albatross-webhook' };
  const injected = linesWhen('eq (include "albatross.certificateFrom" .) "cert-manager"', { annotations });
  delete manifest.metadata.annotations;
  Object.assign(manifest.metadata, holes.lines(injected));
  const given = (indent: number) =>
    `{{- if eq (include "albatross.certificateFrom" .) "values" }}\n${' '.repeat(indent)}caBundle: {{ .Values.webhookTLS.caCert | b64enc }}\n{{- end }}`;
  manifest.webhooks = (manifest.webhooks as Webhook[]).flatMap((webhook): unknown[] => {
    const policy = FAILURE_POLICIES[webhook.name];
    if (policy === undefined)
      throw new Error(`the webhook ${webhook.name} has no value for its failurePolicy`);
    webhook.failurePolicy = holes.scalar(policy);
    Object.assign(webhook.clientConfig, holes.lines(given));
    if (webhook.name === 'mutate-pod.albatross.dev') selectors(webhook, holes);
    if (webhook.name !== 'validate-ingress.albatross.dev') return [webhook];
    for (const condition of webhook.matchConditions ?? [])
      if (condition.name === 'ours') claim(condition, holes);
    Object.assign(
      webhook,
      holes.lines(optional('namespaceSelector', '.Values.webhookConfig.ingressNamespaceSelector')),
    );
    Object.assign(webhook, holes.lines(ofIngresses));
    return [
      holes.item(() => '{{- if not .Values.webhookConfig.disableIngressValidation }}'),
      webhook,
      holes.item(() => '{{- end }}'),
    ];
  });
}

/** Which Ingresses it is asked about, by their labels. */
const ofIngresses = (indent: number): string =>
  [
    '{{- with include "albatross.selector" .Values.webhookConfig.ingressValidationObjectSelector }}',
    `${' '.repeat(indent)}objectSelector:`,
    `${' '.repeat(indent + 2)}{{- . | nindent ${indent + 2} }}`,
    '{{- end }}',
  ].join('\n');

/** The expression that the webhook keeps: an upgrade leaves it as it is, for whoever applies another one is in conflict with it. */
function claim(condition: { name: string; expression?: string }, holes: Holes): void {
  const { expression = '' } = condition;
  delete condition.expression;
  const first = expression.replaceAll("['alb']", `['{{ include "albatross.ingressClass" . }}']`);
  const kept = (indent: number) =>
    [
      '{{- with include "albatross.keptExpression" . }}',
      `${' '.repeat(indent)}expression: {{ . | toJson }}`,
      '{{- else }}',
      // Without quotes around it: YAML's would stand before those of the template.
      `${' '.repeat(indent)}expression: >-\n${' '.repeat(indent + 2)}${first}`,
      '{{- end }}',
    ].join('\n');
  Object.assign(condition, holes.lines(kept));
}

/** Of pods: the LBC's selectors in place of and beside ours. */
function selectors(webhook: Webhook, holes: Holes): void {
  const usual = webhook.namespaceSelector ?? {};
  webhook.namespaceSelector = holes.lines((indent) => {
    const given = `${' '.repeat(indent)}matchExpressions:\n${' '.repeat(indent + 2)}{{- toYaml . | nindent ${indent + 2} }}`;
    return [
      '{{- with .Values.webhookNamespaceSelectors }}',
      given,
      '{{- else }}',
      indented(usual, indent),
      '{{- end }}',
    ].join('\n');
  });
  const { matchExpressions } = webhook.objectSelector ?? { matchExpressions: [] };
  webhook.objectSelector = {
    matchExpressions: [...matchExpressions, holes.item(moreOf('.Values.objectSelector.matchExpressions'))],
  };
  Object.assign(
    webhook.objectSelector,
    holes.lines(optional('matchLabels', '.Values.objectSelector.matchLabels')),
  );
}
