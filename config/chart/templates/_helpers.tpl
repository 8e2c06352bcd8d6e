{{/* The image of both processes. What a values file of the AWS Load Balancer Controller says is that controller's image. */}}
{{- define "albatross.image" -}}
{{- $tag := .Values.image.tag | default "" | toString -}}
{{- if or (not $tag) (hasPrefix "v" $tag) }}{{ $tag = .Chart.AppVersion }}{{ end -}}
{{- if eq (include "albatross.foreignImage" .) "true" -}}
ghcr.io/albatross-ingress/albatross:{{ .Chart.AppVersion }}
{{- else -}}
{{ .Values.image.repository }}:{{ $tag }}
{{- end -}}
{{- end -}}

{{- define "albatross.foreignImage" -}}
{{- if contains "load-balancer-controller" (toString .Values.image.repository) }}true{{ end -}}
{{- end -}}

{{- define "albatross.controllerAccount" -}}
{{- .Values.serviceAccount.name | default "albatross-controller" -}}
{{- end -}}

{{- define "albatross.ingressClass" -}}
{{- .Values.ingressClass | default "alb" -}}
{{- end -}}

{{/* Where the webhook's certificate comes from: cert-manager, values, itself, or nowhere, where there is no webhook. */}}
{{- define "albatross.certificateFrom" -}}
{{- if not .Values.webhook.enabled -}}nowhere
{{- else if .Values.enableCertManager -}}cert-manager
{{- else if eq (include "albatross.givenCertificate" .) "fits" -}}values
{{- else -}}itself
{{- end -}}
{{- end -}}

{{/*
Whether the certificate in webhookTLS is for our Service: "fits", "other" (that of the AWS Load Balancer Controller is for the Service
of that), or nothing. Names stand in a certificate as they are.
*/}}
{{- define "albatross.givenCertificate" -}}
{{- with .Values.webhookTLS -}}
{{- if and .caCert .cert .key -}}
{{- $first := regexFind "-----BEGIN CERTIFICATE-----[^-]+" .cert | trimPrefix "-----BEGIN CERTIFICATE-----" -}}
{{- $content := regexReplaceAll "\\s" $first "" | b64dec -}}
{{- $name := printf "albatross-webhook.%s.svc" $.Release.Namespace -}}
{{- if or (contains $name $content) (contains (printf "*.%s.svc" $.Release.Namespace) $content) }}fits{{ else }}other{{ end -}}
{{- else if or .caCert .cert .key -}}other
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Whether the controller may get every Secret by its name. */}}
{{- define "albatross.allSecrets" -}}
{{- if and .Values.clusterSecretsPermissions.allowAllSecrets (not .Values.secretsPermissions) }}true{{ end -}}
{{- end -}}

{{/* In the network of a node a port is taken once. */}}
{{- define "albatross.metricsPort" -}}
{{- $given := regexFind "[0-9]+$" (toString (.values.metricsBindAddr | default "")) -}}
{{- $port := int ($given | default "9090") -}}
{{- if and .values.hostNetwork (eq .of "webhook") }}{{ add $port 2 }}{{ else }}{{ $port }}{{ end -}}
{{- end -}}

{{- define "albatross.environment" -}}
{{- if or .Values.env .Values.envSecretName -}}
env:
{{- range $name, $value := .Values.env }}
  - name: {{ $name }}
    value: {{ $value | toString | toJson }}
{{- end }}
{{- with .Values.envSecretName }}
  - name: AWS_ACCESS_KEY_ID
    valueFrom: { secretKeyRef: { name: {{ . }}, key: key_id, optional: true } }
  - name: AWS_SECRET_ACCESS_KEY
    valueFrom: { secretKeyRef: { name: {{ . }}, key: access_key, optional: true } }
{{- end }}
{{- end }}
{{- with .Values.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{- define "albatross.classParameters" -}}
{{- if and .Values.ingressClassParams.create .Values.ingressClassParams.spec -}}
parameters:
  apiGroup: elbv2.k8s.aws
  kind: IngressClassParams
  name: {{ .Values.ingressClassParams.name | default (include "albatross.ingressClass" .) }}
{{- end -}}
{{- end -}}

{{/* A value as text of a flag: (list value form); form: pairs, list or nothing. */}}
{{- define "albatross.flagText" -}}
{{- $value := index . 0 -}}
{{- $form := index . 1 -}}
{{- if and (eq $form "pairs") (kindIs "map" $value) -}}
{{- $pairs := list -}}
{{- range $key, $one := $value }}{{ $pairs = append $pairs (printf "%s=%s" $key (toString $one)) }}{{ end -}}
{{- join "," $pairs -}}
{{- else if kindIs "slice" $value -}}
{{- join "," $value -}}
{{- else if kindIs "float64" $value -}}
{{- int64 $value -}}
{{- else -}}
{{- toString $value -}}
{{- end -}}
{{- end -}}

{{/* The value at a path: (dict "values" .Values "path" "a.b"), as JSON; nothing where nothing is said. */}}
{{- define "albatross.said" -}}
{{- $at := .values -}}
{{- range splitList "." .path -}}
{{- if and (kindIs "map" $at) (hasKey $at .) }}{{ $at = index $at . }}{{ else }}{{ $at = "" }}{{ end -}}
{{- end -}}
{{- $text := toJson $at -}}
{{- if not (has $text (list "null" "\"\"" "{}" "[]")) }}{{ $text }}{{ end -}}
{{- end -}}

{{/* Flags from values: (dict "values" .Values "rows" (list (list path name form) …)). */}}
{{- define "albatross.flags" -}}
{{- $values := .values -}}
{{- range .rows -}}
{{- $json := include "albatross.said" (dict "values" $values "path" (index . 0)) -}}
{{- if $json }}
{{- $value := index (fromJson (printf "{\"value\":%s}" $json)) "value" }}
- {{ printf "--%s=%s" (index . 1) (include "albatross.flagText" (list $value (index . 2))) | toJson }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Values of which a part is left out, with the reason, one a line. */}}
{{- define "albatross.remarks" -}}
{{- if eq (include "albatross.foreignImage" .) "true" }}
  image.repository: {{ .Values.image.repository }} is the image of the AWS Load Balancer Controller
{{- end }}
{{- if hasPrefix "v" (toString .Values.image.tag) }}
  image.tag: {{ .Values.image.tag }} is a version of the AWS Load Balancer Controller
{{- end }}
{{- if eq (include "albatross.givenCertificate" .) "other" }}
  webhookTLS: it is not a whole certificate for albatross-webhook.{{ .Release.Namespace }}.svc; {{ if .Values.enableCertManager }}cert-manager makes one{{ else }}the webhook makes its own{{ end }}
{{- end }}
{{- if lt (int .Values.terminationGracePeriodSeconds) 30 }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }} is too short to end in order; it is 30
{{- end }}
{{- range $key := list "affinity" "topologySpreadConstraints" }}
{{- if contains "aws-load-balancer-controller" (toJson (index $.Values $key)) }}
  {{ $key }}: it selects pods of the AWS Load Balancer Controller; ours are labelled app.kubernetes.io/part-of: albatross
{{- end }}
{{- end }}
{{- end -}}

{{/* The expression `ours` as the webhook keeps it in the cluster; nothing before there is one. */}}
{{- define "albatross.keptExpression" -}}
{{- $live := lookup "admissionregistration.k8s.io/v1" "ValidatingWebhookConfiguration" "" "albatross" -}}
{{- if $live -}}
{{- range $live.webhooks -}}
{{- if eq .name "validate-ingress.albatross.dev" -}}
{{- range .matchConditions }}{{ if eq .name "ours" }}{{ .expression }}{{ end }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A label selector, without what is empty. */}}
{{- define "albatross.selector" -}}
{{- with .matchExpressions }}
matchExpressions:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .matchLabels }}
matchLabels:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
