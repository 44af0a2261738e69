{{/* Names and labels. Most take a list of the root and a service: frontend, management or consumers. */}}

{{- define "iris.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "iris.name" -}}
{{- $root := index . 0 -}}
{{- printf "%s-%s" (include "iris.fullname" $root) (index . 1) -}}
{{- end -}}

{{- define "iris.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: iris
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "iris.labels" -}}
{{- $root := index . 0 -}}
{{ include "iris.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end -}}

{{- define "iris.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "iris.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{- define "iris.kafkaBrokers" -}}
{{- if .Values.trial.enabled -}}
{{- printf "%s:9092" (include "iris.name" (list . "kafka")) -}}
{{- else -}}
{{- required "kafka.brokers: host:port of your Kafka, or trial.enabled=true" .Values.kafka.brokers -}}
{{- end -}}
{{- end -}}

{{- define "iris.zookeeper" -}}
{{- if .Values.trial.enabled -}}
{{- printf "%s:2181" (include "iris.name" (list . "zookeeper")) -}}
{{- else -}}
{{- required "zookeeper.connection: host:port of your ZooKeeper, or trial.enabled=true" .Values.zookeeper.connection -}}
{{- end -}}
{{- end -}}

{{/* The variable of a configuration key, as the services derive it. */}}
{{- define "iris.variable" -}}
IRIS_{{ regexReplaceAll "([a-z0-9])([A-Z])" . "${1}_${2}" | replace "." "_" | replace "-" "_" | upper }}
{{- end -}}

{{- define "iris.port" -}}
{{- get (dict "frontend" "8080" "management" "8090" "consumers" "8000") . -}}
{{- end -}}

{{/* The port of a frontend for TLS, where it has one beside the plain one. */}}
{{- define "iris.tlsPort" -}}
{{- $settings := fromYaml (include "iris.settings" .) -}}
{{- if eq (toString (get $settings "frontend.ssl.enabled")) "true" -}}
{{- get $settings "frontend.ssl.port" | default 8443 | int64 -}}
{{- end -}}
{{- end -}}

{{/* What the port called http speaks: that of management has only TLS where it has a certificate. */}}
{{- define "iris.scheme" -}}
{{- $settings := fromYaml (include "iris.settings" .) -}}
{{- ternary "https" "http" (ne (get $settings "management.ssl.certFile" | default "") "") -}}
{{- end -}}

{{/* What an ingress leads to, by service and type of path: of what is below /status only health. */}}
{{- define "iris.publishedPaths" -}}
{{- $health := "/status/health /status/ready" -}}
{{- $management := join " " (list
  "/topics /subscriptions /groups /filters /oauth /keys /secrets /roles /owners /mode"
  "/query /search /stats /unhealthy /inactive-topics /audit /consistency /readiness /workload-constraints"
  "/offline-retransmission /overview /listing /processes /checkup /history /graph /inbox"
  "/ui /assets /favicon.svg /console /dashboards /tracking-urls /docs /openapi.json /asyncapi.json") -}}
{{- $frontend := dict "Exact" $health "Prefix" "/topics" -}}
{{- get (get (dict "frontend" $frontend "management" (dict "Exact" (printf "/ %s" $health) "Prefix" $management)) (index . 0)) (index . 1) -}}
{{- end -}}

{{/*
Lag that one more process can work off: behind an endpoint that is down it cannot. Nothing, and not 0, while the
processes are not scraped.
*/}}
{{- define "iris.lagQuery" -}}
{{- $pods := printf "namespace=%q,pod=~%q" .Release.Namespace (printf "%s-.*" (include "iris.name" (list . "consumers"))) -}}
{{- $default := printf "sum(hermes_consumers_subscription_lag_messages{%s} unless on (pod, group, topic, subscription) (hermes_consumers_subscription_circuit_state{%s} > 0)) or 0 * sum(hermes_consumers_ready{%s})" $pods $pods $pods -}}
{{- .Values.consumers.autoscaling.query | default $default -}}
{{- end -}}
