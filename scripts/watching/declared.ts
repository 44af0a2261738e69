/**
 * Every series that Prometheus can get from an Iris process, by name.
 * Takes the declarations of metrics. Gives the labels of each name, those of summaries' parts included.
 */
import {
  consumersMetrics,
  frontendMetrics,
  managementMetrics,
  processMetrics,
  schemaMetrics,
  traceMetrics,
  tracingMetrics,
  type MetricDefinition,
} from '@iris/common/metrics/names'
import { createMetrics } from '@iris/common/metrics/registry'
import { wantedBy } from './promql.js'

type Declared = ReadonlyMap<string, readonly string[]>

/** What Prometheus adds to each series. */
const added = ['instance', 'job']

const services: Readonly<Record<string, readonly Readonly<Record<string, MetricDefinition>>[]>> = {
  frontend: [frontendMetrics, schemaMetrics, traceMetrics, tracingMetrics, processMetrics],
  consumers: [consumersMetrics, schemaMetrics, traceMetrics, tracingMetrics, processMetrics],
  management: [managementMetrics, processMetrics],
}

/** The labels of every series by its name. */
export async function declaredSeries(): Promise<Declared> {
  const all = new Map<string, readonly string[]>([
    ['up', added],
    ['ALERTS', ['alertname', 'alertstate', 'severity']],
  ])
  for (const [service, tables] of Object.entries(services)) {
    for (const { name, kind, labels } of tables.flatMap(table => Object.values(table))) {
      const full = `hermes_${service}_${name}`
      const known = [...labels, ...added]
      all.set(full, kind === 'summary' ? [...known, 'quantile'] : known)
      if (kind === 'summary') for (const part of ['_sum', '_count', '_max']) all.set(full + part, known)
    }
  }
  // What the library tells of the process itself.
  const ofProcess = ['version', 'space', 'kind', 'type', ...added]
  for (const [, name = '', kind] of (await createMetrics('').text()).matchAll(/^# TYPE (\w+) (\w+)/gm)) {
    all.set(name, ofProcess)
    if (kind === 'histogram') for (const part of ['_sum', '_count']) all.set(name + part, ofProcess)
  }
  return all
}

/** What is wrong with the names in an expression, a sentence each. */
export function nameProblems(expression: string, declared: Declared): string[] {
  const { metrics, groupedBy } = wantedBy(expression)
  const problems: string[] = []
  for (const { name, labels } of metrics) {
    const known = declared.get(name)
    if (known === undefined) problems.push(`${name} is not declared`)
    else
      for (const label of labels) if (!known.includes(label)) problems.push(`${name} has no label ${label}`)
  }
  const grouped = new Set(metrics.flatMap(({ name }) => declared.get(name) ?? []))
  for (const label of groupedBy) if (!grouped.has(label)) problems.push(`nothing in it has a label ${label}`)
  if (metrics.length === 0) problems.push('it names no metric')
  return problems
}
