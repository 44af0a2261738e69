import { describe, expect, it } from 'vitest'
import * as names from '@iris/common/metrics/names'
import { contracts, frontendContracts } from '@iris/management-service/http/contract/contracts'
import { generatedDocuments } from './documents.js'

const documents = generatedDocuments()

describe('the page of metrics', () => {
  const page = documents['docs/operating/metrics.md'] ?? ''
  const section = (service: string): string =>
    page.split(/^## /m).find(each => each.startsWith(service)) ?? ''
  const { frontendMetrics, consumersMetrics, managementMetrics } = names
  const { schemaMetrics, traceMetrics, tracingMetrics, processMetrics } = names

  it.each([
    ['frontend', [frontendMetrics, schemaMetrics, traceMetrics, tracingMetrics, processMetrics]],
    ['consumers', [consumersMetrics, schemaMetrics, traceMetrics, tracingMetrics, processMetrics]],
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
        .concat('tracingMetrics', 'processMetrics')
        .sort(),
    )
  })
})

describe('the reference of the REST API', () => {
  it('has each route once in its index, and on a page', () => {
    const index = documents['docs/reference/rest/README.md'] ?? ''
    const listed = [...index.matchAll(/^\| \[`(\w+ [^`]+)`\]\(([^#]+)#/gm)]
    const keys = [...frontendContracts, ...contracts].flatMap(({ routes }) => Object.keys(routes))

    expect(listed.map(([, key]) => key).sort()).toEqual(
      keys.map(key => key.replaceAll(/[:*](\w+)/g, '{$1}')).sort(),
    )
    for (const [, key = '', page = ''] of listed)
      expect(documents[`docs/reference/rest/${page}`]).toContain(`\n## \`${key}\`\n`)
  })
})
