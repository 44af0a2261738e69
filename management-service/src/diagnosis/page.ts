// pure
/**
 * A diagnosis as a page of text, for a terminal.
 */
import type { Diagnosis } from './diagnose.js'
import { countText } from './words.js'

const width = 100

/** The page; lines end in a line feed. */
export function pageOf({ subscription, state, lag, findings }: Diagnosis): string {
  const waiting = lag === null ? 'lag unknown' : `${countText(lag, 'message')} waiting`
  const parts = findings.map(({ severity, cause, text, next }, index) =>
    [`${index + 1}. ${severity} ${cause}`, ...wrapped(text), ...wrapped(`Next: ${next}`)].join('\n'),
  )
  return `${[`${subscription}: ${state}, ${waiting}`, ...parts].join('\n\n')}\n`
}

function wrapped(text: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width - 3) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map(each => `   ${each}`)
}
