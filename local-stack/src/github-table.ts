// pure
/**
 * The account of a GitHub run as a table.
 * Takes the account. Gives text for the terminal.
 */
import { isComplete, type GithubAccount } from './github-run.js'

const columns = [
  '',
  'messages',
  'byte-identical',
  'refused once',
  'repeated',
  'unknown',
  'last after',
] as const
const complete = 'Every message reached every subscription byte for byte, once.'
const incomplete = 'NOT COMPLETE: see the table.'
const widths = [12, 10, 16, 14, 10, 10, 12] as const

/** The table and its verdict, with a line end at its end. */
export function githubTable(account: GithubAccount): string {
  const rate = Math.round((account.published * 1000) / account.publishMs)
  const again =
    account.publishedAgain === 0 ? '' : `, ${account.publishedAgain} attempts made again after 503`
  const megabytes = (account.publishedBytes / 1_000_000).toFixed(1)
  const rows = account.subscriptions.map(each =>
    row([
      each.name,
      each.delivered,
      each.identical,
      each.refused,
      each.repeated,
      each.unknown,
      seconds(each.lastAfterMs),
    ]),
  )
  return `
${account.published} messages (${megabytes} MB) to ${account.families} topics: ${rate} a second${again}

${row(columns)}
${row(['published', account.published, '', '', '', '', seconds(account.publishMs)])}
${rows.join('\n')}

${isComplete(account) ? complete : incomplete}
`
}

function row(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, index) => {
      const width = widths[index] ?? 0
      return index === 0 ? String(cell).padEnd(width) : String(cell).padStart(width)
    })
    .join('')
    .trimEnd()
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
