/**
 * The commands of a page, typed in their order, each held against what the page says of it.
 * Takes the steps of the page, its world and a terminal. Gives how many commands it ran.
 * Promises: the first command that does not do what the page says ends it, with what came instead.
 */
import { bodyOf, differenceOf } from '../../../scripts/pages/answers.js'
import type { Step } from '../../../scripts/pages/plan.js'
import { pause } from '../eventually.js'
import type { Terminal, Typed } from './terminal.js'
import type { PageWorld } from './world.js'

/** A service hears of a change a moment after its answer: until then it may be asked again. */
const settleMs = 45_000
const againMs = 250
/** Letters of an answer in a message. */
const shownMax = 2_000

/** Runs them. */
export async function runPage(steps: readonly Step[], world: PageWorld, terminal: Terminal): Promise<number> {
  let count = 0
  for (const step of steps) {
    for (const need of step.needs) await world.make(need)
    if (step.holder.kind !== 'run') continue
    await runStep(step, world, terminal)
    count++
  }
  return count
}

async function runStep(step: Step, world: PageWorld, terminal: Terminal): Promise<void> {
  const command = world.here(step.command.text)
  const until = performance.now() + settleMs
  for (;;) {
    const typed = await terminal.type(command, step.until)
    const problem = problemOf(step, typed)
    if (problem === null) return keep(step, typed, terminal)
    if (performance.now() >= until || !mayBeAskedAgain(step, typed))
      throw new Error(
        `${step.path}:${step.line} ${problem}\n${command}\n${typed.output.slice(0, shownMax)}\n${typed.problems}`,
      )
    await pause(againMs)
  }
}

/** What only reads, or was refused because a change is not everywhere yet. */
function mayBeAskedAgain({ command, statuses: wanted }: Step, { statuses }: Typed): boolean {
  const isReading = command.calls.every(words => !words.some(word => /^(-X|-d|--data.*|-T)$/.test(word)))
  const isEarly = statuses.some(status => [401, 403, 404, 409, 503].includes(status))
  return isReading || isEarly || wanted.some((status, index) => statuses[index] !== status)
}

function problemOf({ statuses, until, answer }: Step, typed: Typed): string | null {
  const wrong = typed.statuses.find((status, index) => {
    const wanted = statuses[index]
    return wanted === undefined ? status < 200 || status > 299 : status !== wanted
  })
  if (until !== null && !typed.output.includes(until)) return `never printed ${until}`
  if (wrong !== undefined && until === null) return `was answered ${wrong}`
  if (until === null && typed.code !== 0) return `ended with ${typed.code ?? 'its deadline'}`
  return answer === null ? null : differenceOf(answer.language, answer.text, typed.output)
}

function keep({ keeps, path, line }: Step, { output }: Typed, terminal: Terminal): void {
  for (const [variable, member] of keeps) {
    const value = memberOf(output, member)
    if (typeof value !== 'string') throw new Error(`${path}:${line} its answer has no ${member}: ${output}`)
    terminal.set(variable, value)
  }
}

/** `items.0.id` of JSON, or a header such as `Location`. */
function memberOf(output: string, member: string): unknown {
  const header = new RegExp(`^${member}: *(.*?)\\r?$`, 'im').exec(output)?.[1]
  if (header !== undefined && output.startsWith('HTTP/')) return header
  const body = JSON.parse(bodyOf(output)) as unknown
  return member.split('.').reduce((at, name) => (at as Record<string, unknown> | undefined)?.[name], body)
}
