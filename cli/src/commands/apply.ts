/**
 * `iris apply`: makes the installation have what the file says, a change after the other.
 * Promises: every step was held against management before the first is made; each is made of the version
 * that it was planned for; the first failure, and Ctrl-C between two changes, ends it with what is done and
 * what is not.
 */
import { exitCodes, type Command, type ExitCode, type Surroundings } from '../command.js'
import type { Step } from '../definitions/plan.js'
import { problemLine } from '../definitions/problem.js'
import { ManagementFailure, succeeded } from '../management/client.js'
import { callOf, refusedAs, StepRefused, stepWords } from '../management/rehearse.js'
import { planFile, problemOf } from './planned.js'
import { countLine, stepJson } from './shown.js'

/** How far it came. */
interface Progress {
  readonly done: readonly Step[]
  /** What was wrong; null where nothing was. */
  readonly failure: StepRefused | null
}

export const applyCommand: Command = {
  summary: 'make the installation have what the file says',
  async run(surroundings) {
    const { definitions, steps } = await planFile(surroundings)
    const { done, failure } = await makeAll(surroundings, steps)
    const notDone = steps.slice(done.length)
    const problem = failure === null ? null : problemLine(problemOf(definitions, failure))
    if (surroundings.options.isJson) {
      const error = failure === null ? null : { step: stepJson(failure.step), message: problem }
      surroundings.out(
        `${JSON.stringify({ done: done.map(stepJson), error, notDone: notDone.map(stepJson) })}\n`,
      )
    } else {
      if (problem !== null) surroundings.say(problem)
      surroundings.out(`${closingLines(done, notDone).join('\n')}\n`)
    }
    return codeOf(failure, notDone)
  },
}

async function makeAll(surroundings: Surroundings, steps: readonly Step[]): Promise<Progress> {
  const { ask, say, nowMs, isInterrupted } = surroundings
  const done: Step[] = []
  for (const step of steps) {
    if (isInterrupted()) break
    const startMs = nowMs()
    try {
      const answer = await ask(callOf(step))
      refusedAs(step, () => succeeded(stepWords(step), answer))
    } catch (error) {
      if (error instanceof StepRefused) return { done, failure: error }
      if (error instanceof ManagementFailure) return { done, failure: new StepRefused(step, error) }
      throw error
    }
    done.push(step)
    say(`${done.length}/${steps.length} ${stepWords(step)}, ${Math.round(nowMs() - startMs)} ms`)
  }
  return { done, failure: null }
}

function closingLines(done: readonly Step[], notDone: readonly Step[]): readonly string[] {
  if (notDone.length === 0) return [done.length === 0 ? countLine([]) : `Done: ${done.length} changes.`]
  return [
    `Done: ${done.length} changes. Not done: ${notDone.length}; a second apply goes on there.`,
    ...notDone.map(step => `  ${stepWords(step)}`),
  ]
}

function codeOf(failure: StepRefused | null, notDone: readonly Step[]): ExitCode {
  if (failure !== null) return exitCodes.failed
  return notDone.length === 0 ? exitCodes.done : exitCodes.interrupted
}
