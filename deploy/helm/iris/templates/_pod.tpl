{{/* The template of the pods of a service. */}}
{{- define "iris.pod" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- $values := get $root.Values $service -}}
{{- $hasSpool := and (eq $service "frontend") $root.Values.frontend.spool.enabled -}}
{{- $hasAdminKey := and (eq $service "management") (ne $root.Values.management.adminKeySecret.name "") -}}
metadata:
  labels:
    {{- include "iris.labels" . | nindent 4 }}
  annotations:
    # New settings are read by new pods.
    checksum/settings: {{ include "iris.settings" . | sha256sum }}
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "iris.serviceAccount" $root }}
  automountServiceAccountToken: false
  # Kubernetes would add variables for each service. Of one named iris-… they begin with IRIS_, are no settings of
  # ours, and would stop the start.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    # Nobody's: all that a service writes is its spool.
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  # Pods of the version that is being replaced do not count: the new ones would come to lie where it was not.
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - topologyKey: {{ . }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      matchLabelKeys: [{{ ternary "controller-revision-hash" "pod-template-hash" $hasSpool }}]
      labelSelector:
        matchLabels:
          {{- include "iris.selector" (list $root $service) | nindent 10 }}
    {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ $service }}
      image: {{ printf "%s/%s:%s" $root.Values.image.repository $service ($root.Values.image.tag | default $root.Chart.AppVersion) }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [{{ $service }}-service/dist/main.js, --config, /etc/iris/settings.yaml]
      ports:
        - name: http
          containerPort: {{ include "iris.port" $service }}
        {{- with include "iris.tlsPort" . }}
        - name: https
          containerPort: {{ . }}
        {{- end }}
      env:
        {{- include "iris.environment" . | nindent 8 }}
      {{- include "iris.probes" . | nindent 6 }}
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      volumeMounts:
        - name: settings
          mountPath: /etc/iris
          readOnly: true
        {{- if $hasAdminKey }}
        - name: admin-key
          mountPath: /etc/iris-admin
          readOnly: true
        {{- end }}
        {{- if $hasSpool }}
        - name: spool
          mountPath: /var/lib/iris
        {{- end }}
        {{- with $values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: settings
      configMap:
        name: {{ include "iris.name" . }}
    {{- if $hasAdminKey }}
    - name: admin-key
      secret:
        secretName: {{ $root.Values.management.adminKeySecret.name }}
        items:
          - key: {{ $root.Values.management.adminKeySecret.key }}
            path: key
    {{- end }}
    {{- with $values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "iris.environment" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- $values := get $root.Values $service -}}
- name: KAFKA_BROKERS
  value: {{ include "iris.kafkaBrokers" $root | quote }}
- name: ZOOKEEPER
  value: {{ include "iris.zookeeper" $root | quote }}
- name: NODE_OPTIONS
  value: --max-old-space-size={{ $values.heapMiB }}
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
# Names of pods are not known to the DNS of the cluster: processes call each other by address.
{{- if eq $service "frontend" }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: IRIS_FRONTEND_SERVER_ADVERTISED_HOST
  value: $(POD_IP)
- name: IRIS_FRONTEND_SERVER_ID
  value: $(POD_NAME)
{{- end }}
{{- if eq $service "management" }}
- name: IRIS_MANAGEMENT_SERVER_ADVERTISED_HOST
  value: $(POD_IP)
{{- end }}
{{- if eq $service "consumers" }}
- name: IRIS_CONSUMER_SERVER_ADVERTISED_URL
  value: http://$(POD_IP):8000
{{- end }}
{{- range $key, $secret := $values.secretSettings }}
- name: {{ include "iris.variable" $key }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret.name }}
      key: {{ $secret.key }}
{{- end }}
{{- end -}}

{{- define "iris.probes" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- $hasSpool := and (eq $service "frontend") $root.Values.frontend.spool.enabled -}}
{{- $asked := printf "port: http%s" (ternary ", scheme: HTTPS" "" (eq (include "iris.scheme" .) "https")) -}}
# Two minutes for the tree to be read and a first broker to answer.
startupProbe:
  httpGet: { path: /status/health, {{ $asked }} }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 60
{{- if $hasSpool }}
# Health, and not readiness: with a spool messages are taken while Kafka has not been seen.
{{- end }}
readinessProbe:
  httpGet: { path: {{ ternary "/status/health" "/status/ready" $hasSpool }}, {{ $asked }} }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
# A process that says nothing for a minute is started again; what is only slow, is not.
livenessProbe:
  httpGet: { path: /status/ping, {{ $asked }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- if eq $service "management" }}
# It stops at once when told to; by then nobody is sent here any more.
lifecycle:
  preStop:
    exec:
      command: [sleep, '5']
{{- end }}
{{- end -}}
