{{- define "sysprobe.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "sysprobe.containerImage" -}}
image: {{ include "sysprobe.image" . | quote }}
{{- with .Values.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- end }}

{{- define "sysprobe.probeSecurityContext" -}}
runAsUser: 0
runAsGroup: 0
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
  add: {{ include "sysprobe.probeCapabilities" . }}
{{- with include "sysprobe.probeSeccompProfile" . | fromYaml }}
seccompProfile:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.probe.appArmorProfile }}
appArmorProfile:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .Values.openshift }}
seLinuxOptions:
  type: spc_t
{{- end }}
{{- end }}

{{- define "sysprobe.probeContainer" -}}
name: system-probe
{{ include "sysprobe.containerImage" . }}
command: [system-probe]
env:
  - name: SYSPROBE_CONFIG
    value: /etc/sysprobe/sysprobe.yaml
  {{- if .Values.datadogNames }}
  - name: DD_SYSPROBE_SOCKET
    value: {{ include "sysprobe.socket" . }}
  {{- end }}
  {{- if .Values.runtimeNames.enabled }}
  - name: SYSPROBE_RUNTIME_SOCKETS
    value: {{ .Values.runtimeNames.socket }}
  {{- end }}
  {{- with .Values.probe.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
securityContext:
  {{- include "sysprobe.probeSecurityContext" . | nindent 2 }}
resources:
  {{- toYaml .Values.probe.resources | nindent 2 }}
livenessProbe:
  exec:
    command: [sysprobe, status]
  initialDelaySeconds: 30
  periodSeconds: 60
  timeoutSeconds: 15
volumeMounts:
  - name: socket
    mountPath: {{ include "sysprobe.socket" . | dir }}
  - name: configuration
    mountPath: /etc/sysprobe
    readOnly: true
  - name: proc
    mountPath: {{ .Values.config.procRoot | default "/host/proc" }}
    readOnly: true
  - name: cgroup
    mountPath: {{ .Values.config.cgroupRoot | default "/host/sys/fs/cgroup" }}
    readOnly: true
  {{- if .Values.runtimeNames.enabled }}
  - name: runtime
    mountPath: {{ .Values.runtimeNames.socket }}
    readOnly: true
  {{- end }}
  {{- with .Values.probe.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "sysprobe.agentContainer" -}}
name: {{ .Values.datadogNames | ternary "datadog-agent" "node-agent" }}
{{ include "sysprobe.containerImage" . }}
command: [node-agent]
env:
  - name: SYSPROBE_CONFIG
    value: /etc/sysprobe/sysprobe.yaml
  - name: NODE_NAME
    valueFrom:
      fieldRef:
        fieldPath: spec.nodeName
  {{- if .Values.exposed.enabled }}
  - name: SYSPROBE_LISTEN_HOST
    value: {{ .Values.config.listenHost | default "0.0.0.0" | quote }}
  - name: SYSPROBE_TOKEN_FILE
    value: /etc/sysprobe-token/{{ .Values.exposed.tokenSecret.key }}
  {{- end }}
  {{- if .Values.datadogNames }}
  - name: DD_SYSPROBE_SOCKET
    value: {{ include "sysprobe.socket" . }}
  - name: DD_HEALTH_PORT
    value: {{ int .Values.config.healthPort | quote }}
  {{- end }}
  {{- with .Values.agent.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
ports:
  - name: health
    containerPort: {{ int .Values.config.healthPort }}
  {{- if .Values.exposed.enabled }}
  - name: http
    containerPort: {{ include "sysprobe.port" . }}
  {{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65534
  runAsGroup: 65534
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
resources:
  {{- toYaml .Values.agent.resources | nindent 2 }}
startupProbe:
  httpGet:
    path: /health
    port: health
  periodSeconds: 2
  failureThreshold: 30
livenessProbe:
  httpGet:
    path: /health
    port: health
  periodSeconds: 20
  timeoutSeconds: 5
readinessProbe:
  httpGet:
    path: /ready
    port: health
  periodSeconds: 5
  timeoutSeconds: 5
volumeMounts:
  # connect(2) works on a read-only mount, and nothing else is wanted of it.
  - name: socket
    mountPath: {{ include "sysprobe.socket" . | dir }}
    readOnly: true
  - name: configuration
    mountPath: /etc/sysprobe
    readOnly: true
  # In this container alone: the probe holds no credential of Kubernetes.
  - name: credential
    mountPath: /var/run/secrets/kubernetes.io/serviceaccount
    readOnly: true
  {{- if .Values.exposed.enabled }}
  - name: token
    mountPath: /etc/sysprobe-token
    readOnly: true
  {{- end }}
  {{- with .Values.agent.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
