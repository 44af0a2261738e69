/**
 * What a line may not say: escapes from types, stray output, hidden clocks, nameless debts.
 * Takes the sources. Gives a finding for each.
 */
import type { Finding, SourceFile } from './source.js'

interface Rule {
  readonly pattern: RegExp
  readonly problem: string
  readonly fix: string
  /** Whether the rule holds for this path. */
  appliesTo(source: SourceFile): boolean
}

/** Doubles that only tests use are named so, and stand beside what they stand in for. */
const isDouble = (source: SourceFile): boolean => /\/(fake-|in-memory-|testing\/)/.test(source.path)
const isProduct = (source: SourceFile): boolean =>
  !source.isTest && !isDouble(source) && !source.path.startsWith('scripts/')
/** The receivers' library depends on nothing, so it has the time from a file of its own. */
const timeHomes = [
  'common/src/time/',
  'local-stack/',
  'management-service/console/src/time/',
  'receiver/src/system-time.ts',
]
const outsideTime = (source: SourceFile): boolean =>
  isProduct(source) && !timeHomes.some(home => source.path.startsWith(home))

const rules: readonly Rule[] = [
  {
    pattern: /:\s*any\b|<any>|as any\b/,
    problem: 'any',
    fix: 'name the type, or unknown',
    appliesTo: source => !source.path.startsWith('scripts/tidy/'),
  },
  {
    pattern: /^export default /,
    problem: 'a default export',
    fix: 'export it by name',
    appliesTo: source => !source.path.endsWith('.config.ts'),
  },
  { pattern: /\bconsole\./, problem: 'console', fix: 'log an event', appliesTo: isProduct },
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bset(Timeout|Interval)\(/,
    problem: 'a hidden clock or timer',
    fix: 'take a Clock or Scheduler of common/src/time',
    appliesTo: outsideTime,
  },
  {
    pattern: /\bTODO\b(?! #\d+)|\bFIXME\b|\bXXX\b/,
    problem: 'a debt without an issue',
    fix: 'write TODO #number, or do it',
    appliesTo: source => !source.path.startsWith('scripts/tidy/'),
  },
]

export function checkWords(sources: readonly SourceFile[]): Finding[] {
  return sources.flatMap(source =>
    rules.filter(rule => rule.appliesTo(source)).flatMap(rule => matches(source, rule)),
  )
}

function matches(source: SourceFile, rule: Rule): Finding[] {
  return source.lines.flatMap((text, index) => {
    const isComment = /^\s*(\*|\/\/|\/\*)/.test(text)
    const isFound = rule.pattern.test(text) && (!isComment || rule.problem.startsWith('a debt'))
    return isFound ? [{ path: source.path, line: index + 1, problem: rule.problem, fix: rule.fix }] : []
  })
}
