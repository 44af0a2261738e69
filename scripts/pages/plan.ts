// pure
/**
 * What becomes of each command of a page.
 * Takes a page. Gives its commands, in order, each with the one thing that holds it: it is run, its words are
 * checked, or a note above its block says why it is not run or which test holds it; and findings for all
 * others. Promises: no command is passed over.
 */
import type { Finding } from '../tidy/source.js'
import type { Block, Note, Page } from './page.js'
import { commandsOf, type Call, type Command } from './shell.js'

/**
 * What holds a command: `run` against the services of a test; `words`, looked up in what is declared; `test`,
 * a test that is named; `reason`, a sentence on why nothing does.
 */
export type Holder =
  | { readonly kind: 'run' | 'words' }
  | { readonly kind: 'test' | 'reason'; readonly text: string }

/** One command with what its block says of it. */
export interface Step {
  readonly path: string
  /** In its page. */
  readonly line: number
  readonly command: Command
  readonly holder: Holder
  /** What must be there before it: `topic demo.orders`. */
  readonly needs: readonly string[]
  /** The HTTP statuses that are expected of its curls, one each; empty for 2xx. */
  readonly statuses: readonly number[]
  /** It does not end by itself: it is ended when it has printed this. */
  readonly until: string | null
  /** Members of its answer that later commands name: variable and member. */
  readonly keeps: readonly (readonly [variable: string, member: string])[]
  /** What the page shows as its answer; null where it shows none. */
  readonly answer: Block | null
}

export interface PagePlan {
  readonly path: string
  readonly steps: readonly Step[]
  readonly findings: readonly Finding[]
}

/** Languages of blocks without commands. */
const languages = [
  '',
  'json',
  'http',
  'text',
  'js',
  'ts',
  'sql',
  'yaml',
  'python',
  'java',
  'go',
  'promql',
  'mermaid',
]
/** Languages of what a command prints. */
const answerLanguages = ['json', 'http', 'text']
/** Run by a shell: they change nothing outside the folder of the test. */
const runnable = 'curl jq echo printf export grep head sleep openssl sha256sum tr base64'.split(' ')
/** Looked up by `known-words.ts`. */
export const checkable = ['npm', 'npx', 'iris', 'docker', 'helm', 'kubectl']
const noteKinds = ['run', 'needs', 'status', 'until', 'keep', 'not run', 'held by', 'same as', 'answer']
/** The addresses of the local stack, and what a page calls them. */
const local = /^(https?:\/\/)?(127\.0\.0\.1|localhost):(8080|8090|8070|8000)(\/|$)|^"?\$/

/** Makes the plan of one page. */
export function planOf(page: Page): PagePlan {
  const { path } = page
  const findings: Finding[] = page.stray
    .filter(({ kind }) => noteKinds.includes(kind))
    .map(({ kind, line }) => ({
      path,
      line,
      problem: `the note ${kind} stands above no block`,
      fix: 'move it',
    }))
  const steps = page.blocks.flatMap((block, index) => {
    const finding = (problem: string, fix: string, line = block.line): void =>
      void findings.push({ path, line, problem, fix })
    for (const { kind, line } of block.notes) {
      if (!noteKinds.includes(kind)) finding(`there is no note ${kind}`, noteKinds.join(', '), line)
    }
    if (block.language === 'sh') return stepsOf(page, index, finding)
    if (!languages.includes(block.language)) finding(`no check knows ${block.language}`, languages.join(', '))
    if (/^\s*```/m.test(block.text)) finding('a fence inside a block', 'close the one before')
    const command = block.text.split('\n').find(isCommand)
    if (command !== undefined)
      finding(
        `a command in a block that is not sh: ${command.trim()}`,
        'mark it sh, and its answer json, http or text',
      )
    return []
  })
  return { path, steps, findings }
}

/** Whether a line begins like one that is typed. */
function isCommand(line: string): boolean {
  const [first = ''] = /^\S+/.exec(line.trim()) ?? []
  return first === '$' || runnable.includes(first) || checkable.includes(first)
}

type Find = (problem: string, fix: string, line?: number) => void

function stepsOf({ path, blocks }: Page, index: number, finding: Find): readonly Step[] {
  const block = blocks[index]
  const next = blocks[index + 1]
  if (block === undefined) return []
  const commands = commandsOf(block.text)
  const texts = (kind: string): readonly string[] =>
    block.notes.filter(each => each.kind === kind).map(textOf)
  if (next?.follows === true && next.language === '')
    finding(
      'a block behind commands does not say what it is',
      'json, http, text or another language',
      next.line,
    )
  const isAnswered =
    next !== undefined && answerLanguages.includes(next.language) && (next.follows || isAnswer(next))
  let statuses = texts('status').flatMap(text => text.split(/[ ,]+/).map(Number))
  return commands.map((command, place): Step => {
    const isLast = place === commands.length - 1
    const line = block.line + 1 + command.line
    const curls = command.calls.filter(([program]) => program === 'curl').length
    const own = statuses.slice(0, curls)
    statuses = statuses.slice(curls)
    return {
      ...{ path, line, command, holder: holderOf(block, command, problem => finding(problem, hint, line)) },
      needs: place === 0 ? texts('needs').flatMap(text => text.split(/; */)) : [],
      statuses: own,
      until: isLast ? (texts('until')[0] ?? null) : null,
      keeps: isLast ? texts('keep').flatMap(keepsOf) : [],
      answer: isLast && isAnswered ? next : null,
    }
  })
}

const textOf = ({ text }: Note): string => text
const isAnswer = ({ notes }: Block): boolean => notes.some(({ kind }) => kind === 'answer')
const hint =
  'put it in a block of its own, or say above the block <!-- not run: why --> or <!-- held by: a test -->'

/** `KEY = key, ID = items.0.id`. */
function keepsOf(text: string): readonly (readonly [string, string])[] {
  return text.split(/, */).map(each => {
    const [variable = '', member = ''] = each.split(/ *= */)
    return [variable, member]
  })
}

function holderOf(block: Block, { calls }: Command, finding: (problem: string) => void): Holder {
  const noted = (kind: string): string | undefined => block.notes.find(each => each.kind === kind)?.text
  const test = noted('held by')
  if (test !== undefined) return { kind: 'test', text: test }
  const programs = calls.map(([program = '']) => program)
  if (block.notes.some(({ kind }) => kind === 'run') && calls.every(isIris)) return { kind: 'run' }
  if (programs.length > 0 && programs.every(program => checkable.includes(program))) return { kind: 'words' }
  const reason = noted('not run')
  if (reason !== undefined) return { kind: 'reason', text: reason }
  const unknown = programs.find(program => !runnable.includes(program))
  if (unknown !== undefined) finding(`no check knows ${unknown}`)
  const elsewhere = calls.map(foreignAddress).find(address => address !== undefined)
  if (elsewhere !== undefined) finding(`${elsewhere} is no address of the local stack`)
  return { kind: 'run' }
}

/** The `iris` command of this repository, which a note `run` lets the test type too. */
function isIris([program, ...words]: Call): boolean {
  return program === 'iris' || [program, ...words.slice(0, 3)].join(' ') === 'npm run iris --'
}

/** Where a curl goes, when that is not the local stack. */
function foreignAddress(call: Call): string | undefined {
  if (call[0] !== 'curl') return undefined
  return call
    .slice(1)
    .find(word => /^(https?:\/\/|localhost:|\d+\.\d+\.\d+\.\d+)/.test(word) && !local.test(word))
}
