/**
 * Promises are kept by tests that exist.
 * Takes docs/promises.md and the sources. Gives a finding for a test id that no test carries.
 * A test id is written in backquotes, `path/to/file.test.ts` or `path/to/file.test.ts: words of the claim`.
 */
import { readFileSync } from 'node:fs'
import type { Finding, SourceFile } from './source.js'

const document = 'docs/promises.md'

export function checkPromises(root: string, sources: readonly SourceFile[]): Finding[] {
  const tests = new Map(sources.filter(each => each.isTest).map(each => [each.path, each.text]))
  const lines = readFileSync(`${root}/${document}`, 'utf8').split('\n')
  const end = lines.findIndex(line => /^## not yet/i.test(line))
  return lines.slice(0, end < 0 ? lines.length : end).flatMap((text, index) => {
    const ids = [...text.matchAll(/`([^`]+\.test\.ts)(?:: ([^`]+))?`/g)]
    return ids.flatMap(([id, path = '', claim]) => {
      const test = tests.get(path)
      const isThere = test !== undefined && (claim === undefined || test.includes(claim))
      return isThere
        ? []
        : [{ path: document, line: index + 1, problem: `no such test ${id}`, fix: 'name the test' }]
    })
  })
}
