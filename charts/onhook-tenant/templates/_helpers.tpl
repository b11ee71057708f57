{{- define "onhook-tenant.name" -}}
{{ .Values.name | default .Release.Name }}
{{- end }}

{{- define "onhook-tenant.labels" -}}
app.kubernetes.io/name: onhook-tenant
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: onhook
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The namespaces of people, without the Tenant's own, as a list in a map. */}}
{{- define "onhook-tenant.people" -}}
{{- $names := dig "allowedNamespaces" "matchNames" list .Values.spec -}}
{{- dict "names" (without $names .Release.Namespace | uniq) | toYaml -}}
{{- end }}

{{/* A RoleBinding, where there are subjects: root, namespace, role, name, subjects. */}}
{{- define "onhook-tenant.binding" -}}
{{- if .subjects }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ include "onhook-tenant.name" .root }}-{{ .name }}
  namespace: {{ .namespace }}
  labels: {{- include "onhook-tenant.labels" .root | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ .role }}
subjects:
  {{- range .subjects }}
  - kind: {{ .kind }}
    name: {{ .name | quote }}
    {{- if eq .kind "ServiceAccount" }}
    namespace: {{ .namespace }}
    {{- else }}
    apiGroup: rbac.authorization.k8s.io
    {{- end }}
  {{- end }}
{{- end }}
{{- end }}
