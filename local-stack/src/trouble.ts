// pure
/**
 * What a terminal shows when Iris does not start, or ends by itself.
 * Takes the sentence that says why. Gives lines broken between words, and the command that helps on a line of
 * its own, to be copied.
 */
import type { Paint } from './paint.js'

const columnsMin = 40

/** The text with a line end at its end; `columns` is the terminal's width. */
export function troubleText(sentence: string, columns: number, paint: Paint): string {
  const [, why = sentence, command] = /^(.*:) (npm start -- .*)$/s.exec(sentence) ?? []
  const lines = wrapped(why, Math.max(columns, columnsMin))
  const help = command === undefined ? [] : [`  ${paint.address(command)}`]
  return [...lines, ...help].map(line => `${line}\n`).join('')
}

/** A word that is longer than the line stays whole. */
function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`
    if (lines.length > 0 && longer.length <= columns) lines.splice(-1, 1, longer)
    else lines.push(word)
  }
  return lines
}
