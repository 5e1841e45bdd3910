{{- define "sysprobe.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "sysprobe.fullname" -}}
{{- $name := include "sysprobe.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* Objects of the whole cluster: two releases in two namespaces may have one name. */}}
{{- define "sysprobe.clusterName" -}}
{{- $name := include "sysprobe.fullname" . }}
{{- eq $name .Release.Namespace | ternary $name (printf "%s-%s" .Release.Namespace $name) | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "sysprobe.podOwnerName" -}}
{{- .Values.datadogNames | ternary "datadog-agent" (include "sysprobe.fullname" .) }}
{{- end }}

{{- define "sysprobe.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "sysprobe.podOwnerName" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- define "sysprobe.labels" -}}
{{ include "sysprobe.podLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* By these the network policy, the service and the monitor find the pods. */}}
{{- define "sysprobe.podLabels" -}}
app.kubernetes.io/name: {{ include "sysprobe.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "sysprobe.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion }}
{{- .Values.image.digest | empty | ternary (printf "%s:%s" .Values.image.repository $tag) (printf "%s@%s" .Values.image.repository .Values.image.digest) }}
{{- end }}

{{- define "sysprobe.probeCapabilities" -}}
{{- /* What each is for: docs/capabilities.md. */}}
{{- .Values.probe.withoutSysAdmin | ternary "BPF DAC_READ_SEARCH NET_ADMIN PERFMON SYS_PTRACE" "DAC_READ_SEARCH NET_ADMIN SYS_ADMIN SYS_PTRACE" | splitList " " | toJson }}
{{- end }}

{{- define "sysprobe.probeSeccompProfile" -}}
{{- $own := dict }}
{{- if .Values.probe.withoutSysAdmin }}
{{- $own = dict "type" "Localhost" "localhostProfile" "profiles/sysprobe.json" }}
{{- end }}
{{- .Values.probe.seccompProfile | default $own | toJson }}
{{- end }}

{{- define "sysprobe.socket" -}}
{{- .Values.config.socket | default "/var/run/sysprobe/sysprobe.sock" }}
{{- end }}

{{- define "sysprobe.port" -}}
{{- int .Values.config.listenPort | default 7676 }}
{{- end }}
