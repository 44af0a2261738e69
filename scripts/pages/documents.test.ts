/** The documents of this repository: no link leads nowhere, no command is left to rot. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { allCommands } from '@iris/cli/commands/all'
import { parseWords, splitWords } from '@iris/cli/words/parse'
import { contracts, frontendContracts } from '@iris/management-service/http/contract/contracts'
import { problemOfCall, type Declared } from './known-words.js'
import { checkLinks } from './links.js'
import { checkable, planOf } from './plan.js'
import { readDeclared, readFiles, readPages } from './repository.js'
import { checkRoutes } from './routes.js'
import { commandsOf, type Call } from './shell.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const files = readFiles(root)
const pages = readPages(root, files)
const plans = pages.map(planOf)
const declared: Declared = { ...readDeclared(root, files), irisProblem }

/** What `iris` answers without a command that declares it. */
const undeclared = ['', 'help', 'version']

function irisProblem(words: readonly string[]): string | null {
  const { command, words: own } = splitWords(words, allCommands)
  if (command === null) return irisNameProblem(words)
  try {
    parseWords(command, own)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** A sentence names a command, often without what follows it. */
function irisNameProblem(words: readonly string[]): string | null {
  const { command, name } = splitWords(words, allCommands)
  return command === null && !undeclared.includes(name) ? `iris has no command ${name}` : null
}

const told = ({ path, line, problem }: { path: string; line: number; problem: string }): string =>
  `${path}:${line} ${problem}`

it('has no link and names no file that is not there', () => {
  expect(pages.length).toBeGreaterThan(50)
  expect(checkLinks(pages, files).map(told)).toEqual([])
})

it('names no call that no service answers', () => {
  /** Of consumers and frontends, of the example of the chat, and of schema registries. */
  const others = [
    ...['GET /status/subscriptions', 'GET /status/publishers/:topic'],
    ...['POST /chat/send', 'DELETE /subjects/:subject/versions'],
  ]
  const routes = [...frontendContracts, ...contracts].flatMap(each => Object.keys(each.routes))

  expect(checkRoutes(pages, [...routes, ...others]).map(told)).toEqual([])
})

it('has no command that nothing holds', () => {
  expect(plans.flatMap(({ findings }) => findings).map(told)).toEqual([])
})

/** Calls of programs whose words are declared: in blocks, and in sentences that name a command. */
function declaredCalls(): { path: string; line: number; call: Call; isSentence: boolean }[] {
  const inBlocks = plans.flatMap(({ steps }) =>
    steps.map(({ path, line, command }) => ({ path, line, calls: command.calls, isSentence: false })),
  )
  const inSentences = pages.flatMap(({ path, words }) =>
    words
      .filter(({ text }) => /^(npm|npx|iris|docker compose) [a-z]/.test(text) && !/…|[A-Z]{3,}$/.test(text))
      .map(({ text, line }) => {
        const calls = commandsOf(text).flatMap(each => each.calls)
        return { path, line, calls, isSentence: true }
      }),
  )
  return [...inBlocks, ...inSentences].flatMap(({ calls, ...place }) =>
    calls.filter(([program = '']) => checkable.includes(program)).map(call => ({ ...place, call })),
  )
}

it('has no command whose words are not declared', () => {
  const problems = declaredCalls().flatMap(({ path, line, call, isSentence }) => {
    const problem = problemOfCall(call, isSentence ? { ...declared, irisProblem: irisNameProblem } : declared)
    return problem === null ? [] : [{ path, line, problem: `${problem}: ${call.join(' ')}` }]
  })

  expect(problems.map(told)).toEqual([])
})

it('names only tests that are there', () => {
  const named = plans.flatMap(({ steps }) =>
    steps.flatMap(({ path, line, holder }) =>
      holder.kind === 'test' ? [{ path, line, problem: holder.text }] : [],
    ),
  )

  expect(named.filter(({ problem }) => !declared.paths.has(problem)).map(told)).toEqual([])
})

it('shows programs as they are in the files that are tested', () => {
  const shown = pages.flatMap(({ path, blocks }) =>
    blocks.flatMap(({ text, line, notes }) =>
      notes.filter(({ kind }) => kind === 'same as').map(note => ({ path, line, text, file: note.text })),
    ),
  )
  const different = shown.filter(({ file, text }) => readFileSync(root + file, 'utf8') !== `${text}\n`)

  expect(shown.length).toBeGreaterThan(3)
  expect(different.map(({ path, line, file }) => `${path}:${line} is not ${file}`)).toEqual([])
})
