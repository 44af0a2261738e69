{{/* The settings file of a service: what the chart knows, then what values say. */}}
{{- define "iris.settings" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- $values := get $root.Values $service -}}
{{- $frontendUrl := printf "http://%s:8080" (include "iris.name" (list $root "frontend")) -}}
{{- $known := dict -}}
{{- if eq $service "frontend" -}}
{{- /* Until then the pod is out of every balancer. */ -}}
{{- $_ := set $known "frontend.server.gracefulShutdownInitialWait" 8000 -}}
{{- if $values.spool.enabled -}}
{{- $_ := set $known "frontend.spool.directory" "/var/lib/iris/spool" -}}
{{- end -}}
{{- else -}}
{{- $_ := set $known "delivery.allowedNetworks" $root.Values.delivery.allowedNetworks -}}
{{- end -}}
{{- if eq $service "management" -}}
{{- $_ := set $known "management.api.frontendUrl" $frontendUrl -}}
{{- $_ := set $known "management.topic.replicationFactor" (ternary 1 3 $root.Values.trial.enabled) -}}
{{- if $values.adminKeySecret.name -}}
{{- $_ := set $known "management.auth.mode" "guarded" -}}
{{- $_ := set $known "management.auth.adminKeyFile" "/etc/iris-admin/key" -}}
{{- else if not $values.open -}}
{{- fail "management.adminKeySecret.name: the secret with the first key, or management.open=true where nobody is to be asked" -}}
{{- end -}}
{{- end -}}
{{- if eq $service "consumers" -}}
{{- $_ := set $known "consumer.forwarding.frontends" (list $frontendUrl) -}}
{{- end -}}
{{- mergeOverwrite $known (deepCopy $root.Values.settings) (deepCopy $values.settings) | toYaml -}}
{{- end -}}
