import { describe, expect, it } from 'vitest'
import * as names from '@iris/common/metrics/names'
import { generatedDocuments } from './documents.js'

const documents = generatedDocuments()

describe('the page of metrics', () => {
  const page = documents['docs/operating/metrics.md'] ?? ''
  const section = (service: string): string =>
    page.split(/^## /m).find(each => each.startsWith(service)) ?? ''
  const { frontendMetrics, consumersMetrics, managementMetrics } = names
  const { schemaMetrics, traceMetrics, processMetrics } = names

  it.each([
    ['frontend', [frontendMetrics, schemaMetrics, traceMetrics, processMetrics]],
    ['consumers', [consumersMetrics, schemaMetrics, traceMetrics, processMetrics]],
    ['management', [managementMetrics, processMetrics]],
  ] as const)('names every metric of %s once', (service, tables) => {
    const rows = [...section(service).matchAll(/^\| `(\w+)` \|/gm)].map(match => match[1])
    const declared = tables
      .flatMap(table => Object.values<names.MetricDefinition>(table))
      .map(each => `hermes_${service}_${each.name}`)

    expect(rows).toEqual(declared)
    expect(new Set(rows).size).toBe(rows.length)
  })

  it('knows every table that is declared', () => {
    const tables = Object.keys(names).filter(name => name.endsWith('Metrics'))

    expect(tables.sort()).toEqual(
      ['frontendMetrics', 'consumersMetrics', 'managementMetrics', 'schemaMetrics', 'traceMetrics']
        .concat('processMetrics')
        .sort(),
    )
  })
})
