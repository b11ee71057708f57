{{/* Name of the Deployment, the ServiceAccount and its roles. */}}
{{- define "onhook.name" -}}
{{ .Values.serviceAccount.name | default "onhook" }}
{{- end }}

{{/* The operator as the API server names it in a request. */}}
{{- define "onhook.user" -}}
system:serviceaccount:{{ .Release.Namespace }}:{{ include "onhook.name" . }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "onhook.labels" -}}
app.kubernetes.io/name: onhook
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: onhook
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of an object with some of its own, which do not win: root, labels. */}}
{{- define "onhook.labelsWith" -}}
{{- merge (fromYaml (include "onhook.labels" .root)) .labels | toYaml -}}
{{- end }}

{{/* What only the operator's own objects carry beside the labels. */}}
{{- define "onhook.component" -}}
app.kubernetes.io/component: operator
{{- end }}

{{- define "onhook.selector" -}}
app.kubernetes.io/name: onhook
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{/*
Whether who asks is stamped: as the values say, or where the server can. Always is also for manifests that are rendered
where no server is asked what it has; then its version must do.
*/}}
{{- define "onhook.stamps" -}}
{{- $can := .Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy" -}}
{{- if and (eq .Values.admission.stamps "Always") (semverCompare "<1.36.0-0" .Capabilities.KubeVersion.Version) -}}
{{- fail (printf "admission.stamps is Always, and Kubernetes %s has no MutatingAdmissionPolicy (v1); 1.36 has it. Use Auto or Never. If it is rendered without a server, --kube-version says for which" .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- if or (eq .Values.admission.stamps "Always") (and (eq .Values.admission.stamps "Auto") $can) -}}
true
{{- end -}}
{{- end }}

{{- define "onhook.image" -}}
{{- $name := printf "%s%s" (.Values.image.registry | empty | ternary "" (printf "%s/" .Values.image.registry)) .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{ $name }}@{{ .Values.image.digest }}
{{- else -}}
{{ $name }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* Port of the OTLP collector, where there is one. */}}
{{- define "onhook.tracesPort" -}}
{{- with .Values.traces.endpoint -}}
{{- $url := urlParse . -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (eq $url.scheme "https" | ternary "443" "80") -}}
{{- end -}}
{{- end }}
