/**
 * Sizes: files, functions, parameters, lines.
 * Takes the sources. Gives a finding for each that is over its limit.
 */
import type { Finding, SourceFile } from './source.js'

const fileLinesMax = 400
/** A table of cases may be longer than what it tests. */
const testLinesMax = 500
const medianLinesMax = 90
const functionLinesMax = 60
const parametersMax = 4
/**
 * A record of the hot path takes its fields by position: an object a message would cost more than it
 * explains.
 */
const constructorParametersMax = 7
const lineColumnsMax = 110

/** A long sentence in quotes, or a long expression, has no place to break. */
const unbreakable = /(['"`]).{60,}\1|\/\S{60,}\//

export function checkSizes(sources: readonly SourceFile[]): Finding[] {
  return [...sources.flatMap(checkFile), ...checkMedian(sources)]
}

function checkFile(source: SourceFile): Finding[] {
  const findings: Finding[] = []
  const add = (line: number, problem: string, fix: string): void =>
    void findings.push({ path: source.path, line, problem, fix })

  const linesMax = source.isTest ? testLinesMax : fileLinesMax
  if (source.lines.length > linesMax) {
    add(1, `${source.lines.length} lines, at most ${linesMax}`, 'split it by noun')
  }
  source.lines.forEach((line, index) => {
    if (line.length > lineColumnsMax && !unbreakable.test(line)) {
      add(index + 1, `${line.length} columns, at most ${lineColumnsMax}`, 'break the line')
    }
  })
  if (source.isTest) return findings
  for (const each of source.functions) {
    if (each.lines > functionLinesMax && !isFactory(source, each.line)) {
      add(
        each.line,
        `${each.name} has ${each.lines} lines, at most ${functionLinesMax}`,
        'name its parts as functions',
      )
    }
    if (each.parameters > (each.name === 'constructor' ? constructorParametersMax : parametersMax)) {
      add(each.line, `${each.name} takes ${each.parameters} parameters`, 'gather options into one object')
    }
  }
  return findings
}

/**
 * A `createX` that closes over state is this project's class: its inner functions are measured one by one.
 */
function isFactory(source: SourceFile, line: number): boolean {
  return /function (create|start)[A-Z]/.test(source.lines[line - 1] ?? '')
}

function checkMedian(sources: readonly SourceFile[]): Finding[] {
  const counts = sources.filter(each => !each.isTest).map(each => each.lines.length)
  const median = counts.sort((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0
  if (median <= medianLinesMax) return []
  const problem = `the median file has ${median} lines, at most ${medianLinesMax}`
  return [{ path: '.', line: 1, problem, fix: 'split the files that hold two things' }]
}
