/**
 * What kwok pretends: machines that are well, and pods that become ready two seconds after they were bound
 * and are gone a second after they were told to go. Gives its configuration.
 */
interface Requirement {
  readonly key: string
  readonly operator: 'Exists' | 'DoesNotExist' | 'In' | 'NotIn'
  readonly values?: readonly string[]
}

interface Stage {
  readonly kind: 'Node' | 'Pod'
  readonly when: readonly Requirement[]
  readonly afterMs: number
  readonly next: object
}

const isTold: Requirement = { key: '.metadata.deletionTimestamp', operator: 'Exists' }
const readyCondition = '.status.conditions.[] | select( .type == "Ready" ) | .status'
const notReady: Requirement = { key: readyCondition, operator: 'NotIn', values: ['True'] }

const stages: Readonly<Record<string, Stage>> = {
  'node-ready': {
    kind: 'Node',
    when: [notReady],
    afterMs: 0,
    next: {
      statusTemplate: [
        '{{ $now := Now }}',
        'conditions:',
        '{{ range NodeConditions }}',
        '- { type: {{ .type }}, status: "{{ .status }}", reason: {{ .reason }}, message: "{{ .message }}",',
        '    lastHeartbeatTime: {{ $now | Quote }}, lastTransitionTime: {{ $now | Quote }} }',
        '{{ end }}',
      ].join('\n'),
    },
  },
  'pod-ready': {
    kind: 'Pod',
    when: [{ ...isTold, operator: 'DoesNotExist' }, notReady],
    afterMs: 2000,
    next: {
      statusTemplate: [
        '{{ $now := Now }}',
        'phase: Running',
        'startTime: {{ $now | Quote }}',
        'conditions:',
        '{{ range $type := list "Initialized" "ContainersReady" "Ready" }}',
        '- { type: {{ $type }}, status: "True", lastTransitionTime: {{ $now | Quote }} }',
        '{{ end }}',
      ].join('\n'),
    },
  },
  'pod-gone': { kind: 'Pod', when: [isTold], afterMs: 1000, next: { delete: true } },
}

/** The file for `kwok --config`: JSON documents, one below the other. */
export const pretence = Object.entries(stages)
  .map(([name, { kind, when, afterMs, next }]) =>
    JSON.stringify({
      apiVersion: 'kwok.x-k8s.io/v1alpha1',
      kind: 'Stage',
      metadata: { name },
      spec: {
        resourceRef: { apiGroup: 'v1', kind },
        selector: { matchExpressions: when },
        delay: { durationMilliseconds: afterMs },
        next,
      },
    }),
  )
  .join('\n---\n')
