// pure
/**
 * Lines for a terminal, as far as a check must understand them.
 * Takes the text of a block. Gives its commands, each with its line and the programs that it calls with their
 * words. Promises: a command ends where a shell would see its end: quotes, here documents, `\` at the end of
 * a line and `for … done` hold it together.
 */

/** One call of a program: its name and its words, without quotes. */
export type Call = readonly string[]

/** What is typed at once. */
export interface Command {
  readonly text: string
  /** Counted from the first line of the block, which is 0. */
  readonly line: number
  readonly calls: readonly Call[]
}

/** All commands of a text. */
export function commandsOf(text: string): readonly Command[] {
  const lines = text.split('\n')
  const commands: Command[] = []
  for (let line = 0; line < lines.length; ) {
    const count = linesOfCommand(lines.slice(line))
    const command = lines.slice(line, line + count).join('\n')
    if (!/^\s*(#|$)/.test(command)) commands.push({ text: command, line, calls: callsOf(command) })
    line += count
  }
  return commands
}

/** How many of these lines the first command takes; all, where it does not end. */
function linesOfCommand(lines: readonly string[]): number {
  for (let count = 1; count < lines.length; count++) {
    if (isWhole(lines.slice(0, count).join('\n'))) return count
  }
  return lines.length
}

function isWhole(text: string): boolean {
  const document = /<<-?\s*(['"]?)(\w+)\1/.exec(text)?.[2]
  if (document !== undefined) return new RegExp(`^\\s*${document}$`, 'm').test(text)
  const { tokens, isOpen } = tokensOf(text)
  if (isOpen || /\\$/.test(text)) return false
  const words = tokens.map(token => (token.isOperator ? '' : token.text))
  const count = (...wanted: readonly string[]): number => words.filter(word => wanted.includes(word)).length
  return count('do') === count('done') && count('if') === count('fi')
}

interface Token {
  readonly text: string
  /** Whether it parts commands: `&&`, `|`, `;`, a new line. */
  readonly isOperator: boolean
}

const token =
  /\\\n|[ \t]+|(?<comment>(?<![^\s;])#[^\n]*)|(?<operator>&&|\|\|?|;|\n|&)|(?<word>(?:'[^']*'|"(?:\\.|[^"\\])*"|\$\((?:[^()]|\([^()]*\))*\)|\\.|[^\s|;&'"\\])+)/gsy

function tokensOf(text: string): { tokens: readonly Token[]; isOpen: boolean } {
  const tokens: Token[] = []
  token.lastIndex = 0
  let end = 0
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    end = token.lastIndex
    const { operator, word } = found.groups ?? {}
    if (operator !== undefined) tokens.push({ text: operator, isOperator: true })
    if (word !== undefined) tokens.push({ text: word, isOperator: false })
  }
  return { tokens, isOpen: end < text.replace(/\\$/, '').length }
}

const keywords = new Set(['do', 'done', 'then', 'fi', 'else', 'if', 'while', 'time'])

function callsOf(text: string): readonly Call[] {
  const lines = text.split('\n')
  const own = /<</.test(text) ? (lines[0] ?? '') : text
  const calls: string[][] = [[]]
  for (const { text: word, isOperator } of tokensOf(own).tokens) {
    if (isOperator) calls.push([])
    else calls.at(-1)?.push(word)
  }
  return calls.map(withoutAssignments).filter(call => call.length > 0)
}

/** `A=b program words`: the program is what counts; `for a in b` calls nothing. */
function withoutAssignments(words: readonly string[]): Call {
  const first = words.findIndex(word => !keywords.has(word) && !/^\w+=/.test(word))
  const call = first < 0 ? [] : words.slice(first)
  if (call[0] === 'for') return []
  return call.filter((word, at) => !isRedirect(word, call[at - 1])).map(withoutQuotes)
}

/** `2>/dev/null`, or `< file` in two words. */
function isRedirect(word: string, before = ''): boolean {
  return /^\d?[<>]/.test(word) || /^\d?[<>]+$/.test(before)
}

function withoutQuotes(word: string): string {
  return word.replaceAll(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs, (_all, single, double, escaped) => {
    return String(single ?? (double as string | undefined)?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped)
  })
}
