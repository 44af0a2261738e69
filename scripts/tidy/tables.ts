/**
 * Tables hold each thing once: error codes, metric names, configuration keys, and what was generated from
 * them. Takes the tables and the generated documents. Gives a finding for each double or stale entry.
 */
import { readFileSync } from 'node:fs'
import {
  consumersMetrics,
  frontendMetrics,
  managementMetrics,
  schemaMetrics,
  processMetrics,
  traceMetrics,
} from '@iris/common/metrics/names'
import { generatedDocuments } from '../documents.js'
import type { Finding, SourceFile } from './source.js'

export function checkTables(root: string, sources: readonly SourceFile[]): Finding[] {
  return [...checkMetrics(), ...checkCodes(sources), ...checkDocuments(root)]
}

function checkMetrics(): Finding[] {
  const tables = [
    frontendMetrics,
    consumersMetrics,
    managementMetrics,
    schemaMetrics,
    traceMetrics,
    processMetrics,
  ]
  return tables.flatMap(table =>
    doubles(
      Object.values(table).map(each => each.name),
      'common/src/metrics/names.ts',
    ),
  )
}

/**
 * A code is written as a literal only through the table: `refusal('CODE', …)` is typed, so doubles are the
 * risk.
 */
function checkCodes(sources: readonly SourceFile[]): Finding[] {
  const table = sources.find(each => each.path === 'common/src/errors/codes.ts')
  const codes = [...(table?.text.matchAll(/^ {2}([A-Z_]+): \{/gm) ?? [])].map(match => match[1] ?? '')
  return doubles(codes, 'common/src/errors/codes.ts')
}

function doubles(names: readonly string[], path: string): Finding[] {
  const seen = new Set<string>()
  return names.flatMap(name => {
    const isDouble = seen.has(name)
    seen.add(name)
    return isDouble ? [{ path, line: 1, problem: `${name} is declared twice`, fix: 'keep one' }] : []
  })
}

function checkDocuments(root: string): Finding[] {
  return Object.entries(generatedDocuments()).flatMap(([path, text]) => {
    let written = ''
    try {
      written = readFileSync(`${root}/${path}`, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    return written === text
      ? []
      : [{ path, line: 1, problem: 'is not what the source says', fix: 'npm run docs' }]
  })
}
