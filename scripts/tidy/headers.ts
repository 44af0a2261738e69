/**
 * The contract header: what a file takes, gives, promises and refuses.
 * Takes the sources. Gives a finding for each file that opens without one, or with one that is too long.
 */
import type { Finding, SourceFile } from './source.js'

const headerLinesMax = 5

export function checkHeaders(sources: readonly SourceFile[]): Finding[] {
  return sources.filter(source => !source.path.endsWith('.test.ts')).flatMap(checkHeader)
}

function checkHeader(source: SourceFile): Finding[] {
  const first = source.lines.findIndex(line => line !== '// pure' && !line.startsWith('#!'))
  const finding = (problem: string): Finding[] => [
    { path: source.path, line: 1, problem, fix: 'open with what it takes, gives, promises and refuses' },
  ]
  if (source.lines[first]?.startsWith('/**') !== true) return finding('no contract header')
  const last = source.lines.findIndex((line, index) => index >= first && line.includes('*/'))
  const lines = last - first - 1
  return lines > headerLinesMax ? finding(`a header of ${lines} lines, at most ${headerLinesMax}`) : []
}
