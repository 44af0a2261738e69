// pure
/**
 * The findings in plain words, or as JSON.
 * Takes what was understood and found. Gives the text and the exit code.
 * Bound: at most `shownMax` findings of a kind are written out in words; the JSON has them all.
 */
import type { Finding, Severity, Understood } from './finding.js'

export interface Report {
  readonly root: string
  readonly kafka: string | null
  readonly understood: Understood
  readonly findings: readonly Finding[]
}

/** Findings of one kind that are written out. */
export const shownMax = 20

const titles: Readonly<Record<Severity, string>> = {
  attention: 'Needs attention',
  change: 'Changes',
  ignored: 'Stays as it is, without effect',
}

/** 0: nothing needs attention; 1: something does. */
export function exitCodeOf({ findings }: Report): 0 | 1 {
  return findings.some(({ severity }) => severity === 'attention') ? 1 : 0
}

/** For programs. */
export function reportJson(report: Report): string {
  return `${JSON.stringify({ ...report, isFine: exitCodeOf(report) === 0 }, null, 2)}\n`
}

/** For people. */
export function reportText(report: Report): string {
  const { groups, topics, subscriptions, oAuthProviders, constraints } = report.understood
  const lines = [
    `Read ${report.root} and wrote nothing.`,
    `Understood: ${groups} groups, ${topics} topics, ${subscriptions} subscriptions, ` +
      `${oAuthProviders} OAuth providers, ${constraints} workload constraints.`,
  ]
  if (report.kafka === null)
    lines.push('Kafka was not asked: give --kafka HOST:PORT to look at topics and groups.')
  for (const severity of Object.keys(titles) as Severity[]) {
    const found = report.findings.filter(each => each.severity === severity)
    if (found.length > 0) lines.push('', `${titles[severity]}:`, ...shown(found))
  }
  lines.push(
    '',
    exitCodeOf(report) === 0
      ? 'Nothing stands in the way of the take-over: docs/operating/take-over.md has the steps.'
      : 'Look at what needs attention first; docs/operating/take-over.md has the steps.',
  )
  return `${lines.join('\n')}\n`
}

function shown(found: readonly Finding[]): readonly string[] {
  const kinds = [...new Set(found.map(({ kind }) => kind))]
  return kinds.flatMap(kind => {
    const all = found.filter(each => each.kind === kind)
    const lines = all
      .slice(0, shownMax)
      .map(({ place, text, advice }) => `  - ${place}: ${text}.${advice === '' ? '' : ` ${advice}`}`)
    const rest = all.length - shownMax
    return rest > 0 ? [...lines, `  - and ${rest} more of this kind (--json has them all)`] : lines
  })
}
